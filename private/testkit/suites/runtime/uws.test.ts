// An app of uWebSockets.js as a runtime of the engine and of the server.
import { createRequire } from "node:module";
import { Server, type UwsApp, UwsEngine, type UwsServerOptions } from "@bowline/server/uws";
import { afterEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { isObject } from "../../src/peers/raw-surface.ts";
import { within } from "../../src/peers/wait-for.ts";
import { readNativeServer } from "../runtimes/runtimes.ts";
import { readAnswers, runtimeSuite } from "./runtime-suite.ts";

const PATIENCE_MS = 8000;
const { path, missing } = readNativeServer();

/** What the tests use of the package beyond what the server does. */
interface Package {
  App(): UwsApp & {
    any(pattern: string, handler: (res: { end(text: string): unknown }) => void): unknown;
    listen(host: string, port: number, listening: (token: object | false) => void): unknown;
    close(): unknown;
  };
  us_socket_local_port(token: object): number;
  readonly SHARED_COMPRESSOR: number;
}

/** The trust boundary for the package. */
function loadPackage(): Package;
function loadPackage(): unknown {
  const loaded: unknown = createRequire(import.meta.url)(path);
  return loaded;
}

async function listen(app: ReturnType<Package["App"]>): Promise<number> {
  const token = await new Promise<object | false>((resolve) => {
    app.listen("127.0.0.1", 0, resolve);
  });
  if (token === false) throw new Error("Cannot listen: the package gave no socket");
  return loadPackage().us_socket_local_port(token);
}

/** Not while the package is in the middle of one of its callbacks. */
async function closeApp(app: { close(): unknown }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  app.close();
}

describe.skipIf(missing !== undefined)(missing === undefined ? "with uWebSockets.js" : `skipped: ${missing}`, () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  runtimeSuite(
    "the engine on an app of uWebSockets.js",
    async (options) => {
      const app = loadPackage().App();
      const engine = new UwsEngine(options);
      engine.attach(app, isObject(options["uws"]) ? options["uws"] : {});
      const port = await listen(app);
      return {
        port,
        use: (middleware) => engine.use(middleware),
        onConnection: (listener) => engine.on("connection", listener),
        onHeaders: (listener) => engine.on("headers", listener),
        async stop() {
          engine.close();
          await closeApp(app);
        },
      };
    },
    {
      middlewares: false,
      compressing:
        missing === undefined
          ? { perMessageDeflate: { threshold: 1000 }, uws: { compression: loadPackage().SHARED_COMPRESSOR } }
          : {},
      // The package ends such connections without a word.
      tooLargeCode: 1006,
    },
  );

  async function serve(options: Partial<UwsServerOptions> = {}): Promise<{ io: Server; port: number }> {
    const app = loadPackage().App();
    const io = new Server().attachApp(app, options);
    app.any("/*", (response) => response.end("the program"));
    const port = await listen(app);
    cleanups.push(async () => {
      await io.close();
      await closeApp(app);
    });
    return { io, port };
  }

  function openWebSocket(port: number): WebSocket {
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    // One that is ended before it was opened calls that an error.
    webSocket.on("error", () => undefined);
    cleanups.push(() => webSocket.terminate());
    return webSocket;
  }

  test("serves the clients of an app, and leaves other paths to it", async () => {
    const { port } = await serve();
    const get = async (target: string) => (await fetch(`http://127.0.0.1:${port}${target}`)).text();
    expect(await get("/socket.io/?EIO=4&transport=polling")).toMatch(/^0\{"sid":"/);
    expect([await get("/socket.io"), await get("/elsewhere")]).toEqual(["the program", "the program"]);
  });

  test("tells of no length where an answer has no body, and goes on over the same connection", async () => {
    const { port } = await serve();
    const file = "/socket.io/socket.io.js";
    const { headers } = await fetch(`http://127.0.0.1:${port}${file}`);
    const known = `GET ${file} HTTP/1.1\r\nHost: a\r\nIf-None-Match: ${headers.get("etag")}\r\n\r\n`;
    const next = "GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n";
    const answers = await within(readAnswers(port, known + next, "the program"), PATIENCE_MS, "both answers");
    expect(answers).toMatch(/^HTTP\/1.1 304 (?![\s\S]*length: \d{3})[\s\S]+HTTP\/1.1 200 [\s\S]+the program$/i);
  });

  test("says so where it is handed something else", () => {
    const io = new Server();
    const attach = () => void Reflect.apply(io.attachApp, io, [{ listen: () => undefined }]);
    expect(attach).toThrow(/Cannot attach to this app/);
  });

  test("compresses as the package is told to", async () => {
    const { io, port } = await serve({ compression: loadPackage().SHARED_COMPRESSOR });
    io.engine.on("connection", (connection) => connection.send("x".repeat(50_000)));
    const webSocket = openWebSocket(port);
    const messages = new Promise((resolve) => {
      webSocket.on("message", (data) => {
        if (String(data).startsWith("4")) resolve(String(data).length);
      });
    });
    expect(await within(messages, PATIENCE_MS, "the message")).toBe(50_001);
    expect(webSocket.extensions).toContain("permessage-deflate");
  });

  test("keeps WebSockets that are accepted later, whatever programs allocate as they open", async () => {
    const { io, port } = await serve({ allowRequest: (_request, decide) => void setTimeout(decide, 2, null, true) });
    const kept: Buffer[] = [];
    io.engine.on("connection", () => {
      // Where the package still looked at memory that it has given back, these bits would say "close".
      for (let at = 0; at < 4; at++) kept.push(Buffer.allocUnsafeSlow(72).fill(0x10));
    });
    const told = Array.from({ length: 50 }, async () => {
      const webSocket = openWebSocket(port);
      return new Promise((resolve) => {
        webSocket.on("message", (data) => resolve(String(data)[0]));
        webSocket.on("close", (code) => resolve(code));
      });
    });
    const answers = await within(Promise.all(told), PATIENCE_MS, "the first messages");
    // What the package finds there by itself may end one in some thousands: see decision 26.
    expect(answers.filter((answer) => answer !== "0").length).toBeLessThanOrEqual(1);
  });

  test("gives up a client that is too far behind, where that was limited", async () => {
    const { io, port } = await serve({ maxBackpressure: 100_000 });
    const reason = new Promise((resolve) => {
      io.engine.on("connection", (connection) => {
        connection.on("close", resolve);
        for (let at = 0; at < 200; at++) connection.send("x".repeat(100_000));
      });
    });
    openWebSocket(port).on("upgrade", (response) => response.socket.pause());
    expect(await within(reason, PATIENCE_MS, "the end of the connection")).toBe("transport error");
  });

  test("waits for a client that is behind, where that was not limited", async () => {
    const { io, port } = await serve();
    io.engine.on("connection", (connection) => {
      for (let at = 0; at < 100; at++) connection.send("x".repeat(100_000));
      connection.send("end");
    });
    const webSocket = openWebSocket(port);
    let bytes = 0;
    const all = new Promise((resolve) => {
      webSocket.on("message", (data) => {
        const text = String(data);
        if (text === "4end") resolve(bytes);
        else if (text.startsWith("4")) bytes += text.length - 1;
      });
    });
    webSocket.on("open", () => {
      webSocket.pause();
      setTimeout(() => webSocket.resume(), 100);
    });
    expect(await within(all, PATIENCE_MS, "all messages")).toBe(10_000_000);
  });
});
