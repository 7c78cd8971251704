// What only programs of 4.x, or only those of 2.x, say and hear over a socket.
// Place: **tests** -> stage -> official packages and ours
// Rules: one script for every pairing of a generation; talking.test.ts has what both share.

import { describe, expect, test } from "vitest";
import { isListener, type RawServerSocket } from "../../src/peers/raw-surface.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { PAIRINGS_OF_2, PAIRINGS_OF_4, record, type Stage, told, until, useStage } from "./stage.ts";

const REFUSAL = Object.assign(new Error("no entry"), { data: { code: 7 } });
const CONNECTED = { reconnection: false } as const;

async function connected(stage: Stage, namespace = "", options: object = CONNECTED) {
  const server = await stage.serve();
  const accepted = server.accept(namespace === "" ? "/" : namespace);
  const socket = stage.connect(`${server.url}${namespace}`, options);
  await told(socket, "connect");
  return { server, socket, peer: await accepted };
}

/** Waits for an event at the server; gives its arguments. */
const heard = (peer: RawServerSocket, event: string) => waitFor(peer, event, undefined, "the server's socket");

describe.each(PAIRINGS_OF_4)("$client at $server: a socket of a program of 4.x", (pairing) => {
  const stage = useStage(pairing);

  test("is told of a refusal by connect_error, with its data, and is active no more", async () => {
    const server = await stage.serve();
    server.raw.of("/").use((_socket, next) => next(REFUSAL));
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    const refused = told(socket, "connect_error");
    socket.connect();
    const [error] = await refused;
    expect(error).toMatchObject({ message: "no entry", data: { code: 7 } });
    expect([socket.active, socket.connected]).toEqual([false, false]);
  });

  test.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "may not emit %s",
    async (name) => {
      const { socket } = await connected(stage);
      expect(() => socket.emit(name)).toThrow(`"${name}" is a reserved event name`);
    },
  );

  test.each(["error", "ping", "pong", "reconnect", "connecting"])(
    "may emit %s, an event like any other",
    async (name) => {
      const { socket, peer } = await connected(stage);
      const arrived = heard(peer, name);
      socket.emit(name, 1);
      expect(await arrived).toEqual([1]);
    },
  );

  test("takes numbers for names of events", async () => {
    const { socket, peer } = await connected(stage);
    const arrived = heard(peer, "1");
    socket.emit(1, "one");
    expect(await arrived).toEqual(["one"]);
  });

  test("gets an error first where a timeout was set, and none but null when the answer comes", async () => {
    const { socket, peer } = await connected(stage);
    peer.on("ask", (answer) => {
      if (isListener(answer)) answer("yes");
    });
    const answered = await new Promise((resolve) =>
      socket.timeout(5000).emit("ask", (...args: readonly unknown[]) => resolve(args)),
    );
    expect(answered).toEqual([null, "yes"]);
    const [error] = await new Promise<readonly unknown[]>((resolve) =>
      socket.timeout(10).emit("silence", (...args: readonly unknown[]) => resolve(args)),
    );
    expect(error).toMatchObject({ message: "operation has timed out" });
  });

  test("drops volatile events while it is not connected", async () => {
    const server = await stage.serve();
    const seen = server.record(["dropped", "kept"]);
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    socket.volatile.emit("dropped");
    socket.emit("kept");
    socket.connect();
    await until(() => seen.length > 0, "the event");
    expect(seen).toEqual([["kept"]]);
  });

  test("is told of the end with details", async () => {
    const { socket, server } = await connected(stage);
    const left = told(socket, "disconnect");
    await server.kill();
    const [reason, details] = await left;
    expect(["transport close", "transport error"]).toContain(reason);
    expect(details).toHaveProperty("description");
  });

  test("hears every event by the listeners for all, first, and none of those it tells by itself", async () => {
    const server = await stage.serve();
    const accepted = server.accept();
    const socket = stage.connect(server.url, CONNECTED);
    const calls: unknown[] = [];
    const gone = () => calls.push("gone");
    socket.on("news", () => calls.push("own"));
    socket.onAny((...args) => calls.push(["any", ...args]));
    socket.prependAny(() => calls.push("first"));
    socket.onAny(gone);
    expect(socket.listenersAny()).toHaveLength(3);
    socket.offAny(gone);
    await told(socket, "connect");
    const last = told(socket, "news");
    (await accepted).emit("news", 1);
    await last;
    expect(calls).toEqual(["first", ["any", "news", 1], "own"]);
    socket.offAny();
    expect(socket.listenersAny()).toEqual([]);
  });

  test("tells listeners of all that is sent when it is sent, and not when it is told to wait", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    const calls: unknown[] = [];
    const gone = () => calls.push("gone");
    socket.onAnyOutgoing((...args) => calls.push(["out", ...args]));
    socket.prependAnyOutgoing(() => calls.push("first"));
    socket.onAnyOutgoing(gone);
    expect(socket.listenersAnyOutgoing()).toHaveLength(3);
    socket.offAnyOutgoing(gone);
    socket.emit("news", 1);
    expect(calls).toEqual([]);
    socket.connect();
    await told(socket, "connect");
    expect(calls).toEqual(["first", ["out", "news", 1]]);
    socket.offAnyOutgoing();
    expect(socket.listenersAnyOutgoing()).toEqual([]);
  });

  test("waits for an answer by emitWithAck, which fails in time and with the connection", async () => {
    const { socket, peer, server } = await connected(stage);
    peer.on("ask", (question, answer) => {
      if (isListener(answer)) answer("yes", question);
    });
    expect(await socket.emitWithAck("ask", 7)).toBe("yes");
    await expect(socket.timeout(10).emitWithAck("silence")).rejects.toThrow("operation has timed out");
    const lost = expect(socket.emitWithAck("silence")).rejects.toThrow("socket has been disconnected");
    await server.kill();
    await lost;
  });

  test("is active while it takes part in connections, and was not recovered at first", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    expect(socket.active).toBe(false);
    socket.connect();
    expect(socket.active).toBe(true);
    await told(socket, "connect");
    expect([socket.active, socket.recovered === true]).toEqual([true, false]);
    socket.disconnect();
    expect(socket.active).toBe(false);
  });

  test("has a manager that tells error when no connection comes about", async () => {
    const socket = stage.connect("http://127.0.0.1:9", { ...CONNECTED, autoConnect: false });
    const failed = told(socket.io, "error");
    socket.connect();
    expect((await failed)[0]).toMatchObject({ message: "xhr poll error" });
  });
});

