// What a program may rely upon when its server goes away and comes back.
// Place in the flow: the client over real connections, ours and official on either side.

import { describe, expect, test } from "vitest";
import { clientOf, OUR_CLIENT_PAIRS, OUR_CLIENTS, PAIRS } from "./cast.ts";
import { connect, connected, leaveAtEnd, once, serve, serverSocket, until } from "./stage.ts";

describe.each(PAIRS)("%s with %s", (client, server) => {
  test("comes back by itself when the server is started again", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url);
    await connected(socket);
    const lost = once(socket, "disconnect");
    await served.cut();
    expect((await lost)[0]).toMatch(/^transport (?:close|error)$/);
    const attempt = once(socket.io, "reconnect_attempt");
    expect((await attempt)[0]).toBe(1);
    const again = await serve(server, {}, served.port);
    await connected(socket);
    expect([socket.connected, again.sessions]).toEqual([true, 1]);
  });

  test("the socket has its manager, whose options are read at each attempt", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url);
    await connected(socket);
    const there = serverSocket(served.io);
    Object.assign(socket.io.opts, {
      query: { late: "yes" },
      extraHeaders: { "x-late": "yes" },
      transports: ["websocket"],
    });
    const before = served.requests.length;
    socket.io.engine.close();
    const { handshake } = await there;
    expect([handshake.query["late"], handshake.headers["x-late"]]).toEqual(["yes", "yes"]);
    expect(served.requests.slice(before).some(({ isWebSocket }) => isWebSocket)).toBe(true);
  });
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s", (client, server) => {
  test("another path that is set before an attempt is that of the attempt", async () => {
    const served = await serve(server, { path: "/late" });
    served.http.on("request", (request, response) => {
      if (request.url?.startsWith("/early") === true) response.writeHead(404).end();
    });
    const socket = connect(client, served.url, { path: "/early" });
    socket.on("reconnect_attempt", () => {
      socket.io.opts["path"] = "/late";
    });
    await connected(socket);
    expect(served.requests.at(-1)?.path).toBe("/late/");
  });

  test("the socket tells the events of its manager", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url);
    const heard: string[] = [];
    for (const event of ["reconnect_attempt", "reconnecting", "reconnect", "reconnect_error"]) {
      socket.on(event, () => heard.push(event));
    }
    await connected(socket);
    await served.cut();
    await once(socket, "reconnect_error");
    await serve(server, {}, served.port);
    await once(socket, "reconnect");
    expect(heard.slice(0, 3)).toEqual(["reconnect_attempt", "reconnecting", "reconnect_error"]);
    expect(heard.at(-1)).toBe("reconnect");
  });
});

describe.each(OUR_CLIENTS)("%s", (client) => {
  const NOBODY = "http://127.0.0.1:9";

  test("the socket tells that connecting failed, and that no attempt is left", async () => {
    const socket = connect(client, NOBODY, { reconnectionAttempts: 2 });
    const failed = once(socket, "connect_error");
    const over = once(socket, "reconnect_failed");
    await Promise.all([failed, over]);
    expect(socket.connected).toBe(false);
  });

  test("the socket tells that an attempt took too long", async () => {
    const silent = await serve("our server", { path: "/elsewhere" });
    const socket = connect(client, silent.url, { timeout: 30, reconnection: false });
    expect((await once(socket, "connect_timeout"))[0]).toBe(30);
  });

  test.each(["ping", "pong"])("the socket tells of a %s where the protocol is that of 2.x", async (event) => {
    const served = await serve("server 2.5", { pingInterval: 30, pingTimeout: 2000 });
    const socket = connect(client, served.url);
    const [latency] = await once<[number | undefined]>(socket, event);
    if (event === "pong") expect(latency).toBeGreaterThanOrEqual(0);
    else expect(latency).toBeUndefined();
  });

  test("attempts begin after half a second to one and a half, and go on without end", () => {
    const { io: manager } = leaveAtEnd(clientOf(client)(NOBODY, { autoConnect: false, forceNew: true }));
    const settings = [
      manager.reconnection(),
      manager.reconnectionAttempts(),
      manager.reconnectionDelay(),
      manager.reconnectionDelayMax(),
      manager.randomizationFactor(),
    ];
    expect(settings).toEqual([true, Number.POSITIVE_INFINITY, 1000, 5000, 0.5]);
  });

  test("a middleware may take its time, and the client waits", async () => {
    const served = await serve("our server");
    let release: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      served.io.use((_socket, next) => {
        release = next;
        resolve();
      });
    });
    const socket = connect(client, served.url);
    await asked;
    await until(() => socket.io.engine.readyState === "open", "an open engine");
    expect(socket.connected).toBe(false);
    release();
    await until(() => socket.connected, "the connection");
  });
});
