// What programs say and hear over a socket: events, acks, buffers, listeners, refusals, and how it ends.
// Place: **tests** -> stage -> official packages and ours
// Rules: one script for every pairing; what the generations do not share has a group of its own.

import { describe, expect, test } from "vitest";
import { isListener, type RawServerSocket } from "../../src/peers/raw-surface.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { PAIRINGS, record, type Stage, told, until, useStage } from "./stage.ts";

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

describe.each(PAIRINGS)("$client at $server: a socket", (pairing) => {
  const stage = useStage(pairing);

  test("has the id that the server knows it by, from connect on", async () => {
    const server = await stage.serve();
    const accepted = server.accept();
    const socket = stage.connect(server.url, CONNECTED);
    const ids = new Promise((resolve) => socket.on("connect", () => resolve(socket.id)));
    expect(socket.id).toBeUndefined();
    expect(await ids).toBe((await accepted).id);
  });

  test("has none any more, and is told so, when it has left", async () => {
    const { socket } = await connected(stage);
    expect([socket.connected, socket.disconnected]).toEqual([true, false]);
    const left = told(socket, "disconnect");
    expect(socket.disconnect()).toBe(socket);
    expect([(await left)[0], socket.connected, socket.disconnected]).toEqual(["io client disconnect", false, true]);
    expect(socket.id).toBeUndefined();
  });

  test("is told why the server ends it, and does not come back by itself", async () => {
    const server = await stage.serve();
    const accepted = server.accept();
    const socket = stage.connect(server.url, { reconnectionDelay: 10 });
    const left = told(socket, "disconnect");
    await told(socket, "connect");
    (await accepted).disconnect();
    expect((await left)[0]).toBe("io server disconnect");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(socket.connected).toBe(false);
    socket.connect();
    await told(socket, "connect");
  });

  test("does nothing when it is told to connect and is connected", async () => {
    const { socket, server } = await connected(stage);
    expect(socket.open()).toBe(socket);
    expect(socket.connect()).toBe(socket);
    expect(server.handshakes()).toHaveLength(1);
  });

  test("sends events with their arguments in order, and gives itself", async () => {
    const { socket, peer } = await connected(stage);
    const arrived = heard(peer, "news");
    expect(socket.emit("news", 1, "two", { three: [3] }, null)).toBe(socket);
    expect(await arrived).toEqual([1, "two", { three: [3] }, null]);
  });

  test("sends what send() takes as the event message", async () => {
    const { socket, peer } = await connected(stage);
    const arrived = heard(peer, "message");
    expect(socket.send("a", 2)).toBe(socket);
    expect(await arrived).toEqual(["a", 2]);
  });

  test("gets the answer of the server to an event, once", async () => {
    const { socket, peer } = await connected(stage);
    peer.on("ask", (question, answer) => {
      if (!isListener(answer)) return;
      answer("first", question);
      answer("second");
    });
    const answers: unknown[] = [];
    socket.emit("ask", 42, (...args: readonly unknown[]) => answers.push(args));
    await new Promise((resolve) => socket.emit("ask", 43, resolve));
    expect(answers).toEqual([["first", 42]]);
  });

  test("answers an event of the server", async () => {
    const { socket, peer } = await connected(stage);
    socket.on("ask", (question, answer) => {
      if (isListener(answer)) answer("yes", question);
    });
    const answered = new Promise((resolve) => peer.emit("ask", 7, (...args: readonly unknown[]) => resolve(args)));
    expect(await answered).toEqual(["yes", 7]);
  });

  test("keeps events until it is connected, and sends them before connect is told", async () => {
    const server = await stage.serve();
    const seen = server.record(["n"]);
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    socket.on("connect", () => socket.emit("n", 3));
    socket.emit("n", 1);
    socket.emit("n", 2);
    expect(socket.sendBuffer).toHaveLength(2);
    socket.connect();
    await until(() => seen.length === 3, "three events");
    expect(seen).toEqual([
      ["n", 1],
      ["n", 2],
      ["n", 3],
    ]);
  });

  test("forgets the events that wait when the program empties its buffer", async () => {
    const server = await stage.serve();
    const seen = server.record(["dropped", "kept"]);
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    socket.emit("dropped");
    socket.sendBuffer = [];
    socket.emit("kept");
    socket.connect();
    await until(() => seen.length > 0, "the event");
    expect(seen).toEqual([["kept"]]);
  });

  test("carries bytes in place, whatever holds them", async () => {
    const { socket, peer } = await connected(stage);
    const arrived = heard(peer, "bytes");
    socket.emit("bytes", Buffer.from([1]), { deep: [new Uint8Array([2, 3]).buffer] }, "text");
    expect(await arrived).toEqual([Buffer.from([1]), { deep: [Buffer.from([2, 3])] }, "text"]);
  });

  test("takes compress() as a wish for the next event", async () => {
    const { socket, peer } = await connected(stage);
    const arrived = heard(peer, "plain");
    expect(socket.compress(false)).toBe(socket);
    socket.compress(false).emit("plain", "text");
    expect(await arrived).toEqual(["text"]);
  });

  test("adds and removes listeners under every name that programs use", async () => {
    const { socket, peer } = await connected(stage);
    const calls: string[] = [];
    const [kept, gone] = [() => calls.push("kept"), () => calls.push("gone")];
    socket.on("e", gone);
    socket.addEventListener("e", kept);
    expect([socket.hasListeners("e"), socket.listeners("e").length, socket.hasListeners("f")]).toEqual([
      true,
      2,
      false,
    ]);
    socket.off("e", gone);
    socket.on("e", gone);
    socket.removeListener("e", gone);
    socket.on("e", gone);
    socket.removeEventListener("e", gone);
    socket.once("e", () => calls.push("once"));
    const last = told(socket, "last");
    peer.emit("e");
    peer.emit("e");
    peer.emit("last");
    await last;
    expect(calls).toEqual(["kept", "once", "kept"]);
  });

  test("removes all listeners of an event, or all there are", async () => {
    const { socket } = await connected(stage);
    for (const name of ["a", "b", "c"]) socket.on(name, () => {});
    socket.off("a");
    expect([socket.hasListeners("a"), socket.hasListeners("b")]).toEqual([false, true]);
    socket.removeAllListeners("b");
    expect([socket.hasListeners("b"), socket.hasListeners("c")]).toEqual([false, true]);
    socket.off();
    expect(socket.hasListeners("c")).toBe(false);
  });

  test("tells connect_error when nobody answers", async () => {
    const socket = stage.connect("http://127.0.0.1:9", { ...CONNECTED, autoConnect: false });
    const failed = told(socket, "connect_error");
    socket.connect();
    const [error] = await failed;
    expect(error).toMatchObject({ message: "xhr poll error", type: "TransportError" });
  });

  test("over WebSocket alone tells connect_error in other words when nobody answers", async () => {
    const options = { ...CONNECTED, autoConnect: false, transports: ["websocket"] };
    const socket = stage.connect("http://127.0.0.1:9", options);
    const failed = told(socket, "connect_error");
    socket.connect();
    const [error] = await failed;
    expect(error).toMatchObject({ message: "websocket error", type: "TransportError" });
  });

  test("of an engine that the program closes is told of a forced close", async () => {
    const { socket } = await connected(stage);
    const left = told(socket, "disconnect");
    socket.io.engine?.close();
    expect((await left)[0]).toBe("forced close");
  });

  test("tells on the manager what happens to the connection", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { ...CONNECTED, autoConnect: false });
    const order = record(socket, ["connect"], record(socket.io, ["open", "close"]));
    const packets: unknown[] = [];
    socket.io.on("packet", (packet) => packets.push(packet));
    socket.connect();
    await told(socket, "connect");
    socket.disconnect();
    await until(() => order.length === 3, "the end");
    expect(order).toEqual(["open", "connect", "close"]);
    expect(packets[0]).toMatchObject({ type: 0, nsp: "/" });
  });
});
