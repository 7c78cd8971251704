// How a lost connection comes back: the settings, the events and their order, and what may be changed on the way.
// Place: **tests** -> stage -> official packages and ours
// Rules: one script for every pairing; delays are short and only their order counts.

import { describe, expect, test } from "vitest";
import { PAIRINGS, PAIRINGS_OF_2, PAIRINGS_OF_4, record, told, until, useStage } from "./stage.ts";

const QUICK = { reconnectionDelay: 10, reconnectionDelayMax: 20, randomizationFactor: 0 } as const;
/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:9";
const FAMILY = [
  "reconnect_attempt",
  "reconnecting",
  "reconnect_error",
  "reconnect_failed",
  "reconnect",
  "connect",
  "disconnect",
] as const;

describe.each(PAIRINGS)("$client at $server: reconnecting", (pairing) => {
  const stage = useStage(pairing);

  test("happens by itself when the server comes back, and connect is told again", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, QUICK);
    await told(socket, "connect");
    const lost = told(socket, "disconnect");
    await server.kill();
    expect(["transport close", "transport error"]).toContain((await lost)[0]);
    await stage.serve({}, server.port);
    await told(socket, "connect");
    expect(socket.connected).toBe(true);
  });

  test("tells reconnect on the manager before connect on its sockets", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, QUICK);
    await told(socket, "connect");
    const order = record(socket, ["connect"], record(socket.io, ["reconnect"]));
    const lost = told(socket, "disconnect");
    await server.kill();
    await lost;
    await stage.serve({}, server.port);
    await until(() => order.length === 2, "the reconnection");
    expect(order).toEqual(["reconnect", "connect"]);
  });

  test("tells the number of each attempt, and gives up behind the last one, before its error", async () => {
    const socket = stage.connect(NOWHERE, { ...QUICK, reconnectionAttempts: 2, autoConnect: false });
    const order: unknown[] = [];
    for (const event of ["reconnect_attempt", "reconnect_error", "reconnect_failed"]) {
      socket.io.on(event, (first) => order.push(typeof first === "number" ? `${event} ${first}` : event));
    }
    socket.connect();
    await until(() => order.length === 5, "the events of two attempts");
    expect(order).toEqual([
      "reconnect_attempt 1",
      "reconnect_error",
      "reconnect_attempt 2",
      "reconnect_failed",
      "reconnect_error",
    ]);
  });

  test("does not happen where reconnection is false", async () => {
    const socket = stage.connect(NOWHERE, { reconnection: false, autoConnect: false });
    const events = record(socket.io, FAMILY);
    socket.connect();
    await told(socket, "connect_error");
    expect([socket.io.reconnection(), events]).toEqual([false, []]);
  });

  test("has settings that are read and set by functions, which give the manager", () => {
    const { io } = stage.connect(NOWHERE, { ...QUICK, reconnectionAttempts: 3, timeout: 50, autoConnect: false });
    expect([io.reconnection(), io.reconnectionAttempts(), io.reconnectionDelay()]).toEqual([true, 3, 10]);
    expect([io.reconnectionDelayMax(), io.timeout()]).toEqual([20, 50]);
    expect(io.reconnectionAttempts(4)).toBe(io);
    expect(io.reconnectionDelay(5).reconnectionDelayMax(6).randomizationFactor(0.25).timeout(7)).toBe(io);
    expect(io.reconnection(false)).toBe(io);
    expect([io.reconnection(), io.reconnectionAttempts(), io.reconnectionDelay()]).toEqual([false, 4, 5]);
    expect([io.reconnectionDelayMax(), io.randomizationFactor(), io.timeout()]).toEqual([6, 0.25, 7]);
  });

  test("has the defaults that programs know", () => {
    const { io } = stage.connect(NOWHERE, { autoConnect: false });
    expect([io.reconnection(), io.reconnectionAttempts()]).toEqual([true, Number.POSITIVE_INFINITY]);
    expect([io.reconnectionDelay(), io.reconnectionDelayMax(), io.randomizationFactor()]).toEqual([1000, 5000, 0.5]);
    expect(io.timeout()).toBe(20_000);
  });

  test("takes 0 attempts for any number, and a delay of 0 for the default", () => {
    const { io } = stage.connect(NOWHERE, { reconnectionAttempts: 0, reconnectionDelay: 0, autoConnect: false });
    expect([io.reconnectionAttempts(), io.reconnectionDelay()]).toEqual([Number.POSITIVE_INFINITY, 1000]);
  });

  test("uses a query that a listener of the manager changes before the attempt", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...QUICK, query: { token: "abc" } });
    await told(socket, "connect");
    socket.io.on("reconnect_attempt", () => {
      socket.io.opts["query"] = { token: "fgh" };
    });
    const accepted = server.accept();
    socket.io.engine?.close();
    expect((await accepted).handshake.query).toMatchObject({ token: "fgh" });
  });

  test("uses headers, a path and transports that are changed before the attempt", async () => {
    const server = await stage.serve({ path: "/new" });
    const socket = stage.connect(server.url, { ...QUICK, path: "/old", transports: ["polling"] });
    socket.io.on("reconnect_attempt", () => {
      Object.assign(socket.io.opts, { path: "/new", transports: ["websocket"], extraHeaders: { "x-id": "abc" } });
    });
    await told(socket, "connect");
    const last = server.asked.at(-1);
    expect([last?.query.get("transport"), last?.headers["x-id"]]).toEqual(["websocket", "abc"]);
  });

  test("goes to another server where a listener changes the manager's uri", async () => {
    const server = await stage.serve();
    const socket = stage.connect(NOWHERE, { ...QUICK, autoConnect: false });
    socket.io.on("reconnect_attempt", () => {
      socket.io.uri = server.url;
    });
    socket.connect();
    await told(socket, "connect");
    expect(server.handshakes()).toHaveLength(1);
  });

  test("does not follow a close of the program's own", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, QUICK);
    await told(socket, "connect");
    const order = record(socket, ["disconnect"], record(socket.io, ["reconnect_attempt"]));
    socket.close();
    await until(() => order.length > 0, "the end");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([order, socket.connected, socket.disconnected]).toEqual([["disconnect"], false, true]);
  });

  test("does not follow a failed open() with a callback, which hears of the failure, or of the success", async () => {
    const failing = stage.manager(NOWHERE, { ...QUICK, autoConnect: false });
    const events = record(failing, ["reconnect_attempt"]);
    const error = await new Promise((resolve) => failing.open(resolve));
    expect([error instanceof Error, events]).toEqual([true, []]);
    const server = await stage.serve();
    const working = stage.manager(server.url, { autoConnect: false });
    expect(await new Promise((resolve) => working.connect(resolve))).toBeUndefined();
  });

  test("is preceded by an attempt that took longer than the timeout", async () => {
    const server = await stage.serve();
    server.raw.of("/");
    const socket = stage.connect(server.url, { ...QUICK, timeout: 0, autoConnect: false, reconnectionAttempts: 1 });
    const failed = told(socket, "connect_error");
    socket.connect();
    expect(String((await failed)[0])).toMatch(/timeout/);
  });

  test("is not preceded by anything where timeout is false", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { timeout: false });
    expect(socket.io.timeout()).toBe(false);
    await told(socket, "connect");
  });
});

