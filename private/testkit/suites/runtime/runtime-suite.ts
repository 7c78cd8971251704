// What every runtime that serves HTTP and WebSocket owes to programs, as one suite: a runtime calls it with a way to start.
// Place: tests -> **suite** -> a runtime's engine, over real connections
// Rules: only what a client, a proxy or a middleware can observe is asserted; bytes on the wire are counted, never times.

import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { within } from "../../src/peers/wait-for.ts";

const PATIENCE_MS = 5000;

/** A middleware as Express knows it. */
export type Middleware = (
  req: IncomingMessage,
  res: {
    setHeader(name: string, value: string): unknown;
    writeHead(status: number): { end(text: string): unknown };
  },
  next: (error?: unknown) => void,
) => unknown;

/** A connection as programs see it. */
export interface RuntimeConnection {
  readonly id: string;
  send(data: string | Uint8Array, options?: { compress?: boolean }): unknown;
  on(event: "message", listener: (data: string | Uint8Array) => void): unknown;
  on(event: "close", listener: (reason: string) => void): unknown;
}

/** An engine under test, listening on loopback. */
export interface RunningEngine {
  readonly port: number;
  use(middleware: Middleware): void;
  onConnection(listener: (connection: RuntimeConnection) => void): void;
  onHeaders(listener: (headers: Record<string, unknown>) => void): void;
  stop(): Promise<void>;
}

/** What not every runtime has. */
export interface RuntimeFacts {
  /** Requests and responses in the form of Node, which middlewares of the engine work with. */
  readonly middlewares: boolean;
  /** The options of an engine whose WebSockets compress from 1000 bytes on. */
  readonly compressing: Readonly<Record<string, unknown>>;
  /** The close code that a client gets whose message is over the limit. */
  readonly tooLargeCode: number;
}

const FACTS_OF_NODE: RuntimeFacts = {
  middlewares: true,
  compressing: { perMessageDeflate: { threshold: 1000 } },
  tooLargeCode: 1009,
};

/** Starts an engine with options. */
export type StartEngine = (options: Readonly<Record<string, unknown>>) => Promise<RunningEngine>;

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Sends requests over one connection, and gives all that comes back until a text has. */
export function readAnswers(port: number, requests: string, last: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
      if (!text.includes(last)) return;
      socket.destroy();
      resolve(text);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
    socket.write(requests);
  });
}

