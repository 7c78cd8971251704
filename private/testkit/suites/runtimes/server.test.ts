// The built server in every runtime that it has an entry for, or that runs the one for Node.
// Place in the flow: all of it, in a process of each runtime, with clients in this one and in Node 20.
// Rules: what a client, a proxy or a program can observe is the same everywhere, so answers over HTTP are compared with
//        those of Node; every process has to end by itself once its server is closed.
import { request } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CASE_NAMES, expectationOf, MODES } from "../../src/client-cases/expectations.ts";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, ClientSocket, TransportMode } from "../../src/peers/peer.ts";
import { makeLatch, within } from "../../src/peers/wait-for.ts";
import { type Played, playIn, readRuntimes } from "./runtimes.ts";
import { HOSTS, type Host, missingFor, type ServerProcess, startServer } from "./server-process.ts";

const PATIENCE_MS = 8000;
/** So many texts of 100 kB at once. */
const FLOOD = 40;
const CLIENTS: readonly ClientName[] = ["client 2.5", "client 4.8", "our client"];
const OPTIONS = {
  cors: { origin: "http://page.example", credentials: true },
  cookie: true,
  guard: true,
  maxHttpBufferSize: 1_000_000,
};

/** A request, as far as it is not a GET without anything. */
interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const POLL = "/socket.io/?EIO=4&transport=polling";
const PAGE = { origin: "http://page.example" };

/** Requests whose answers are the same everywhere. */
const ASKED: readonly (readonly [what: string, path: string, ask: Ask])[] = [
  ["a handshake", POLL, { headers: PAGE }],
  ["a handshake of a client of 2.x", "/socket.io/?EIO=3&transport=polling&b64=1", {}],
  ["a transport that there is not", "/socket.io/?EIO=4&transport=pigeon", { headers: PAGE }],
  ["a session that there is not", `${POLL}&sid=nobody`, {}],
  ["a handshake by POST", POLL, { method: "POST", body: "4a" }],
  ["a WebSocket without an upgrade", "/socket.io/?EIO=4&transport=websocket", {}],
  ["somebody who is kept out", POLL, { headers: { "x-guest": "1" } }],
  ["a preflight", POLL, { method: "OPTIONS", headers: { ...PAGE, "access-control-request-method": "POST" } }],
  ["a path of the program", "/elsewhere", {}],
  ["a file of the client", "/socket.io/socket.io.min.js", { headers: { ...PAGE, "accept-encoding": "gzip" } }],
  ["a file of the client that is not there", "/socket.io/nothing.js", {}],
];

/** Headers that are for the connection, or tell the time. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "date",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "uwebsockets",
]);

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const withoutIds = (text: string): string => text.replace(/"sid":"[^"]+"/, '"sid":"…"').replace(/io=[^;]+/, "io=…");

/** Each runtime has a way of its own to compress the same. */
function unpack(body: Buffer, encoding: string | undefined): Buffer {
  return encoding === "gzip" ? gunzipSync(body) : body;
}

function ask(port: number, path: string, { method = "GET", headers = {}, body = "" }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const told = Object.entries(response.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
        resolve({
          status: response.statusCode,
          headers: Object.fromEntries(told.map(([name, value]) => [name, withoutIds(String(value))])),
          body: withoutIds(unpack(Buffer.concat(chunks), response.headers["content-encoding"]).toString()),
        });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** The text that a bare request is answered with, until its connection ends. */
function askBare(port: number, lines: readonly string[]): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      // A completed handshake stays open; what was refused ends by itself.
      if (text.startsWith("HTTP/1.1 101") && text.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  });
  return within(answer, PATIENCE_MS, "the answer");
}

