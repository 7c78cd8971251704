// What programs do with the engine on Node: they route requests themselves, share a server, change ids and options, let go
// of requests, and bring a WebSocket package along.
import { createServer, type Server as HttpServer } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { attach, Server, transports } from "@bowline/server/engine";
import { afterEach, describe, expect, test, vi } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { within } from "../../src/peers/wait-for.ts";

const PATIENCE_MS = 10_000;
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(httpServer: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => {
    httpServer.listen(0, "127.0.0.1", resolve);
  });
  cleanups.push(() => {
    httpServer.closeAllConnections();
    httpServer.close();
  });
  const address = httpServer.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the server");
  return `127.0.0.1:${address.port}`;
}

/** The first message of a WebSocket, or how the attempt failed. */
function firstMessage(host: string, path: string, answer?: string): Promise<string> {
  const webSocket = new WebSocket(`ws://${host}${path}?EIO=4&transport=websocket`);
  cleanups.push(() => webSocket.terminate());
  const messages = new Promise<string>((resolve) => {
    webSocket.on("message", (data) => {
      const text = data.toString();
      if (answer === undefined || !text.startsWith("0{")) resolve(text);
      else webSocket.send(answer);
    });
    webSocket.on("error", (error) => resolve(error.message));
  });
  return within(messages, PATIENCE_MS, "a message");
}

async function get(host: string, path: string): Promise<string> {
  const response = await fetch(`http://${host}${path}`);
  return `${response.status} ${await response.text()}`;
}

const POLL = "?EIO=4&transport=polling";
const OPENED = /^200 0\{"sid":"/;

describe("a program that routes requests", () => {
  test("hands them to the engine itself, polls and upgrades", async () => {
    const engine = new Server({ transports: ["polling", "websocket"] });
    engine.on("connection", (connection) =>
      connection.on("message", (data) => connection.send(`echo ${String(data)}`)),
    );
    const httpServer = createServer((request, response) => engine.handleRequest(request, response));
    httpServer.on("upgrade", (request, socket, head) => engine.handleUpgrade(request, socket, head));
    const host = await open(httpServer);
    expect(await get(host, `/any/path/${POLL}`)).toMatch(OPENED);
    expect(await firstMessage(host, "/any/path/", "4a")).toBe("4echo a");
  });

  test("and reads their bodies itself has POSTs answered, which end their sessions", async () => {
    const engine = new Server();
    const reasons: string[] = [];
    engine.on("connection", (connection) => connection.on("close", (reason) => reasons.push(reason)));
    const httpServer = createServer((request, response) => {
      request.resume().on("end", () => engine.handleRequest(request, response));
    });
    const host = await open(httpServer);
    const opened = await get(host, `/${POLL}`);
    const sid = /"sid":"([^"]+)"/.exec(opened)?.[1] ?? "";
    const answer = fetch(`http://${host}/${POLL}&sid=${sid}`, { method: "POST", body: "4a" });
    const { status } = await within(answer, PATIENCE_MS, "an answer");
    expect([status, reasons, engine.clientsCount]).toEqual([400, ["transport error"], 0]);
  });

  test("takes the upgrades from an engine that is attached, and hands over what belongs to it", async () => {
    const httpServer = createServer();
    const engine = attach(httpServer);
    httpServer.removeAllListeners("upgrade");
    const others = new WebSocketServer({ noServer: true });
    others.on("connection", (webSocket) => webSocket.send("from the other"));
    httpServer.on("upgrade", (request, socket, head) => {
      if (request.url?.startsWith("/engine.io/") === true) engine.handleUpgrade(request, socket, head);
      else others.handleUpgrade(request, socket, head, (webSocket) => others.emit("connection", webSocket, request));
    });
    const host = await open(httpServer);
    expect(await firstMessage(host, "/engine.io/")).toMatch(/^0\{/);
    expect(await firstMessage(host, "/elsewhere")).toBe("from the other");
  });

  test("has its own listeners asked for other paths, whenever it has added them", async () => {
    const httpServer = createServer((request, response) => response.end(`before ${request.url}`));
    attach(httpServer, { path: "/engine.io" });
    const host = await open(httpServer);
    expect(await get(host, "/engine.iox")).toBe("200 before /engine.iox");
    expect(await get(host, "/engine.io/anything?EIO=4&transport=polling")).toMatch(OPENED);
  });
});

