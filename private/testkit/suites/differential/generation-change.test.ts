// A server is replaced by one of another generation while our client is connected: it comes back and speaks the other
// protocol. No official client can do that, so what to observe stands here in full.
// Place: **tests** -> peers

import { afterEach, describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientSocket, RunningServer, ServerName, TransportMode } from "../../src/peers/peer.ts";
import { serverPeer } from "../../src/peers/server-peers.ts";
import { ALL_MODES } from "./case.ts";
import { describeValues } from "./describe-value.ts";
import { call, emitForAck, happened } from "./scene.ts";

const CHANGES: readonly (readonly [ServerName, ServerName])[] = [
  ["server 2.5", "server 4.8"],
  ["server 4.8", "server 2.5"],
  ["server 2.5", "our server"],
];

const started: { servers: RunningServer[]; clients: ClientSocket[] } = { servers: [], clients: [] };

afterEach(async () => {
  for (const client of started.clients.splice(0)) {
    client.dispose();
  }
  await Promise.all(started.servers.splice(0).map((server) => server.kill()));
});

/** Starts a server that echoes by ack on / and on /admin and greets with binary. */
async function startEchoing(name: ServerName, port: number): Promise<RunningServer> {
  const server = await (await serverPeer(name)).start({ port });
  started.servers.push(server);
  for (const namespace of ["/", "/admin"]) {
    server.onConnection(namespace, (socket) => {
      socket.on("echo", (value, ack) => call(ack, value, name));
      socket.emit("greeting", Buffer.from(name));
    });
  }
  return server;
}

function greeted(clients: readonly ClientSocket[]): Promise<readonly (readonly unknown[])[]> {
  return Promise.all(clients.map((client) => happened(client, "greeting", "the server's greeting")));
}

async function exchange(clients: readonly ClientSocket[], mode: TransportMode): Promise<readonly string[]> {
  if (mode === "upgrade") {
    await clients[0]?.upgraded();
  }
  const answers = await Promise.all(clients.map((client) => emitForAck(client, "echo", { bytes: Buffer.from([4]) })));
  return answers.map(describeValues);
}

describe.each(CHANGES)("our client, when %s gives way to %s", (before, after) => {
  test.each(ALL_MODES)("comes back and speaks the protocol of the new one over %s", async (mode) => {
    const first = await startEchoing(before, 0);
    const peer = await clientPeer("our client");
    const clients = ["/", "/admin"].map((namespace) =>
      peer.connect(first.url, { mode, namespace, shared: true, reconnection: true }),
    );
    started.clients.push(...clients);

    const greetings = [await greeted(clients)];
    const answers = [...(await exchange(clients, mode))];
    const lost = Promise.all(clients.map((client) => happened(client, "disconnect", "the loss of the first server")));
    const again = greeted(clients);
    await first.kill();
    await lost;
    const kept = Promise.all(clients.map((client) => emitForAck(client, "echo", "kept")));
    await startEchoing(after, first.port);
    greetings.push(await again);
    answers.push(...(await kept).map(describeValues));
    answers.push(...(await exchange(clients, mode)));

    const firstAnswer = `{"bytes": Buffer(1) 4}, "${before}"`;
    const secondAnswer = `{"bytes": Buffer(1) 4}, "${after}"`;
    const keptAnswer = `"kept", "${after}"`;
    expect(answers).toEqual([firstAnswer, firstAnswer, keptAnswer, keptAnswer, secondAnswer, secondAnswer]);
    expect(greetings.flat(2).map(String)).toEqual([before, before, after, after]);
    expect(clients.map(({ connected, transport }) => [connected, transport])).toEqual(
      clients.map(() => [true, mode === "polling" ? "polling" : "websocket"]),
    );
  });
});
