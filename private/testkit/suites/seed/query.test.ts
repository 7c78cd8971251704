// Parameters of a program: where they travel, what a middleware sees of them, and how they change at a reconnection.
// Place in the flow: client and server over real connections, ours and official on either side.

import { describe, expect, test } from "vitest";
import { clientOf, OUR_CLIENT_PAIRS, PAIRS, PAIRS_OF_2, revisionOf } from "./cast.ts";
import { connect, connected, leaveAtEnd, once, serve, serverSocket, until } from "./stage.ts";
import type { ServerSocket } from "./surface.ts";

const READY = "the upgrade";

describe.each(PAIRS)("%s with %s", (client, server) => {
  test("parameters of the URL are in every request, and in the handshake of the socket's namespace", async () => {
    const served = await serve(server);
    const there = serverSocket(served.io, "/users");
    const socket = connect(client, `${served.url}/users?token=abc`);
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", READY);
    expect(served.requests.every(({ query }) => query["token"] === "abc")).toBe(true);
    expect(served.requests.some(({ isWebSocket }) => isWebSocket)).toBe(true);
    expect((await there).handshake.query["token"]).toBe("abc");
  });

  test.each([{ query: { token: "cde" } }, { query: "token=cde" }])("parameters as %o do the same", async (options) => {
    const served = await serve(server);
    const there = serverSocket(served.io);
    const socket = connect(client, served.url, options);
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", READY);
    expect(served.requests.every(({ query }) => query["token"] === "cde")).toBe(true);
    expect((await there).handshake.query["token"]).toBe("cde");
  });

  test("values are escaped", async () => {
    const served = await serve(server);
    const there = serverSocket(served.io);
    await connected(connect(client, served.url, { query: { value: "&a=&=?a", "na me": "ü" } }));
    expect((await there).handshake.query).toMatchObject({ value: "&a=&=?a", "na me": "ü" });
  });

  test("the URL's parameters win over the option", async () => {
    const served = await serve(server);
    const socket = connect(client, `${served.url}?token=url`, { query: { token: "option" } });
    await connected(socket);
    expect(served.requests.map(({ query }) => query["token"])).toEqual(served.requests.map(() => "url"));
  });

  test("parameters changed in a listener of the socket's reconnect_attempt are those of the next connection", async () => {
    const served = await serve(server);
    const first = serverSocket(served.io);
    const socket = connect(client, served.url, { query: { token: "cde" } });
    const attempts: unknown[] = [];
    socket.io.on("reconnect_attempt", (attempt: number) => attempts.push(attempt));
    socket.on("reconnect_attempt", () => {
      socket.io.opts["query"] = { token: "fgh" };
    });
    await connected(socket);
    expect((await first).handshake.query["token"]).toBe("cde");
    // Programs of 4.x have the event at the manager only.
    if (client === "client 4.8") {
      socket.io.on("reconnect_attempt", () => {
        socket.io.opts["query"] = { token: "fgh" };
      });
    }
    const second = serverSocket(served.io);
    socket.io.engine.close();
    expect((await second).handshake.query["token"]).toBe("fgh");
    expect(attempts[0]).toBe(1);
  });

  test("parameters of the URL stay as they are at a reconnection", async () => {
    const served = await serve(server);
    const socket = connect(client, `${served.url}?token=url`);
    socket.io.on("reconnect_attempt", () => {
      socket.io.opts["query"] = { token: "fgh" };
    });
    await connected(socket);
    const second = serverSocket(served.io);
    socket.io.engine.close();
    expect((await second).handshake.query["token"]).toBe("url");
  });

  test("parameters by the protocol's own names do no harm", async () => {
    const served = await serve(server);
    const there = serverSocket(served.io);
    const query = { EIO: "9", transport: "carrier-pigeon", j: "no", token: "abc" };
    const own = client === "client 4.8" || client === "client 2.5" ? { token: "abc" } : query;
    const socket = connect(client, served.url, { query: own });
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", READY);
    expect((await there).handshake.query["token"]).toBe("abc");
  });

  test("a middleware sees the parameters, once for each socket and before the connection", async () => {
    const served = await serve(server);
    const log: unknown[] = [];
    let judged: ServerSocket | undefined;
    served.io.use((socket, next) => {
      judged = socket;
      log.push(["first", socket.handshake.query["token"]]);
      setTimeout(next, 20);
    });
    served.io.use((_socket, next) => {
      log.push("second");
      next();
    });
    const there = serverSocket(served.io).then((socket) => {
      log.push(["connection", socket.handshake.query["token"], socket === judged]);
    });
    const socket = connect(client, `${served.url}?token=abc`);
    await connected(socket);
    await there;
    expect(log).toEqual([["first", "abc"], "second", ["connection", "abc", true]]);
  });

  test("a client that leaves while a middleware thinks is not connected, and keeps no room", async () => {
    const served = await serve(server);
    const events: string[] = [];
    const asked = new Promise<readonly [ServerSocket, () => void]>((resolve) => {
      served.io.use((socket, next) => resolve([socket, next]));
    });
    served.io.on("connection", () => events.push("connection"));
    const socket = connect(client, served.url, { reconnection: false });
    await once(socket.io, "open");
    const [there, next] = await asked;
    const gone = once(there.conn, "close");
    socket.io.engine.close();
    await gone;
    next();
    await new Promise(setImmediate);
    expect(roomsOf(served.io.sockets.adapter.rooms)).not.toContain(there.id);
    expect(events).toEqual([]);
  });
});