describe("engines and servers", () => {
  test("an engine serves several servers, each under a path of its own", async () => {
    const engine = new Server();
    const [first, second] = [createServer(), createServer()];
    engine.attach(first);
    engine.attach(second, { path: "/other", addTrailingSlash: false });
    const hosts = [await open(first), await open(second)];
    expect(await get(hosts[0] ?? "", `/engine.io/${POLL}`)).toMatch(OPENED);
    expect(await firstMessage(hosts[1] ?? "", "/other")).toMatch(/^0\{/);
    expect([engine.clientsCount, Object.keys(engine.clients).length]).toEqual([2, 2]);
  });

  test("a server has several engines", async () => {
    const httpServer = createServer((_request, response) => response.end("neither"));
    const engines = ["/a", "/b"].map((path) => attach(httpServer, { path }));
    const host = await open(httpServer);
    expect(await get(host, `/a/${POLL}`)).toMatch(OPENED);
    expect(await firstMessage(host, "/b/")).toMatch(/^0\{/);
    expect(await get(host, "/c")).toBe("200 neither");
    expect(engines.map(({ clientsCount }) => clientsCount)).toEqual([1, 1]);
  });

  test("a server that has closed ends its sessions, and one that listens again takes new ones", async () => {
    const httpServer = createServer();
    const engine = attach(httpServer);
    await get(await open(httpServer), `/engine.io/${POLL}`);
    httpServer.closeAllConnections();
    await new Promise((resolve) => httpServer.close(resolve));
    expect(engine.clientsCount).toBe(0);
    expect(await get(await open(httpServer), `/engine.io/${POLL}`)).toMatch(OPENED);
  });
});

describe("what programs find at the engine", () => {
  test("settings that programs of 2.x write on it count for clients to come", async () => {
    const httpServer = createServer();
    const engine = attach(httpServer, { pingInterval: 1 });
    Reflect.set(engine, "pingTimeout", 777);
    expect([Reflect.get(engine, "pingInterval"), engine.opts.pingTimeout]).toEqual([1, 777]);
    expect(await get(await open(httpServer), `/engine.io/${POLL}`)).toContain('"pingTimeout":777');
  });

  test("a request is judged by it as it would judge it", async () => {
    const engine = new Server();
    const told: unknown[] = [];
    const httpServer = createServer((request, response) => {
      engine.verify(request, false, (code, context) => told.push(code, context));
      response.end();
    });
    const host = await open(httpServer);
    await get(host, "/?EIO=4&transport=gopher");
    await get(host, `/${POLL}`);
    expect(told).toEqual([0, { transport: "gopher" }, undefined, undefined]);
  });

  test("requests carry their query and their response, where programs of Express look", async () => {
    const httpServer = createServer();
    const seen: unknown[] = [];
    const engine = attach(httpServer, {
      allowRequest: (request, decide) => {
        if (typeof request !== "object" || request === null) throw new TypeError("Cannot read the request");
        seen.push(Reflect.get(request, "_query"), typeof Reflect.get(request, "res"));
        decide(null, true);
      },
    });
    engine.on("connection", ({ request }) =>
      seen.push(request === null || typeof request !== "object" ? "none" : "res" in request),
    );
    await get(await open(httpServer), `/engine.io/${POLL}&token=x`);
    expect(seen).toEqual([{ EIO: "4", transport: "polling", token: "x" }, "object", true]);
  });

  test("transports are told apart by their classes and have the WebSocket below", async () => {
    const httpServer = createServer();
    const seen: unknown[] = [];
    attach(httpServer).on("connection", ({ transport }) => {
      seen.push(transport instanceof transports.polling, transport instanceof transports.websocket);
      seen.push(transport.socket instanceof WebSocket);
    });
    const host = await open(httpServer);
    await get(host, `/engine.io/${POLL}`);
    await firstMessage(host, "/engine.io/");
    expect(seen).toEqual([true, false, false, false, true, true]);
  });
});

describe("a request that the program lets go of", () => {
  test("is not held by its connection, over WebSocket as over polling", async () => {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    if (typeof collect !== "function") throw new Error("Cannot collect garbage: this Node does not let programs do it");
    const httpServer = createServer();
    const requests: WeakRef<object>[] = [];
    const engine = attach(httpServer);
    engine.on("connection", (connection) => {
      const { request } = connection;
      if (typeof request === "object" && request !== null) requests.push(new WeakRef(request));
      Reflect.set(connection, "request", null);
    });
    const host = await open(httpServer);
    await firstMessage(host, "/engine.io/");
    await get(host, `/engine.io/${POLL}`);
    httpServer.closeIdleConnections();
    await vi.waitFor(() => {
      Reflect.apply(collect, undefined, []);
      expect(requests.map((one) => one.deref() === undefined)).toEqual([true, true]);
    });
    expect(engine.clientsCount).toBe(2);
  });
});

describe("the option wsEngine", () => {
  class OwnServer extends WebSocketServer {}

  test.each([
    ["a class of the program", OwnServer],
    ["a package by its name", "ws"],
    ["the class of the package ws", WebSocketServer],
  ])("may be %s", async (_what, wsEngine) => {
    const httpServer = createServer();
    attach(httpServer, { wsEngine }).on("connection", (connection) => {
      connection.on("message", (data) => connection.send(`echo ${String(data)}`));
    });
    expect(await firstMessage(await open(httpServer), "/engine.io/", "4a")).toBe("4echo a");
  });

  test.each([
    ["no-such-package", /^Cannot use wsEngine "no-such-package": /],
    ["node:path", 'Cannot use wsEngine "node:path": it has no class "Server"'],
  ])("that is %s is refused at once", (wsEngine, message) => {
    expect(() => new Server({ wsEngine })).toThrow(message);
  });
});