function ask(port: number, query: string, { method = "GET", headers = {}, body = "" } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = `/engine.io/?EIO=4&${query}`;
    const asked: ClientRequest = request({ port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function openPolling(port: number): Promise<string> {
  const { body } = await ask(port, "transport=polling");
  const handshake: unknown = JSON.parse(body.toString().slice(1));
  const sid: unknown = typeof handshake === "object" && handshake !== null ? Reflect.get(handshake, "sid") : undefined;
  return String(sid);
}

/** The answer to an upgrade request, as bytes. */
function askForWebSocket(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const lines = [
      "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      // A completed handshake stays open; what was refused ends by itself.
      if (text.startsWith("HTTP/1.1 101") && text.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("close", () => resolve(text));
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  });
}

/** A WebSocket client, and the messages and raw bytes that it got. */
function openWebSocket(port: number, perMessageDeflate: boolean) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/engine.io/?EIO=4&transport=websocket`, { perMessageDeflate });
  const messages: string[] = [];
  let below: { readonly bytesRead: number } | undefined;
  socket.on("upgrade", (response) => {
    below = response.socket;
  });
  socket.on("message", (data) => messages.push(String(data)));
  const until = (count: number) =>
    within(
      new Promise<void>((resolve) => {
        const look = () => messages.length >= count && resolve();
        socket.on("message", look);
        look();
      }),
      PATIENCE_MS,
      `${count} messages`,
    );
  const closed = within(
    new Promise<number>((resolve) => socket.on("close", (code) => resolve(code))),
    PATIENCE_MS,
    "the end of the WebSocket",
  );
  return { socket, messages, until, closed, bytes: () => below?.bytesRead ?? 0 };
}

/** Defines the tests of a runtime. */
export function runtimeSuite(name: string, start: StartEngine, facts: RuntimeFacts = FACTS_OF_NODE): void {
  const { middlewares, compressing, tooLargeCode } = facts;
  describe(name, () => {
    const running: RunningEngine[] = [];
    afterEach(async () => {
      await Promise.all(running.splice(0).map((engine) => engine.stop()));
    });

    async function serve(options: Readonly<Record<string, unknown>> = {}): Promise<RunningEngine> {
      const engine = await start(options);
      running.push(engine);
      return engine;
    }

    test.runIf(middlewares)(
      "a middleware's headers go along with answers, refusals and the end of a WebSocket handshake",
      async () => {
        const engine = await serve();
        engine.use((_req, res, next) => {
          res.setHeader("x-frame-options", "DENY");
          next();
        });
        const [poll, refused] = [await ask(engine.port, "transport=polling"), await ask(engine.port, "transport=x")];
        expect([poll.headers["x-frame-options"], refused.headers["x-frame-options"]]).toEqual(["DENY", "DENY"]);
        expect(await askForWebSocket(engine.port)).toMatch(/^HTTP\/1.1 101 [\s\S]*\r\nx-frame-options: DENY\r\n/);
      },
    );

    test.runIf(middlewares)(
      "a middleware that waits for the head of the answer, as sessions do, gets its cookie onto every transport",
      async () => {
        const engine = await serve();
        engine.use((_req, res, next) => {
          const writeHead: unknown = Reflect.get(res, "writeHead");
          Reflect.set(res, "writeHead", (...args: unknown[]): unknown => {
            res.setHeader("set-cookie", "session=1");
            const written: unknown = typeof writeHead === "function" ? Reflect.apply(writeHead, res, args) : undefined;
            return written;
          });
          next();
        });
        expect((await ask(engine.port, "transport=polling")).headers["set-cookie"]).toEqual(["session=1"]);
        expect(await askForWebSocket(engine.port)).toMatch(/^HTTP\/1.1 101 [\s\S]*\r\nset-cookie: session=1\r\n/);
      },
    );

    test.runIf(middlewares)("a middleware that answers by itself is heard on every transport", async () => {
      const engine = await serve();
      engine.use((_req, res) => res.writeHead(401).end("who are you?"));
      const poll = await ask(engine.port, "transport=polling");
      expect([poll.status, poll.body.toString()]).toEqual([401, "who are you?"]);
      const upgrade = await within(askForWebSocket(engine.port), PATIENCE_MS, "the answer");
      expect(upgrade).toMatch(/^HTTP\/1.1 401 Unauthorized\r\n[\s\S]*who are you\?/);
    });

    test.runIf(middlewares)("a middleware may take its time on every transport", async () => {
      const engine = await serve();
      engine.use((_req, _res, next) => setImmediate(next));
      const sid = await openPolling(engine.port);
      const post = await ask(engine.port, `transport=polling&sid=${sid}`, { method: "POST", body: "4a" });
      expect([post.status, post.body.toString()]).toEqual([200, "ok"]);
      const { socket, until } = openWebSocket(engine.port, false);
      await until(1);
      socket.terminate();
    });

    test.runIf(middlewares)("a middleware that answers and hands on all the same does no harm", async () => {
      const engine = await serve();
      engine.use((_req, res, next) => {
        res.writeHead(418).end("a teapot");
        next();
      });
      expect((await ask(engine.port, "transport=polling")).status).toBe(418);
      expect(await askForWebSocket(engine.port)).toMatch(/^HTTP\/1.1 418 /);
      expect((await ask(engine.port, "transport=polling")).status).toBe(418);
    });

    test.runIf(middlewares)("a client that leaves while a middleware thinks leaves nothing behind", async () => {
      const engine = await serve();
      const held: (() => void)[] = [];
      let connections = 0;
      engine.onConnection(() => (connections += 1));
      const arrived = new Promise<void>((resolve) => {
        engine.use((req, _res, next) => {
          held.push(next);
          req.socket.once("close", () => resolve());
          req.socket.destroy();
        });
      });
      await expect(ask(engine.port, "transport=polling")).rejects.toThrow();
      await within(arrived, PATIENCE_MS, "the end of the connection");
      await new Promise((resolve) => setImmediate(resolve));
      for (const next of held) next();
      await new Promise((resolve) => setImmediate(resolve));
      expect(connections).toBe(0);
    });

    test.runIf(!middlewares)("engine middlewares are refused aloud", async () => {
      const engine = await serve();
      engine.use((_req, _res, next) => next());
      const { status, body } = await ask(engine.port, "transport=polling");
      expect([status, body.toString()]).toEqual([400, '{"code":3,"message":"Bad request"}']);
      expect(await askForWebSocket(engine.port)).toMatch(/^HTTP\/1.1 400 [\s\S]*Bad request$/);
    });

    test("headers of listeners go along with answers and the end of a WebSocket handshake", async () => {
      const engine = await serve();
      engine.onHeaders((headers) => {
        headers["x-mine"] = ["1", "2"];
      });
      expect((await ask(engine.port, "transport=polling")).headers["x-mine"]).toBe("1, 2");
      expect(await askForWebSocket(engine.port)).toMatch(/\r\nx-mine: 1\r\nx-mine: 2\r\n/);
    });

    test("an answer to HEAD has no body, which would be taken for the answer to the next request", async () => {
      const engine = await serve();
      const head = (method: string) => `${method} /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n`;
      const answers = readAnswers(engine.port, head("HEAD") + head("GET"), '0{"sid"');
      expect(await within(answers, PATIENCE_MS, "both answers")).toMatch(/^HTTP\/1.1 400 [^{]+\r\n\r\nHTTP\/1.1 200 /);
    });

    test("answers above the threshold are compressed, unless their packets opted out", async () => {
      const engine = await serve();
      const connections: RuntimeConnection[] = [];
      engine.onConnection((connection) => connections.push(connection));
      const sid = await openPolling(engine.port);
      const poll = (compress: boolean) => {
        connections[0]?.send("x".repeat(5000), { compress });
        return ask(engine.port, `transport=polling&sid=${sid}`, { headers: { "accept-encoding": "br, gzip" } });
      };
      const [small, plain] = [await poll(true), await poll(false)];
      expect([small.headers["content-encoding"], plain.headers["content-encoding"]]).toEqual(["gzip", undefined]);
      expect(small.body.byteLength).toBeLessThan(200);
      expect(gunzipSync(small.body).toString()).toBe(plain.body.toString());
    });

    test("a client that leaves while its answer is compressed ends nothing else", async () => {
      const engine = await serve();
      const connections: RuntimeConnection[] = [];
      engine.onConnection((connection) => connections.push(connection));
      const sid = await openPolling(engine.port);
      for (let round = 0; round < 20; round++) {
        connections[0]?.send("x".repeat(200_000));
        const socket = connect(engine.port, "127.0.0.1");
        socket.on("error", () => undefined);
        const gone = new Promise((resolve) => socket.on("close", resolve));
        const target = `/engine.io/?EIO=4&transport=polling&sid=${sid}`;
        socket.end(`GET ${target} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n`);
        socket.destroySoon();
        await gone;
      }
      expect((await ask(engine.port, "transport=polling")).status).toBe(200);
    });

    test("WebSocket messages are compressed where that was agreed, unless their packets opted out", async () => {
      const engine = await serve(compressing);
      engine.onConnection((connection) => {
        connection.send("x".repeat(50_000));
        connection.send("y".repeat(50_000), { compress: false });
      });
      const agreed = openWebSocket(engine.port, true);
      const declined = openWebSocket(engine.port, false);
      await Promise.all([agreed.until(3), declined.until(3)]);
      expect([agreed.socket.extensions, declined.socket.extensions]).toEqual(["permessage-deflate", ""]);
      expect(agreed.messages.slice(1)).toEqual(declined.messages.slice(1));
      expect(agreed.bytes()).toBeGreaterThan(50_000);
      expect(agreed.bytes()).toBeLessThan(55_000);
      expect(declined.bytes()).toBeGreaterThan(100_000);
      agreed.socket.terminate();
      declined.socket.terminate();
    });

    test("a compressed message that grows beyond the limit is given up", async () => {
      const engine = await serve({ ...compressing, maxHttpBufferSize: 10_000 });
      const reasons: string[] = [];
      engine.onConnection((connection) => connection.on("close", (reason) => reasons.push(reason)));
      const { socket, until, closed } = openWebSocket(engine.port, true);
      await until(1);
      socket.send(`4${"x".repeat(1_000_000)}`);
      expect([await closed, reasons]).toEqual([tooLargeCode, ["transport error"]]);
    });

    test("a body of unknown length is given up at the limit, and its session goes on", async () => {
      const engine = await serve({ maxHttpBufferSize: 1000 });
      const sid = await openPolling(engine.port);
      const headers = { "transfer-encoding": "chunked" };
      const post = (length: number) =>
        ask(engine.port, `transport=polling&sid=${sid}`, { method: "POST", headers, body: `4${"x".repeat(length)}` });
      const statuses = [(await post(1000)).status, (await post(999)).status];
      expect(statuses).toEqual([413, 200]);
    });

    test("allowRequest keeps clients out on every transport", async () => {
      const engine = await serve({
        allowRequest: (_req: unknown, decide: (why: string, welcome: boolean) => void) => decide("not you", false),
      });
      const poll = await ask(engine.port, "transport=polling");
      expect([poll.status, poll.body.toString()]).toEqual([403, '{"code":4,"message":"not you"}']);
      expect(await askForWebSocket(engine.port)).toMatch(/^HTTP\/1.1 400 [\s\S]*not you$/);
    });

    test("the program's ids are the sessions' ids", async () => {
      const engine = await serve({ generateId: (req: IncomingMessage) => `${req.headers.host}-1`.replace(/\W/g, "") });
      expect(await openPolling(engine.port)).toMatch(/^localhost\d+1$/);
    });
  });
}