function roomsOf(rooms: Map<string, unknown> | Record<string, unknown>): string[] {
  return rooms instanceof Map ? [...rooms.keys()] : Object.keys(rooms);
}

describe.each(PAIRS)("%s refused by %s", (client, server) => {
  const isOf2 = client === "client 2.5" || client === "our client for programs of 2.x";

  test.each([
    ["its message", undefined, "authentication error"],
    ["its data", { code: 7 }, { code: 7 }],
  ])("by next(error) learns %s, is not connected and does not try again", async (_w, data, told) => {
    const served = await serve(server);
    const judged = new Promise<ServerSocket>((resolve) => {
      served.io.use((socket, next) => {
        resolve(socket);
        next(Object.assign(new Error("authentication error"), data === undefined ? {} : { data }));
      });
    });
    const events: string[] = [];
    served.io.on("connection", () => events.push("connection"));
    const socket = connect(client, `${served.url}?token=bad`);
    for (const event of ["connect", "disconnect"]) socket.on(event, () => events.push(event));
    socket.io.on("reconnect_attempt", () => events.push("reconnect_attempt"));
    const asText = isOf2 || client === "our client" ? once(socket, "error") : undefined;
    const asError = isOf2 ? undefined : once(socket, "connect_error");
    if (asText !== undefined) expect(await asText).toEqual([told]);
    if (asError !== undefined) {
      // Servers of 2.x tell the data or else the message, so that a message is all that there may be.
      const message = data !== undefined && revisionOf(client, server) === 3 ? '{"code":7}' : "authentication error";
      expect(await asError).toEqual([expect.objectContaining(data === undefined ? { message } : { message, data })]);
    }
    expect([socket.connected, events]).toEqual([false, []]);
    // A socket of 2.x stays with its connection; one of 4.x leaves, and it was the last.
    if (isOf2) expect(socket.io.engine.readyState).toBe("open");
    else expect(socket.active).toBe(false);
    expect(roomsOf(served.io.sockets.adapter.rooms)).not.toContain((await judged).id);
  });
});

describe.each(PAIRS_OF_2)("%s with %s, by the protocol of 2.x,", (client, server) => {
  test("is judged in the main namespace before it comes into another", async () => {
    const served = await serve(server);
    served.io.use((_socket, next) => next(new Error("not welcome")));
    const admin: unknown[] = [];
    served.io.of("/admin").on("connection", () => admin.push("connection"));
    const socket = connect(client, `${served.url}/admin?bad=1`);
    const [refusal] = await once(socket, client === "our client" ? "connect_error" : "error");
    expect(refusal instanceof Error ? refusal.message : refusal).toBe("not welcome");
    expect([socket.connected, admin]).toEqual([false, []]);
  });

  test("has the parameters of its namespace beside those of the request", async () => {
    const served = await serve(server);
    const there = serverSocket(served.io, "/admin");
    const root = connect(client, served.url, { query: { request: "r", token: "root" } });
    const admin = root.io.socket("/admin", { query: { token: "x" } });
    await connected(root, admin);
    expect((await there).handshake.query).toMatchObject({ request: "r", token: "x" });
    if (server !== "server 2.5") expect((await there).handshake.auth).toEqual({ token: "x" });
  });
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s", (client, server) => {
  test("parameters that a namespace has in common with its connection change in both at a reconnection", async () => {
    const served = await serve(server);
    const socket = connect(client, `${served.url}/admin`, { query: { token: "cde" } });
    socket.on("reconnect_attempt", () => {
      socket.io.opts["query"] = { token: "fgh" };
    });
    const first = serverSocket(served.io, "/admin");
    await connected(socket);
    expect((await first).handshake.query["token"]).toBe("cde");
    const second = serverSocket(served.io, "/admin");
    socket.io.engine.close();
    expect((await second).handshake.query["token"]).toBe("fgh");
  });

  test("the manager's query is the URL's where no options were given, and else the option's", async () => {
    const served = await serve(server);
    const bare = leaveAtEnd(clientOf(client)(`${served.url}?token=url`));
    const given = connect(client, `${served.url}?token=url`, { query: { a: "1" } });
    await connected(bare, given);
    expect([bare.io.opts["query"], given.io.opts["query"]]).toEqual(["token=url", { a: "1" }]);
  });
});
