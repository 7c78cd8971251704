// Cases about how a connection is lost, how that is noticed, and how it comes back by itself.
// Place: **cases** -> scene -> peers
// Rules: a killed server is silent because its TCP connections are cut, a dead path because a proxy swallows bytes.

import { waitFor } from "../../../src/peers/wait-for.ts";
import type { DifferentialCase } from "../case.ts";
import {
  barrier,
  call,
  emitForAck,
  happened,
  type Joined,
  observeClient,
  observeEvent,
  observeSocket,
  type Scene,
} from "../scene.ts";

const PING_INTERVAL_MS = 100;
/** Longer than the machine may be busy with other cases, or a side would be taken for silent before it is. */
const PING_TIMEOUT_MS = 2000;
const PING_WAIT_MS = 10_000;

const reconnects: DifferentialCase = {
  name: "a client comes back after the server was killed and sends what it had kept",
  shows: "both",
  async run(scene) {
    const first = await scene.startServer();
    const joined = await scene.join(first, { reconnection: true });
    const { client } = joined;
    const lane = scene.lane("client");
    observeClient(scene, lane, client);
    observeEvent(lane, client, "hello again");
    await barrier(joined);
    client.manager.on("reconnect", (attempts) => {
      lane.add(`reconnect, after at least two attempts: ${typeof attempts === "number" && attempts >= 2}`);
    });
    const firstId = client.id;
    const gone = happened(client, "disconnect", "the client's loss of the server");
    await first.kill();
    await gone;
    client.emit("kept", 1, Buffer.from([1, 2, 3]));
    client.emit("kept", 2);
    const kept = new Promise<readonly unknown[]>((resolve) => {
      client.emit("kept for ack", 3, (...answer: readonly unknown[]) => resolve(answer));
    });
    await waitFor(client.manager, "reconnect_error", undefined, "the manager, whose server is away");
    const reconnected = waitFor(client.manager, "reconnect", undefined, "the client's manager");
    const second = await scene.startServer({ port: first.port });
    const accepted = scene.accept(second, "/", (socket) => {
      const serverLane = scene.lane("second server");
      observeSocket(serverLane, socket);
      observeEvent(serverLane, socket, "kept");
      observeEvent(serverLane, socket, "kept for ack");
      socket.on("kept for ack", (_value, ack) => {
        call(ack, "got it");
      });
      socket.emit("hello again");
    });
    await reconnected;
    const socket = await accepted;
    lane.add(`ack ${String(await kept)}`);
    await scene.settle({ client, socket });
    await barrier({ client, socket });
    lane.add(`new id: ${client.id !== firstId && client.id === socket.id}`);
    scene.lane("transports").add(`client: ${client.transport}, server: ${socket.transport}`);
  },
};

const reconnectsBoth: DifferentialCase = {
  name: "two namespaces of one connection come back after the server was killed",
  shows: "both",
  async run(scene) {
    const first = await scene.startServer();
    const accepts = [scene.accept(first, "/"), scene.accept(first, "/admin")];
    const main = scene.connect(first.url, { shared: true, reconnection: true });
    const admin = scene.connect(first.url, { shared: true, reconnection: true, namespace: "/admin" });
    const connected = Promise.all([happened(main, "connect", "/"), happened(admin, "connect", "/admin")]);
    const [mainSocket] = await Promise.all(accepts);
    await connected;
    if (mainSocket !== undefined) {
      await scene.settle({ client: main, socket: mainSocket });
    }
    observeClient(scene, scene.lane("client /"), main);
    observeClient(scene, scene.lane("client /admin"), admin);
    const gone = Promise.all([happened(main, "disconnect", "loss of /"), happened(admin, "disconnect", "of /admin")]);
    await first.kill();
    await gone;
    const second = await scene.startServer({ port: first.port });
    const acceptsAgain = [scene.accept(second, "/"), scene.accept(second, "/admin")];
    const again = Promise.all([happened(main, "connect", "/ again"), happened(admin, "connect", "/admin again")]);
    await Promise.all(acceptsAgain);
    await again;
    await emitForAck(main, "barrier");
    await emitForAck(admin, "barrier");
    scene.lane("both").add(`connections of the second server: ${second.connectionCount}`);
  },
};

/** Joins through a proxy and sees to it that traffic flowed over the last transport. */
async function joinThroughProxy(scene: Scene): Promise<Joined & { silence(side: "client" | "server"): void }> {
  const server = await scene.startServer({ pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: PING_TIMEOUT_MS });
  const proxy = await scene.startProxy(server);
  const accepted = scene.accept(server, "/");
  const client = scene.connect(proxy.url);
  const connected = happened(client, "connect", "the connection through the proxy");
  const socket = await accepted;
  await connected;
  const joined = { client, socket };
  await scene.settle(joined);
  await barrier(joined);
  return { ...joined, silence: (side) => proxy.silence(side) };
}

const clientNoticesSilence: DifferentialCase = {
  name: "the client notices that the server is silent",
  shows: "client",
  async run(scene) {
    const { client, silence } = await joinThroughProxy(scene);
    observeClient(scene, scene.lane("client"), client);
    const gone = happened(client, "disconnect", "the client's ping timeout", PING_WAIT_MS);
    silence("server");
    await gone;
  },
};

const serverNoticesSilence: DifferentialCase = {
  name: "the server notices that the client is silent",
  shows: "server",
  async run(scene) {
    const { socket, silence } = await joinThroughProxy(scene);
    observeSocket(scene.lane("server"), socket);
    const gone = happened(socket, "disconnect", "the server's ping timeout", PING_WAIT_MS);
    silence("client");
    await gone;
  },
};

const staysWhileIdle: DifferentialCase = {
  name: "an idle connection outlives several heartbeats",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer({ pingIntervalMs: 40, pingTimeoutMs: 2000 });
    const joined = await scene.join(server, {}, (socket) => observeSocket(scene.lane("server"), socket));
    observeClient(scene, scene.lane("client"), joined.client);
    for (let heartbeats = 0; heartbeats < 3; heartbeats += 1) {
      await joined.client.heartbeat();
    }
    await barrier(joined);
    scene.lane("client").add(`still connected: ${joined.client.connected}`);
  },
};

/** The cases about losses. */
export const LOSING_CASES: readonly DifferentialCase[] = [
  reconnects,
  reconnectsBoth,
  clientNoticesSilence,
  serverNoticesSilence,
  staysWhileIdle,
];
