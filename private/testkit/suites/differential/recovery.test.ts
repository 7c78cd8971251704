// Unmodified official clients lose their TCP connection again and again, and miss nothing of what our server sends.
// Place: **tests** -> peers; below them a proxy that cuts connections

import { Server } from "@bowline/server";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { memberOf } from "../../src/peers/load-package.ts";
import type { TransportMode } from "../../src/peers/peer.ts";
import { startTcpProxy, type TcpProxy } from "../../src/peers/tcp-proxy.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { ALL_MODES } from "./case.ts";

const TRANSPORTS: Readonly<Record<TransportMode, string[]>> = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

const LOSSES = 3;

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Scene {
  readonly io: Server;
  readonly proxy: TcpProxy;
  readonly client: ClientSocket;
  /** The numbers of the events that the client got, in the order in which they came. */
  readonly got: unknown[];
  /** Sends the next numbers: to everybody, to a room that the client is in, and to the client alone. */
  send(): void;
  readonly sent: number[];
}

/** A server that keeps sessions, and a client of 4.8 in its room `news` behind a proxy. */
async function openScene(mode: TransportMode, recovery: { maxDisconnectionDuration?: number } = {}): Promise<Scene> {
  const http = await listenOnLoopback(0);
  const io = new Server(http.server, { connectionStateRecovery: recovery });
  endings.push(() => io.close());
  const proxy = await startTcpProxy(http.port);
  endings.push(() => proxy.close());
  io.on("connection", (socket) => {
    if (!socket.recovered) {
      socket.data = { name: "bob" };
      void socket.join("news");
    }
    socket.emit("welcome", socket.recovered, memberOf(socket.data, "name"));
  });
  const client = connect(proxy.url, {
    transports: TRANSPORTS[mode],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 40,
  });
  endings.push(() => client.disconnect());
  const got: unknown[] = [];
  const sent: number[] = [];
  const next = () => {
    sent.push(sent.length);
    return sent.length - 1;
  };
  client.on("number", (number: unknown) => got.push(number));
  await waitFor(client, "welcome", undefined, "the client");
  const id = client.id ?? "";
  const send = () => {
    io.emit("number", next(), Buffer.from([1]));
    io.to("news").emit("number", next());
    io.to("elsewhere").emit("number", "for others");
    io.to(id).emit("number", next());
  };
  return { io, proxy, client, got, sent, send };
}

/** Waits until the client is on its last transport and can be sent something at once: over polling, until it asks. */
async function steady({ io, client }: Scene, mode: TransportMode): Promise<void> {
  const transport = mode === "polling" ? "polling" : "websocket";
  await vi.waitUntil(() => client.io.engine.transport.name === transport, { timeout: 8000, interval: 5 });
  const [socket] = io.sockets.sockets.values();
  await vi.waitUntil(() => socket?.conn.transport.name === transport && socket.conn.writable, {
    timeout: 8000,
    interval: 5,
  });
}

/** Cuts the connection while events are on their way, and sends more before the client can be back. */
async function loseConnection({ proxy, client, send }: Scene): Promise<readonly unknown[]> {
  const lost = waitFor(client, "disconnect", undefined, "the client");
  const back = waitFor(client, "welcome", undefined, "the client");
  send();
  proxy.cut();
  send();
  await lost;
  send();
  const [recovered, name] = await back;
  send();
  return [recovered, name];
}

/** Waits for the answer to a question that is behind everything else. */
async function settle({ io, client }: Scene): Promise<void> {
  const last = waitFor(client, "last", undefined, "the client");
  io.emit("last");
  await last;
}

describe.each(ALL_MODES)("a client of 4.8 whose connection over %s is cut", (mode) => {
  test("misses nothing, gets nothing twice and all in order, however often", async () => {
    const scene = await openScene(mode);
    const { client, got, sent, send } = scene;
    const { id } = client;
    send();
    await settle(scene);
    for (let loss = 0; loss < LOSSES; loss++) {
      await steady(scene, mode);
      expect(await loseConnection(scene)).toEqual([true, "bob"]);
      expect([client.recovered, client.id]).toEqual([true, id]);
    }
    await settle(scene);
    expect(got).toEqual(sent);
    expect(sent.length).toBe(3 + LOSSES * 12);
  });
});

test("a client of 4.8 that comes back too late starts anew, and is told so", async () => {
  const scene = await openScene("websocket", { maxDisconnectionDuration: 0 });
  const { client } = scene;
  const { id } = client;
  scene.send();
  await settle(scene);
  await steady(scene, "websocket");
  expect(await loseConnection(scene)).toEqual([false, "bob"]);
  expect([client.recovered, client.id === id]).toEqual([false, false]);
});

test("a client of 4.8 that has got no event so far is recovered as well, every time, with what it missed", async () => {
  const http = await listenOnLoopback(0);
  const io = new Server(http.server, { connectionStateRecovery: {} });
  endings.push(() => io.close());
  const proxy = await startTcpProxy(http.port);
  endings.push(() => proxy.close());
  const client = connect(proxy.url, {
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 40,
  });
  endings.push(() => client.disconnect());
  await waitFor(client, "connect", undefined, "the client");
  const { id } = client;
  for (let loss = 0; loss < LOSSES; loss++) {
    const back = waitFor(client, "connect", undefined, "the client");
    proxy.cut();
    await back;
    expect([client.recovered, client.id]).toEqual([true, id]);
  }
  const heard = waitFor(client, "news", undefined, "the client");
  const gone = waitFor(client, "disconnect", undefined, "the client");
  proxy.cut();
  await gone;
  io.emit("news", "while it was away");
  const [text] = await heard;
  expect(text).toBe("while it was away");
});
