// Addresses at which somebody answers, but not as a Socket.IO server would that lets this client in.
import { afterEach, describe, expect, test } from "vitest";
import { connectTo, containing, endOf, failureAt, matching, next, TRANSPORTS, toldOf } from "./client.ts";
import {
  balanceInTurn,
  proxyThatCutsWebSockets,
  proxyWithoutUpgrade,
  SERVERS,
  serveHttp,
  serveSocketIo,
  serveTcp,
  stopAll,
} from "./servers.ts";

const MESSAGE = { polling: "xhr poll error", websocket: "websocket error" } as const;
const MODERN = ["our server", "server 4.8"] as const;

afterEach(stopAll);

describe.each(TRANSPORTS)("over %s", (transport) => {
  const options = { transports: [transport] };
  const failure = { message: MESSAGE[transport], type: "TransportError" };

  async function answering(status: number, body: string, headers: Record<string, string> = {}) {
    const port = await serveHttp((_request, response) => response.writeHead(status, headers).end(body));
    return failureAt(`http://127.0.0.1:${port}`, options);
  }

  test.each([
    [
      "a program without that path, as Express answers",
      404,
      "Cannot GET /socket.io/",
      "PATH_NOT_FOUND",
      'option "path"',
    ],
    ["a wall before the program", 401, "who?", "UNAUTHORIZED", "credentials are missing or wrong"],
    ["a firewall", 403, "no", "FORBIDDEN", "a proxy, refused it"],
    ["a proxy with a limit", 413, "", "PAYLOAD_TOO_LARGE", "maxHttpBufferSize"],
    ["a proxy whose server is gone", 502, "Bad Gateway", "SERVER_FAILED", "a proxy before it, failed"],
    ["a program that fails", 500, "boom", "SERVER_FAILED", '"boom"; '],
    ["a proxy that takes it for nonsense", 400, "what?", "BAD_REQUEST", "does not take the request"],
    ["a teapot", 418, "short and stout", "STATUS_UNEXPECTED", "only 200"],
  ])("%s is told by its status", async (_rule, status, body, code, part) => {
    const told = await answering(status, body);
    expect(told).toMatchObject({ ...failure, code, status });
    expect(told.hint).toMatch(/^Cannot use "(http|ws):\/\/127\.0\.0\.1:\d+\/socket\.io\/": the server answered \d+/);
    expect(told.hint).toContain(part);
  });

  test("a redirection is not followed", async () => {
    const told = await answering(301, "", { Location: "https://elsewhere.invalid/" });
    expect(told).toMatchObject({ ...failure, code: "REDIRECTED", hint: containing("answered 301; ") });
  });

  test("what is no HTTP is no Socket.IO server", async () => {
    const port = await serveTcp((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
    const told = await failureAt(`http://127.0.0.1:${port}`, options);
    expect(told).toMatchObject({ ...failure, code: "NOT_SOCKET_IO", hint: containing("Parse Error") });
  });

  test.each(MODERN)("%s under another path leaves a poll unanswered, or hangs up", async (name) => {
    const { url } = await serveSocketIo(name, { path: "/elsewhere" });
    const told = await failureAt(url, { ...options, timeout: 3000 });
    expect(told.code).toBe(transport === "polling" ? "TIMEOUT" : "CONNECTION_RESET");
    expect(told.hint).toContain('option "path"');
  });

  test.each(MODERN)("%s whose allowRequest says no forbids it", async (name) => {
    const { url } = await serveSocketIo(name, {
      allowRequest: (_request: unknown, decide: (error: null, isAllowed: boolean) => void) => decide(null, false),
    });
    expect(await failureAt(url, options)).toMatchObject({
      ...failure,
      code: "FORBIDDEN",
      hint: containing("the server's allowRequest"),
    });
  });

  test.each(MODERN)("%s whose allowRequest says why has its words told", async (name) => {
    const { url } = await serveSocketIo(name, {
      allowRequest: (_request: unknown, decide: (error: string, isAllowed: boolean) => void) =>
        decide("members only", false),
    });
    expect(await failureAt(url, options)).toMatchObject({
      ...failure,
      // To a WebSocket servers tell the words alone.
      code: transport === "polling" ? "FORBIDDEN" : "BAD_REQUEST",
      hint: matching(/members only.*allowRequest/),
    });
  });

  test.each(SERVERS)("%s that does not serve the transport says so", async (name) => {
    const { url } = await serveSocketIo(name, { transports: [transport === "polling" ? "websocket" : "polling"] });
    const told = await failureAt(url, options);
    expect(told).toMatchObject({ ...failure, code: "TRANSPORT_REFUSED" });
    expect(told.hint).toContain('compare the option "transports" of both sides');
  });

  test("a client held to the revision of 2.x is refused by a server that does not serve it", async () => {
    const { url } = await serveSocketIo("server 4.8");
    expect(await failureAt(url, { ...options, protocol: 3 })).toMatchObject({
      ...failure,
      code: "REVISION_REFUSED",
      hint: containing("allowEIO3"),
    });
  });

  test("a message that the server finds too large ends the connection", async () => {
    for (const name of MODERN) {
      const { url } = await serveSocketIo(name, { maxHttpBufferSize: 2000 });
      const socket = connectTo(url, options);
      await next(socket, "connect");
      socket.emit("large", "x".repeat(5000));
      expect([name, await endOf(socket)]).toMatchObject([
        name,
        { code: "PAYLOAD_TOO_LARGE", hint: containing("maxHttpBufferSize") },
      ]);
    }
  });

  test.each(SERVERS)("a message of %s that is larger than the client takes ends the connection", async (name) => {
    const { url, greet } = await serveSocketIo(name);
    greet("large", "x".repeat(5000));
    const socket = connectTo(url, { ...options, maxPayload: 2000 });
    expect(await endOf(socket)).toMatchObject({
      reason: "transport error",
      code: "ANSWER_TOO_LARGE",
      hint: containing("to keep memory in bounds"),
    });
  });
});

describe("a server of something else", () => {
  const page = "<!doctype html><title>Sign in</title>";

  test("that answers with a page is no Socket.IO server", async () => {
    const port = await serveHttp((_request, response) => response.end(page));
    expect(await failureAt(`http://127.0.0.1:${port}`, { transports: ["polling"] })).toMatchObject({
      message: "server error",
      code: "NOT_SOCKET_IO",
      hint: containing(`answered 200: ${JSON.stringify(page)}; no Socket.IO server answers there`),
    });
  });

  test("that answers with a page has swallowed the request for a WebSocket", async () => {
    const port = await serveHttp((_request, response) => response.end(page));
    expect(await failureAt(`http://127.0.0.1:${port}`, { transports: ["websocket"] })).toMatchObject({
      message: "websocket error",
      code: "UPGRADE_SWALLOWED",
      hint: containing("pass the headers Upgrade and Connection on"),
    });
  });
});

describe.each(SERVERS)("a proxy before %s that knows nothing of Upgrade", (name) => {
  test("has swallowed it when a WebSocket is asked for first", async () => {
    const { port } = await serveSocketIo(name);
    const proxy = await proxyWithoutUpgrade(port);
    expect(await failureAt(`http://127.0.0.1:${proxy}`, { transports: ["websocket"] })).toMatchObject({
      message: "websocket error",
      code: "UPGRADE_SWALLOWED",
      status: 400,
    });
  });

  test("leaves the connection on polling, and the reason is told", async () => {
    const { port } = await serveSocketIo(name);
    const socket = connectTo(`http://127.0.0.1:${await proxyWithoutUpgrade(port)}`);
    const [error] = await next(socket.io.engine, "upgradeError");
    expect(toldOf(error)).toMatchObject({
      message: "probe error",
      code: "UPGRADE_SWALLOWED",
      hint: containing("pass the headers Upgrade and Connection on"),
    });
    if (!socket.connected) await next(socket, "connect");
    expect(socket.io.engine.transport.name).toBe("polling");
  });
});

test("a proxy that cuts WebSockets leaves the connection on polling, and the reason is told", async () => {
  const { port } = await serveSocketIo("our server");
  const socket = connectTo(`http://127.0.0.1:${await proxyThatCutsWebSockets(port)}`);
  const [error] = await next(socket.io.engine, "upgradeError");
  expect(toldOf(error)).toMatchObject({
    message: "probe error",
    code: "UPGRADE_FAILED",
    hint: containing("the WebSocket could not be used"),
  });
  if (!socket.connected) await next(socket, "connect");
  expect(socket.io.engine.transport.name).toBe("polling");
});

describe.each(SERVERS)("several nodes of %s without sticky sessions", (name) => {
  test("do not know each other's sessions", async () => {
    const nodes = [await serveSocketIo(name), await serveSocketIo(name)];
    const balancer = await balanceInTurn(nodes.map(({ port }) => port));
    const socket = connectTo(`http://127.0.0.1:${balancer}`, { transports: ["polling"] });
    const told = new Promise<unknown>((resolve) => {
      socket.io.on("error", resolve);
    });
    expect(toldOf(await told)).toMatchObject({
      message: matching(/^xhr (poll|post) error$/),
      code: "SESSION_UNKNOWN",
      status: 400,
      hint: containing("polling needs sticky sessions"),
    });
  });
});

test("a client held to the revision of 4.x is told that the server is of 2.x", async () => {
  const { url } = await serveSocketIo("server 2.5");
  expect(await failureAt(url, { transports: ["polling"], protocol: 4 })).toMatchObject({
    message: "It seems you are trying to reach a Socket.IO server in v2.x",
    code: "REVISION_REFUSED",
    hint: containing("set it to 3"),
  });
});
