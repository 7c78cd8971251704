// A server that is drained while real clients of every generation are connected: they come back to the next server by
// themselves, with nothing lost that was emitted before.
import { createServer, type Server as HttpServer } from "node:http";
import { connect, createServer as createHttp2Server } from "node:http2";
import { type DrainReport, Server } from "@bowline/server";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, ClientSocket, TransportMode } from "../../src/peers/peer.ts";
import { makeLatch } from "../../src/peers/wait-for.ts";
import { type Balancer, startBalancer } from "./balancer.ts";

const CLIENTS: readonly ClientName[] = ["client 2.0", "client 2.5", "client 3.1", "client 4.8", "our client"];
const MODES: readonly TransportMode[] = ["polling", "websocket", "upgrade"];

/** One of the two servers behind the proxy. */
interface Node {
  readonly io: Server;
  readonly port: number;
}

async function startNode(name: string): Promise<Node> {
  const httpServer: HttpServer = createServer();
  let count = 0;
  // By such ids the balancer knows where a session is.
  const io = new Server(httpServer, { pingInterval: 2000, generateId: () => `${name}-${++count}` });
  io.on("connection", (socket) => {
    socket.emit("name", name);
    socket.on("slow", (answer: (text: string) => void) => {
      setTimeout(() => answer(`from ${name}`), 200);
    });
  });
  await new Promise<void>((resolve) => {
    httpServer.listen(0, "127.0.0.1", resolve);
  });
  const address = httpServer.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the server");
  return { io, port: address.port };
}

let nodes: readonly [first: Node, second: Node];
let balancer: Balancer;
let socket: ClientSocket | undefined;

beforeEach(async () => {
  nodes = [await startNode("first"), await startNode("second")];
  balancer = await startBalancer({ first: nodes[0].port, second: nodes[1].port }, "first");
});

afterEach(async () => {
  socket?.disconnect();
  await balancer.close();
  await Promise.all(nodes.map(({ io }) => io.close()));
});

/** Drains the first server behind the back of a connected client, and gives what each side saw. */
async function drainBelow(name: ClientName, mode: TransportMode) {
  const peer = await clientPeer(name);
  const [greeted, moved, heard, answered] = ["first", "second", "news", "answer"].map((what) =>
    makeLatch<unknown>(what),
  );
  const client = peer.connect(balancer.url, { mode, reconnection: true });
  socket = client;
  client.on("name", (from) => (from === "first" ? greeted : moved)?.open(from));
  client.on("news", (text) => heard?.open(text));
  await greeted?.wait();
  const ends: unknown[] = [];
  client.on("disconnect", (reason) => ends.push(reason));
  client.emit("slow", (text: unknown) => answered?.open(text));
  await answered?.wait();
  client.emit("slow", () => undefined);
  nodes[0].io.emit("news", "last words");
  balancer.welcomeAt("second");
  const report: DrainReport = await nodes[0].io.drain({ timeoutMs: 15_000, jitterMs: 100 });
  await moved?.wait();
  return { report, ends, news: await heard?.wait() };
}

describe.each(MODES)("over %s", (mode) => {
  test.each(CLIENTS)("%s comes back to the next server by itself", async (name) => {
    const { report, ends, news } = await drainBelow(name, mode);
    expect(report).toMatchObject({ connections: 1, sockets: 1, moved: 1, left: 0, forced: 0, acksAbandoned: 0 });
    expect([ends, news]).toEqual([["transport close"], "last words"]);
    expect([nodes[0].io.engine?.clientsCount, nodes[1].io.engine?.clientsCount]).toEqual([0, 1]);
  });
});

test("a handshake that comes while it is drained is answered with 503, and its connection ended", async () => {
  const held = await fetch(`http://127.0.0.1:${nodes[0].port}/socket.io/?EIO=4&transport=polling`);
  await held.text();
  const drained = nodes[0].io.drain({ timeoutMs: 500, jitterMs: 0 });
  const answer = await fetch(`http://127.0.0.1:${nodes[0].port}/socket.io/?EIO=4&transport=polling`);
  expect([answer.status, answer.headers.get("connection"), await answer.json()]).toEqual([
    503,
    "close",
    { code: 3, message: "Server shutting down" },
  ]);
  expect(await drained).toMatchObject({ connections: 1, sockets: 0 });
});

test("a WebSocket that is asked for while it is drained is refused with 503", async () => {
  await nodes[0].io.drain();
  const client = (await clientPeer("client 4.8")).connect(`http://127.0.0.1:${nodes[0].port}`, { mode: "websocket" });
  socket = client;
  const refused = makeLatch<unknown>("connect_error");
  client.on("connect_error", (error) => refused.open(error));
  expect(await refused.wait()).toMatchObject({ message: "websocket error" });
});

test("a handshake that comes over HTTP/2 is refused as well, and Node has nothing to warn of", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on("warning", warned);
  const server = createHttp2Server();
  const io = new Server();
  io.attach(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const session = connect(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  await io.drain();
  const request = session.request({ ":path": "/socket.io/?EIO=4&transport=polling" });
  const answered = makeLatch<unknown>("response");
  request.on("response", (headers) => answered.open(headers[":status"]));
  expect(await answered.wait()).toBe(503);
  session.destroy();
  await io.close();
  process.off("warning", warned);
  expect(warnings).toEqual([]);
});
