// The examples of the founding document as they stand in private/examples/seed: unchanged but for the port, on our packages
// of both generations and on the official ones.
// Place in the flow: all of it, as a program has it.

import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../src/peers/http-listener.ts";
import { isObject } from "../../src/peers/raw-surface.ts";
import { ROOT } from "../packages/alias-project.ts";
import { makeLinkedProject, type Names, OFFICIAL, OWN } from "./linked-project.ts";
import { connected, leaveAtEnd, once, type SeenRequest, until, watchRequests } from "./stage.ts";
import type { ClientSocket, SeedServer } from "./surface.ts";

const EXAMPLES = join(ROOT, "private/examples/seed");

/** Who the examples run on, and what these can do. */
interface Cast {
  readonly names: Names;
  /** Whether sockets tell of attempts to reconnect. */
  readonly tellsAttempts: boolean;
  /** Whether it takes parsers whose encoders return their frames. */
  readonly takesJson: boolean;
}

const CASTS: readonly (readonly [string, Cast])[] = [
  ["our packages for programs of 4.x", { names: OWN.v4, tellsAttempts: true, takesJson: true }],
  ["our packages for programs of 2.x", { names: OWN.v2, tellsAttempts: true, takesJson: true }],
  ["the official packages of 4.8", { names: OFFICIAL.v4, tellsAttempts: false, takesJson: true }],
  ["the official packages of 2.5", { names: OFFICIAL.v2, tellsAttempts: true, takesJson: false }],
];

/** The examples of one folder, with a port of their own. */
interface Stage {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  client(file: string): Promise<readonly ClientSocket[]>;
  server(file?: string): { readonly io: SeedServer; readonly requests: SeenRequest[]; sessions(): number };
}

function isSocket(value: unknown): value is ClientSocket {
  return isObject(value) && typeof value["connect"] === "function";
}

function isServer(value: unknown): value is SeedServer & { readonly httpServer: Server } {
  return isObject(value) && typeof value["of"] === "function" && isObject(value["httpServer"]);
}

/** Copies the examples of a folder into a project where they find their packages, and puts in the port. */
async function setTheStage(name: string, { names }: Cast): Promise<Stage> {
  const port = await freePort();
  const project = makeLinkedProject(names);
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  const folder = join(project, name);
  cpSync(join(EXAMPLES, name), folder, { recursive: true });
  for (const file of readdirSync(folder)) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("3000", String(port)));
  }
  const require = createRequire(join(folder, "test.cjs"));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    folder,
    async client(file) {
      const path = join(folder, file);
      const loaded: unknown = file.endsWith(".mjs")
        ? await import(/* @vite-ignore */ pathToFileURL(path).href)
        : require(path);
      const exported = isObject(loaded) && "sockets" in loaded ? loaded["sockets"] : loaded;
      const sockets = Array.isArray(exported) ? exported.filter(isSocket) : [];
      if (sockets.length === 0) throw new Error(`Cannot play "${file}": it exports no sockets`);
      return sockets.map((socket) => leaveAtEnd(socket));
    },
    server(file = "server.cjs") {
      const io: unknown = require(join(folder, file));
      if (!isServer(io)) throw new Error(`Cannot play "${file}": it exports no server`);
      let sessions = 0;
      io.engine.on("connection", () => {
        sessions += 1;
      });
      onTestFinished(async () => {
        io.httpServer.closeAllConnections();
        await io.close();
      });
      return { io, requests: watchRequests(io.httpServer), sessions: () => sessions };
    },
  };
}