const UPGRADE = [
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
  "Host: localhost",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** The arguments of the answer to an event. */
function answerTo(socket: ClientSocket, event: string, ...args: readonly unknown[]): Promise<readonly unknown[]> {
  const answered = new Promise<readonly unknown[]>((resolve) => {
    socket.emit(event, ...args, (...answer: readonly unknown[]) => resolve(answer));
  });
  return within(answered, PATIENCE_MS, `the answer to "${event}"`);
}

describe.each(HOSTS)("the server $title", (way: Host) => {
  const missing = missingFor(way);

  describe.skipIf(missing !== undefined)(missing === undefined ? "there" : `skipped: ${missing}`, () => {
    let server: ServerProcess;
    const sockets: ClientSocket[] = [];

    beforeAll(async () => {
      server = await startServer(way, OPTIONS);
    });
    afterAll(() => {
      for (const socket of sockets) socket.dispose();
    });

    async function join(name: ClientName, mode: TransportMode): Promise<ClientSocket> {
      const extraHeaders = { "x-mine": "a header" };
      const socket = (await clientPeer(name)).connect(server.url, { mode, query: { mine: "a query" }, extraHeaders });
      sockets.push(socket);
      const connected = makeLatch<void>(`the connection of ${name}`);
      socket.on("connect", () => connected.open());
      await connected.wait();
      if (mode === "upgrade") await socket.upgraded();
      return socket;
    }

    describe("with our client", () => {
      const parts = MODES.flatMap((mode) => CASE_NAMES.map((name, index) => ({ name, mode, index })));
      let played: Played;

      beforeAll(async () => {
        const [node] = readRuntimes();
        if (node === undefined) throw new Error("Cannot play the cases: there is no Node");
        const wanted = parts.map(({ name, mode }) => ({ name, mode, url: server.url }));
        played = await playIn(node, "import", wanted);
      });

      test.each(parts.map((part, at) => ({ ...part, at })))("$name over $mode", ({ name, mode, at }) => {
        const seen = expectationOf(name, { mode, protocol: 4, platform: "process" });
        expect(played.outcomes[at]).toEqual({ seen });
      });
    });

    describe.each(CLIENTS)("with %s", (name) => {
      test.each(MODES)("over %s, knows who it is, and answers with texts and bytes", async (mode) => {
        const socket = await join(name, mode);
        const [who] = await answerTo(socket, "who am I");
        expect(who).toEqual({
          address: ["127.0.0.1", "127.0.0.1"],
          header: ["a header", "a header"],
          query: ["a query", "a query"],
          url: true,
          secure: false,
        });
        const [text, bytes] = await answerTo(socket, "echo", "naïve 😀", Buffer.of(0, 255, 7));
        expect([text, bytes]).toEqual(["naïve 😀", Buffer.of(0, 255, 7)]);
        socket.dispose();
      });

      test.each(MODES)("over %s, reaches the members of a room in order, but for those of another", async (mode) => {
        const [inside, outside] = [await join(name, mode), await join(name, mode)];
        const told: (readonly unknown[])[] = [];
        const last = makeLatch<void>("the last event");
        for (const [who, socket] of Object.entries({ inside, outside })) {
          socket.on("told", (...args) => {
            told.push([who, ...args]);
            if (args[0] === "end") last.open();
          });
        }
        const room = `${name} ${mode}`;
        expect(await answerTo(inside, "join", room)).toEqual([1]);
        expect(await answerTo(outside, "join", room)).toEqual([2]);
        expect(await answerTo(outside, "join", `${room}, left out`)).toEqual([1]);
        outside.emit("tell", room, `${room}, left out`, 1, Buffer.of(1));
        outside.emit("tell", room, `${room}, left out`, 2);
        outside.emit("tell others", "end");
        await last.wait();
        expect(told.filter(([, value]) => value !== "end")).toEqual([
          ["inside", 1, Buffer.of(1)],
          ["inside", 2],
        ]);
        inside.dispose();
        outside.dispose();
      });

      test.each(MODES)("over %s, sends what no connection takes at once, whole and in order", async (mode) => {
        const socket = await join(name, mode);
        const got: unknown[] = [];
        const flooded = makeLatch<unknown>("the end of the flood");
        socket.on("flood", (at) => got.push(at));
        socket.on("flooded", (count) => flooded.open(count));
        socket.emit("flood me", FLOOD);
        expect(await flooded.wait()).toBe(FLOOD);
        expect(got).toEqual(Array.from({ length: FLOOD }, (_, at) => at));
        socket.dispose();
      });

      test.each(MODES)("over %s, sends somebody away", async (mode) => {
        const socket = await join(name, mode);
        const left = makeLatch<unknown>("the end");
        socket.on("disconnect", (reason) => left.open(reason));
        socket.emit("send me away");
        expect(await left.wait()).toBe("io server disconnect");
        socket.dispose();
      });
    });

    test("is told what is wrong by the middleware of a namespace", async () => {
      const peer = await clientPeer("client 4.8");
      const socket = peer.connect(server.url, { mode: "websocket", namespace: "/secret" });
      sockets.push(socket);
      const refused = makeLatch<unknown>("the refusal");
      socket.onRefused(({ payload }) => refused.open(payload));
      expect(await refused.wait()).toBe("no entry");
    });

    test("completes WebSocket handshakes with the program's headers", async () => {
      const answer = await askBare(server.port, UPGRADE);
      expect(answer).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
      expect(answer).toMatch(/\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
      expect(answer).toMatch(/\r\nx-initial: yes\r\n/);
      // Of most headers, one line with a comma says the same.
      expect(answer).toMatch(/\r\nx-each: 1(?:, |\r\nx-each: )2\r\n/);
    });

    test("keeps guests from a WebSocket as from everything else, and ends their connections", async () => {
      const answer = await askBare(server.port, [...UPGRADE, "X-Guest: 1"]);
      expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[\s\S]*\r\n\r\n[\s\S]*Forbidden/);
    });

    test("gives up a body over the limit, of known and of unknown length, and its session goes on", async () => {
      const opened = await fetch(`${server.url}${POLL}`);
      const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1] ?? "";
      const path = `${POLL}&sid=${sid}`;
      const body = `4${"x".repeat(1_000_000)}`;
      const tooLarge = await ask(server.port, path, { method: "POST", body });
      const chunked = { "transfer-encoding": "chunked" };
      const tooLong = await ask(server.port, path, { method: "POST", headers: chunked, body });
      const fine = await ask(server.port, path, { method: "POST", headers: chunked, body: "40" });
      expect([tooLarge.status, tooLong.status, fine.status, fine.body]).toEqual([413, 413, 200, "ok"]);
    });

    test("gives up a WebSocket message over the limit", async () => {
      const socket = await join("client 4.8", "websocket");
      const left = makeLatch<unknown>("the end");
      socket.on("disconnect", (reason) => left.open(reason));
      socket.emit("echo", "x".repeat(1_000_000));
      expect(await left.wait()).toMatch(/^transport (?:close|error)$/);
    });

    test("ends its process by itself once it is closed, and has nothing to complain about", async () => {
      const held = await join("client 4.8", "polling");
      const lost = makeLatch<unknown>("the end");
      held.on("disconnect", (reason) => lost.open(reason));
      const stopped = await server.stop();
      expect(stopped).toEqual({ exitCode: 0, errors: "" });
      expect(await lost.wait()).toMatch(/^transport (?:close|error)$/);
    });
  });
});

describe("as on Node", () => {
  const [node, ...others] = HOSTS;
  let ours: ServerProcess;
  beforeAll(async () => {
    if (node !== undefined) ours = await startServer(node, OPTIONS);
  });
  afterAll(() => ours?.stop());

  describe.each(others)("the server $title", (way: Host) => {
    const missing = missingFor(way);
    let theirs: ServerProcess | undefined;
    beforeAll(async () => {
      if (missing === undefined) theirs = await startServer(way, OPTIONS);
    });
    afterAll(() => theirs?.stop());

    test.skipIf(missing !== undefined).each(ASKED)("answers %s", async (_what, path, asked) => {
      expect(await ask(theirs?.port ?? 0, path, asked)).toEqual(await ask(ours.port, path, asked));
    });

    test.skipIf(missing !== undefined)("knows who has a file of the client already", async () => {
      const path = "/socket.io/socket.io.js";
      const { headers } = await ask(ours.port, path);
      const again = { headers: { "if-none-match": String(headers["etag"]) } };
      const answer = await ask(theirs?.port ?? 0, path, again);
      expect([answer.status, answer.body, answer]).toEqual([304, "", await ask(ours.port, path, again)]);
    });
  });
});
