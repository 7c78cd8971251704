// The official server of 4.x with our engine below it, as programs bind an engine that they have made themselves.
// Place: **tests** -> the official server -> our engine
// Rules: the clients are the official ones, over each transport.

import { createServer } from "node:http";
import { Server as Engine } from "@bowline/server/engine";
import { afterEach, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import type { ClientName } from "../../src/peers/peer.ts";
import { isObject, type Listener, type RawEmitter } from "../../src/peers/raw-surface.ts";
import { call, emitForAck, happened } from "./scene.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function isBindable(value: unknown): value is RawEmitter & { bind(engine: Engine): unknown } {
  return isObject(value) && typeof value["bind"] === "function" && typeof value["on"] === "function";
}

function isEmitter(value: unknown): value is { on(event: string, listener: Listener): unknown } {
  return isObject(value) && typeof value["on"] === "function";
}

async function serve(): Promise<{ readonly url: string; readonly engine: Engine }> {
  const Server = memberOf(requireOfficial("socket.io-v4"), "Server");
  const io: unknown = typeof Server === "function" ? Reflect.construct(Server, []) : undefined;
  if (!isBindable(io)) throw new TypeError("Cannot bind the engine: the official server has no bind()");
  const httpServer = createServer();
  const engine = new Engine({ path: "/socket.io" });
  engine.attach(httpServer);
  io.bind(engine);
  io.on("connection", (socket) => {
    if (!isEmitter(socket)) throw new TypeError("Cannot listen: the official socket is no emitter");
    socket.on("bytes", (bytes, answer) => call(answer, Buffer.isBuffer(bytes), bytes));
  });
  await new Promise<void>((resolve) => {
    httpServer.listen(0, "127.0.0.1", resolve);
  });
  cleanups.push(() => {
    engine.close();
    httpServer.closeAllConnections();
    httpServer.close();
  });
  const address = httpServer.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the server");
  return { url: `http://127.0.0.1:${address.port}`, engine };
}

test.each<readonly [ClientName, "polling" | "websocket"]>([
  ["client 4.8", "polling"],
  ["client 4.8", "websocket"],
  ["client 2.5", "polling"],
  ["client 2.5", "websocket"],
])("%s talks to it over %s", async (name, mode) => {
  const { url, engine } = await serve();
  const socket = (await clientPeer(name)).connect(url, { mode, namespace: "/" });
  cleanups.push(() => socket.dispose());
  await happened(socket, "connect", "the connection");
  expect(await emitForAck(socket, "bytes", Buffer.of(1, 2, 3))).toEqual([true, Buffer.of(1, 2, 3)]);
  expect(engine.clientsCount).toBe(1);
});
