// Headers of a program, and which transports it connects by, now and at a reconnection.
// Place in the flow: client and server over real connections, ours and official on either side.

import { describe, expect, test } from "vitest";
import { OUR_CLIENT_PAIRS, PAIRS } from "./cast.ts";
import { connect, connected, once, serve, serverSocket, until } from "./stage.ts";

const ON_POLLING = { transportOptions: { polling: { extraHeaders: { "x-clientid": "abc" } } } };
const MANY = Array.from({ length: 1000 }, (_nothing, index) => index + 1);

describe.each(PAIRS)("%s with %s", (client, server) => {
  test("headers given for polling are on every request of it, on no WebSocket, and in the handshake", async () => {
    const served = await serve(server);
    let judged: unknown;
    served.io.use((socket, next) => {
      judged = socket.handshake.headers["x-clientid"];
      next();
    });
    const there = serverSocket(served.io);
    const socket = connect(client, served.url, ON_POLLING);
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
    const heads = (isWebSocket: boolean) =>
      new Set(
        served.requests
          .filter((request) => request.isWebSocket === isWebSocket)
          .map(({ headers }) => headers["x-clientid"]),
      );
    expect(judged).toBe("abc");
    expect([heads(false), heads(true)]).toEqual([new Set(["abc"]), new Set([undefined])]);
    expect((await there).handshake.headers["x-clientid"]).toBe("abc");
  });

  test("a middleware may refuse for want of a header that is given for polling only", async () => {
    const served = await serve(server);
    served.io.use((socket, next) => {
      next(socket.handshake.headers["x-clientid"] === "abc" ? undefined : new Error("authentication error"));
    });
    const refused = connect(client, served.url, { ...ON_POLLING, transports: ["websocket"], forceNew: true });
    const isOf2 = client === "client 2.5" || client === "our client for programs of 2.x";
    const refusal = once(refused, isOf2 ? "error" : "connect_error");
    const welcome = connect(client, served.url, { ...ON_POLLING, forceNew: true });
    await Promise.all([connected(welcome), refusal]);
    expect([welcome.connected, refused.connected]).toEqual([true, false]);
  });

  test("headers for all transports, and those for WebSocket alone, are on the WebSocket as well", async () => {
    const served = await serve(server);
    const everywhere = connect(client, served.url, {
      extraHeaders: { "x-clientid": "abc" },
      transports: ["websocket"],
    });
    const alone = connect(client, served.url, {
      transportOptions: { websocket: { extraHeaders: { "x-clientid": "def" } } },
      transports: ["websocket"],
      forceNew: true,
    });
    await connected(everywhere, alone);
    expect(served.requests.map(({ headers }) => headers["x-clientid"]).sort()).toEqual(["abc", "def"]);
  });

  test("without an option a client polls first, then goes over to WebSocket, and nothing is lost or overtaken", async () => {
    const served = await serve(server);
    const heard: unknown[] = [];
    const all = serverSocket(served.io).then(
      (there) =>
        new Promise<void>((resolve) => {
          there.on("number", (number: number) => {
            heard.push(number);
            there.emit("number", number);
            if (number === MANY.length) resolve();
          });
        }),
    );
    const socket = connect(client, served.url);
    const echoed: unknown[] = [];
    socket.on("number", (number: number) => echoed.push(number));
    await once(socket.io, "open");
    const { engine } = socket.io;
    const first = engine.transport.name;
    const upgraded = once(engine, "upgrade");
    await connected(socket);
    const left = [...MANY];
    const send = (): void => {
      for (const number of left.splice(0, 20)) socket.emit("number", number);
      if (left.length > 0) setImmediate(send);
    };
    send();
    await Promise.all([all, upgraded]);
    await until(() => echoed.length === MANY.length, "all the echoes");
    expect([first, engine.transport.name]).toEqual(["polling", "websocket"]);
    expect(heard).toEqual(MANY);
    expect(echoed).toEqual(MANY);
    const [request] = served.requests;
    expect(request).toMatchObject({ method: "GET", isWebSocket: false, query: { transport: "polling" } });
    expect(served.requests.find(({ isWebSocket }) => isWebSocket)?.query["sid"]).toBe(engine.id);
  });

  test("WebSocket only means that no request is made but its handshake", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url, { transports: ["websocket"] });
    await connected(socket);
    expect(served.requests.map(({ isWebSocket }) => isWebSocket)).toEqual(served.requests.map(() => true));
    expect(served.requests[0]?.query).toMatchObject({ transport: "websocket" });
    expect(socket.io.engine.transport.name).toBe("websocket");
  });

  test("the first transport of the list is the one that is tried", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url, { transports: ["websocket", "polling"] });
    await connected(socket);
    expect(served.requests.every(({ isWebSocket }) => isWebSocket)).toBe(true);
  });
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s", (client, server) => {
  test("a WebSocket that fails is told as such and nothing else is tried; the list counts for the next attempt", async () => {
    const served = await serve(server);
    const blocked = served.http.rawListeners("upgrade");
    served.http.removeAllListeners("upgrade");
    served.http.on("upgrade", (_request, tcp) => tcp.destroy());
    const socket = connect(client, served.url, { transports: ["websocket"] });
    const [failure] = await once<[Error & { type?: string }]>(socket, "connect_error");
    expect([failure.message, failure.type]).toEqual(["websocket error", "TransportError"]);
    expect(served.requests.filter(({ isWebSocket }) => !isWebSocket)).toEqual([]);
    socket.on("reconnect_attempt", () => {
      socket.io.opts["transports"] = ["polling", "websocket"];
    });
    await connected(socket);
    expect(served.requests.some(({ isWebSocket }) => !isWebSocket)).toBe(true);
    expect(blocked.length).toBeGreaterThan(0);
  });

  test("names of no transport are passed over", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url, { transports: ["carrier-pigeon", "websocket"] });
    await connected(socket);
    expect(served.requests.every(({ isWebSocket }) => isWebSocket)).toBe(true);
  });

  test("an empty list is an error that says so", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url, { transports: [] });
    const [failure] = await once<[unknown]>(socket, "connect_error");
    expect(failure instanceof Error ? failure.message : failure).toBe("No transports available");
  });
});