describe.each(PAIRINGS_OF_4)("$client at $server: reconnecting, for programs of 4.x", (pairing) => {
  const stage = useStage(pairing);

  test("stops when it is switched off while it runs", async () => {
    const socket = stage.connect(NOWHERE, { ...QUICK, autoConnect: false });
    const events = record(socket.io, ["reconnect_attempt"]);
    socket.connect();
    await told(socket.io, "reconnect_error");
    socket.io.reconnection(false);
    const seen = events.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(events).toHaveLength(seen);
  });

  test("has delays without chance where the factor is 0", () => {
    const { io } = stage.connect(NOWHERE, { randomizationFactor: 0, autoConnect: false });
    expect(io.randomizationFactor()).toBe(0);
  });

  test("asks for the credentials of the moment", async () => {
    const server = await stage.serve();
    let count = 0;
    const auth = (give: (auth: object) => void): void => {
      count += 1;
      give({ count });
    };
    const first = server.accept();
    const socket = stage.connect(server.url, { ...QUICK, auth });
    expect((await first).handshake.auth).toMatchObject({ count: 1 });
    await told(socket, "connect");
    const second = server.accept();
    socket.io.engine?.close();
    expect((await second).handshake.auth).toMatchObject({ count: 2 });
    socket.auth = { count: "changed" };
    const third = server.accept();
    await told(socket, "connect");
    socket.io.engine?.close();
    expect((await third).handshake.auth).toMatchObject({ count: "changed" });
  });
});

describe.each(PAIRINGS_OF_2)("$client at $server: reconnecting, for programs of 2.x", (pairing) => {
  const stage = useStage(pairing);

  test("is told on sockets as well, with the number of the attempt", async () => {
    const socket = stage.connect(NOWHERE, { ...QUICK, reconnectionAttempts: 1, autoConnect: false });
    const events: unknown[] = [];
    for (const event of ["reconnect_attempt", "reconnecting", "reconnect_error", "reconnect_failed"]) {
      socket.on(event, (first) => events.push(typeof first === "number" ? `${event} ${first}` : event));
    }
    socket.connect();
    await until(() => events.length === 4, "the events of one attempt");
    expect(events).toEqual(["reconnect_attempt 1", "reconnecting 1", "reconnect_failed", "reconnect_error"]);
  });

  test("uses a query that a listener of the socket changes before the attempt", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...QUICK, query: { token: "abc" } });
    await told(socket, "connect");
    socket.on("reconnect_attempt", () => {
      socket.io.opts["query"] = { token: "fgh" };
    });
    const accepted = server.accept();
    socket.io.engine?.close();
    expect((await accepted).handshake.query).toMatchObject({ token: "fgh" });
  });

  test("tells of a timeout by connect_error with a string, then connect_timeout with its length", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...QUICK, timeout: 1, transports: ["websocket"], autoConnect: false });
    const events: unknown[] = [];
    for (const event of ["connect_error", "connect_timeout"]) socket.on(event, (first) => events.push([event, first]));
    socket.connect();
    await until(() => events.length >= 2, "the timeout");
    expect(events.slice(0, 2)).toEqual([
      ["connect_error", "timeout"],
      ["connect_timeout", 1],
    ]);
  });
});