describe.each(PAIRINGS_OF_2)("$client at $server: a socket of a program of 2.x", (pairing) => {
  const stage = useStage(pairing);

  test("is told of a refusal by error, with its data, and keeps the connection", async () => {
    const server = await stage.serve();
    server.raw.of("/").use((_socket, next) => next(REFUSAL));
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    const refused = told(socket, "error");
    socket.connect();
    expect(await refused).toEqual([{ code: 7 }]);
    expect([socket.connected, socket.io.engine?.readyState]).toEqual([false, "open"]);
  });

  test("is told of a refusal without data by its message", async () => {
    const server = await stage.serve();
    server.raw.of("/").use((_socket, next) => next(new Error("no entry")));
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    const refused = told(socket, "error");
    socket.connect();
    expect(await refused).toEqual(["no entry"]);
  });

  test.each(["connect", "connect_error", "connect_timeout", "connecting", "disconnect", "error", "reconnect"])(
    "emits %s to its own listeners alone",
    async (name) => {
      const { socket } = await connected(stage);
      const here = told(socket, name);
      expect(socket.emit(name, 1)).toBe(socket);
      expect(await here).toEqual([1]);
    },
  );

  test("tells when it begins to connect", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    const order = record(socket, ["connecting", "connect"]);
    socket.connect();
    await told(socket, "connect");
    expect(order).toEqual(["connecting", "connect"]);
  });

  test("has the id of its connection, behind the name of its namespace", async () => {
    const { socket } = await connected(stage, "/admin");
    expect(socket.id).toBe(`/admin#${socket.io.engine?.id}`);
  });

  test("has a manager that tells connect_error when no connection comes about, and not error", async () => {
    const socket = stage.connect("http://127.0.0.1:9", { ...CONNECTED, autoConnect: false });
    const events = record(socket.io, ["connect_error", "error"]);
    socket.connect();
    await told(socket.io, "connect_error");
    expect(events).toEqual(["connect_error"]);
  });

  test("hears the heartbeat: ping when it was sent, pong with the milliseconds it took", async () => {
    const server = await stage.serve({ pingInterval: 30, pingTimeout: 5000 });
    const socket = stage.connect(server.url, CONNECTED);
    await told(socket, "ping");
    expect(await told(socket, "pong")).toEqual([expect.any(Number)]);
  });
});
