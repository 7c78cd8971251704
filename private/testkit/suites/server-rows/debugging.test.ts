// What a server says where `DEBUG` asks for it: by upstream's scopes, and by our own.
// Place: **tests** -> a process with our server and an official client

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const here = fileURLToPath(new URL(".", import.meta.url));

const PROGRAM = `
  const { createServer } = require("node:http");
  const { Server } = require("@bowline/socket.io");
  const { io } = require("socket.io-client-v4");
  const http = createServer();
  const server = new Server(http);
  server.on("connection", (socket) => socket.on("disconnect", () => server.close()));
  http.listen(0, () => {
    const client = io("http://127.0.0.1:" + http.address().port, { transports: ["websocket"], reconnection: false });
    client.on("connect", () => client.disconnect());
  });
`;

/** The scopes of what a server writes while a client comes and goes. */
async function scopes(DEBUG: string): Promise<string[]> {
  const { stderr } = await run(process.execPath, ["-e", PROGRAM], { cwd: here, env: { ...process.env, DEBUG } });
  const found = stderr.split("\n").flatMap((line) => /^\S+Z (\S+) /.exec(line)?.[1] ?? []);
  return [...new Set(found)].sort();
}

test("a server says what it does by the names of upstream's scopes", async () => {
  expect(await scopes("socket.io:*")).toEqual(["socket.io:client", "socket.io:namespace", "socket.io:socket"]);
});

test("its engine says what it does by the names of upstream's scopes", async () => {
  expect(await scopes("engine*")).toContain("engine:socket");
});

test("a server says all by our own names, too", async () => {
  expect(await scopes("bowline:*")).toContain("bowline:namespace.joined");
});

test("a server says nothing where nobody asks", async () => {
  expect(await scopes("other:*")).toEqual([]);
});
