// What the test suites of programs do to a server: fake timers, requests to a server that does not listen, questions to Node.
// Place: **tests** -> stage -> official server, or ours under its name; official client

import { EventEmitter, on, once } from "node:events";
import { createServer, get, type Server as HttpServer } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isConstructor } from "../../src/peers/raw-surface.ts";
import { accepted, useStage } from "./stage.ts";

const SERVERS = ["@bowline/socket.io", "socket.io-v4"] as const;

const stage = useStage();

afterEach(() => {
  vi.useRealTimers();
});

describe.each(SERVERS)("under fake timers %s", (name) => {
  test("opens connections, and brings events and acknowledgements both ways", async () => {
    vi.useFakeTimers();
    const { io, url } = await stage.serve(name);
    const joined = accepted(io);
    const client = stage.connect(url);
    const socket = await joined;
    client.on("question", (answer: (value: string) => void) => answer("here"));
    expect(await new Promise((resolve) => socket.emit("question", resolve))).toBe("here");
  });

  test("has no more time for an acknowledgement once that is over", async () => {
    vi.useFakeTimers();
    const { io, url } = await stage.serve(name);
    const joined = accepted(io);
    stage.connect(url);
    const socket = await joined;
    const answers: unknown[] = [];
    socket.timeout(5000).emit("question", (error: unknown) => answers.push(error instanceof Error));
    vi.advanceTimersByTime(4999);
    expect(answers).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(answers).toEqual([true]);
  });

  test("keeps its clients, however far the program turns the time", async () => {
    vi.useFakeTimers();
    const { io, url } = await stage.serve(name);
    const joined = accepted(io);
    const client = stage.connect(url, { useNativeTimers: true });
    const socket = await joined;
    client.on("question", (answer: (value: string) => void) => answer("here"));
    vi.advanceTimersByTime(100_000);
    expect(await new Promise((resolve) => socket.emit("question", resolve))).toBe("here");
  });
});

/** Asks a server that does not listen, as supertest does: it listens for the length of one request. */
async function ask(httpServer: HttpServer, path: string): Promise<[number | undefined, string]> {
  httpServer.listen(0, "127.0.0.1");
  await once(httpServer, "listening");
  const address = httpServer.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const request = get({ port, host: "127.0.0.1", path, agent: false });
  const [response] = await once(request, "response");
  response.setEncoding("utf8");
  const body: string[] = [];
  for await (const text of response) body.push(text);
  httpServer.close();
  await once(httpServer, "close");
  return [response.statusCode, body.join("")];
}

/** An HTTP server with a server attached that nobody lets listen. */
function attach(name: string): { httpServer: HttpServer; io: object } {
  const httpServer = createServer((_request, response) => response.end("the program's own"));
  const Server = memberOf(requireOfficial(name), "Server");
  if (!isConstructor(Server)) throw new Error(`Cannot use "${name}": it has no class "Server"`);
  return { httpServer, io: new Server(httpServer, {}) };
}

test.each(SERVERS)("%s answers requests to an HTTP server that listens for each of them alone", async (name) => {
  const { httpServer } = attach(name);
  const handshake = "/socket.io/?EIO=4&transport=polling";
  const own = await ask(httpServer, "/");
  const first = await ask(httpServer, handshake);
  const second = await ask(httpServer, handshake);
  expect(own).toEqual([200, "the program's own"]);
  expect([first, second]).toEqual([
    [200, expect.stringMatching(/^0\{"sid":/)],
    [200, expect.stringMatching(/^0\{"sid":/)],
  ]);
});

describe.each(SERVERS)("an emitter of Node, as programs ask for one, is of %s", (name) => {
  test.each([
    ["the server", (io: object) => io],
    ["a namespace", (io: object) => memberOf(io, "sockets")],
    ["an adapter", (io: object) => memberOf(memberOf(io, "sockets"), "adapter")],
    ["the engine", (io: object) => memberOf(io, "engine")],
  ])("%s", (_, find) => {
    expect(find(attach(name).io)).toBeInstanceOf(EventEmitter);
  });

  test("a connection, which the promises of Node's events bring", async () => {
    const { io, url } = await stage.serve(name);
    const engine = memberOf(io, "engine");
    if (!(engine instanceof EventEmitter)) throw new Error("Cannot wait for a connection: the engine is no emitter");
    const first = once(engine, "connection");
    const all = on(engine, "connection");
    stage.connect(url);
    const [connection] = await first;
    expect(connection).toBeInstanceOf(EventEmitter);
    expect(await all.next()).toEqual({ value: [connection], done: false });
  });
});