describe.each(CASTS)("on %s", (_name, cast) => {
  test.each(["require.cjs", "import.mjs"])("the client comes by %s", async (file) => {
    const stage = await setTheStage("import", cast);
    stage.server();
    const [socket] = await stage.client(file);
    await connected(...(socket === undefined ? [] : [socket]));
    expect(socket?.connected).toBe(true);
  });

  test("two namespaces have one connection", async () => {
    const stage = await setTheStage("one-connection", cast);
    const { sessions } = stage.server();
    const sockets = await stage.client("client.cjs");
    await connected(...sockets);
    expect([sockets.map(({ nsp }) => nsp), sessions()]).toEqual([["/", "/admin"], 1]);
  });

  test.each(["by-force.cjs", "without-multiplexing.cjs", "by-the-old-name.cjs", "same-namespace.cjs"])(
    "two sockets have two connections: %s",
    async (file) => {
      const stage = await setTheStage("two-connections", cast);
      const { sessions } = stage.server();
      await connected(...(await stage.client(file)));
      expect(sessions()).toBe(2);
    },
  );

  test.each([
    ["client.cjs", "/"],
    ["admin.cjs", "/admin"],
  ])("requests go to the path of the server: %s", async (file, namespace) => {
    const stage = await setTheStage("path", cast);
    const { requests } = stage.server();
    const sockets = await stage.client(file);
    await connected(...sockets);
    expect(sockets.map(({ nsp }) => nsp)).toEqual([namespace]);
    expect(new Set(requests.map(({ path }) => path))).toEqual(new Set(["/myownpath/"]));
  });

  test.each([
    ["in-the-url.cjs", "abc"],
    ["as-an-option.cjs", "cde"],
  ])("the middleware and the connection see the token: %s", async (file, token) => {
    const stage = await setTheStage("query", cast);
    stage.server();
    const [socket] = await stage.client(file);
    expect(socket && (await once(socket, "token"))).toEqual([token]);
  });

  test("the headers are on polling, where the middleware sees them", async () => {
    const stage = await setTheStage("headers", cast);
    const { requests } = stage.server();
    await connected(...(await stage.client("client.cjs")));
    expect(requests[0]?.headers["x-clientid"]).toBe("abc");
  });

  test("the headers of polling are not on WebSocket, so that the middleware refuses", async () => {
    const stage = await setTheStage("headers", cast);
    const { requests, io } = stage.server();
    const [socket] = await stage.client("websocket-only.cjs");
    const heard: unknown[] = [];
    for (const event of ["error", "connect_error"]) socket?.on(event, (refusal: unknown) => heard.push(refusal));
    io.on("connection", () => heard.push("connection"));
    await until(() => heard.length > 0, "the refusal");
    expect(String(heard[0])).toMatch(/authentication error$/);
    expect(requests.map(({ headers }) => headers["x-clientid"])).toEqual(requests.map(() => undefined));
  });

  test("WebSocket is the only transport as long as it works", async () => {
    const stage = await setTheStage("websocket-only", cast);
    const { requests } = stage.server();
    await connected(...(await stage.client("client.cjs")));
    expect(requests.every(({ isWebSocket }) => isWebSocket)).toBe(true);
  });

  test("both sides speak by msgpack", async () => {
    await speakBy("msgpack", cast, { text: "naïve 😀", bytes: Buffer.from([0, 255]) });
  });

  test.each(["trusting.cjs", "careless.cjs"])("the connection is one of TLS: %s", async (file) => {
    const stage = await setTheStage("tls", cast);
    const [key, cert] = [join(stage.folder, "server-key.pem"), join(stage.folder, "server-cert.pem")];
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...name, "-keyout", key, "-out", cert], { stdio: "ignore" });
    const { io } = stage.server();
    const there = once<[{ handshake: { secure: boolean } }]>(io.of("/"), "connection");
    await connected(...(await stage.client(file)));
    expect((await there)[0].handshake.secure).toBe(true);
  });
});

describe.each(CASTS.filter(([, { takesJson }]) => takesJson))("on %s", (_name, cast) => {
  test("both sides speak by JSON", async () => {
    await speakBy("json", cast, { text: "naïve 😀", list: [1, null] });
  });
});

describe.each(CASTS.filter(([, { tellsAttempts }]) => tellsAttempts))("on %s", (_name, cast) => {
  test("the token is another one after a reconnection", async () => {
    const stage = await setTheStage("query", cast);
    stage.server();
    const [socket] = await stage.client("on-reconnection.cjs");
    if (socket === undefined) throw new Error("Cannot reconnect: there is no socket");
    expect(await once(socket, "token")).toEqual(["cde"]);
    const second = once(socket, "token");
    socket.io.engine.close();
    expect(await second).toEqual(["fgh"]);
  });

  test("polling is tried as well once WebSocket has failed", async () => {
    const stage = await setTheStage("websocket-only", cast);
    const { io, requests } = stage.server();
    if (!isServer(io)) throw new Error("Cannot block WebSocket: there is no HTTP server");
    io.httpServer.removeAllListeners("upgrade");
    io.httpServer.on("upgrade", (_request, tcp) => tcp.destroy());
    await connected(...(await stage.client("client.cjs")));
    expect(requests.some(({ isWebSocket }) => !isWebSocket)).toBe(true);
  });
});

async function speakBy(parser: "msgpack" | "json", cast: Cast, value: object): Promise<void> {
  const stage = await setTheStage("parser", cast);
  stage.server(`${parser}-server.cjs`);
  const [socket] = await stage.client(`${parser}-client.cjs`);
  const answer = await new Promise((resolve) => {
    socket?.emit("echo", value, resolve);
  });
  expect(answer).toEqual(value);
}
