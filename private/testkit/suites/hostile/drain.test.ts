// A server that is drained under attack: by clients that never answer, never read, never leave, come back at once, and ask
// for it again and again.
// Place: **bytes** -> engine server (admission) -> connection -> server (drain)
// Rules: it ends in time, whoever is there; newcomers get an answer each; the process lives and ends by itself.
// Source: docs/errors.md, "A server that is drained"

import { expect, onTestFinished, test } from "vitest";
import { openPolling } from "./polling-session.ts";
import { converse, openRaw, readReplies, request } from "./raw-http.ts";
import { frame, joinByWebSocket, type RawWebSocket, upgradeRequest, webSocketTarget } from "./raw-websocket.ts";
import { pollingTarget, textBody } from "./traffic.ts";
import { startVictim, type Victim } from "./victim-process.ts";

const SHUTTING_DOWN = '{"code":3,"message":"Server shutting down"}';

async function start(): Promise<Victim> {
  return await startVictim({ pingInterval: 60_000, pingTimeout: 60_000, connectTimeout: 60_000 }, "draining");
}

/** Clients of both revisions, of which each third reads nothing and each third is owed an answer that never comes. */
async function crowd(victim: Victim, count: number): Promise<RawWebSocket[]> {
  const clients = await Promise.all(
    Array.from({ length: count }, (_, index) => joinByWebSocket(victim.port, index % 2 === 0 ? 4 : 3)),
  );
  clients.forEach((client, index) => {
    if (index % 3 === 0) client.connection.socket.pause();
    if (index % 3 === 1) client.write(frame('421["keep waiting"]'));
  });
  onTestFinished(() => leave(clients));
  return clients;
}

/** Who never answers a close frame is cut off by the platform, but not at once. */
function leave(clients: readonly RawWebSocket[]): void {
  for (const { connection } of clients) connection.socket.destroy();
}

test("200 clients that do not read, are owed answers or only poll are gone in time, and 400 newcomers are refused", async () => {
  const victim = await start();
  const clients = await crowd(victim, 200);
  await Promise.all(Array.from({ length: 20 }, () => openPolling(victim.port, 4)));
  const asker = await joinByWebSocket(victim.port, 4);
  asker.write(frame('42["drain",3000]'), frame('42["drain",1]'), frame('42["drain",-1]'));
  await victim.settle(({ figures }) => figures["asked"] === 3);
  const answers = await Promise.all(
    Array.from({ length: 400 }, async (_, index) => {
      const polling = request("GET", pollingTarget(index % 4 < 2 ? 4 : 3));
      return await converse(victim.port, index % 2 === 0 ? polling : upgradeRequest(webSocketTarget(4)));
    }),
  );
  const told = answers.map(({ replies }) => replies.map(({ status, body }) => `${status} ${body}`).join());
  expect(new Set(told)).toEqual(new Set(["503 Server shutting down", `503 ${SHUTTING_DOWN}`]));
  const { connections, figures } = await victim.settle((report) => report.figures["told"] === 3);
  expect([connections, figures["told"], victim.causeOfDeath]).toEqual([0, 3, undefined]);
  expect(Number(figures["moved"]) + Number(figures["left"]) + Number(figures["forced"])).toBe(221);
  expect(Number(figures["forced"])).toBeGreaterThanOrEqual(66);
  leave([...clients, asker]);
  expect(await victim.close()).toBe(0);
});

test("a server that is closed while it is drained says goodbye at once to all, and ends with their connections", async () => {
  const victim = await start();
  const clients = await crowd(victim, 30);
  clients[1]?.write(frame('42["drain",60000]'));
  await victim.settle(({ figures }) => figures["asked"] === 1);
  const ended = victim.close();
  for (const { connection } of clients) connection.socket.resume();
  expect(await Promise.all(clients.map((client) => client.dismissed()))).not.toContain(false);
  leave(clients);
  expect(await ended).toBe(0);
});

test("who moves over to a WebSocket while the server is drained is served, and sent away like the others", async () => {
  const victim = await start();
  const session = await openPolling(victim.port, 4);
  const asker = await joinByWebSocket(victim.port, 4);
  asker.write(frame('42["drain",2000]'));
  await victim.settle(({ figures }) => figures["asked"] === 1);
  const connection = await openRaw(victim.port);
  connection.socket.write(
    Buffer.concat([upgradeRequest(webSocketTarget(4, session.sid)), frame("2probe"), frame("5")]),
  );
  await connection.quiet((received) => received.includes("3probe"), 2000);
  expect(readReplies(connection.received).replies.map(({ status }) => status)).toEqual([101]);
  const { connections, figures } = await victim.settle((report) => report.figures["told"] === 1);
  expect([connections, figures["told"], victim.causeOfDeath]).toEqual([0, 1, undefined]);
  expect((await session.post(textBody(4, ["42[]"]))).replies.map(({ status }) => status)).toEqual([400]);
  connection.socket.destroy();
  leave([asker]);
  expect(await victim.close()).toBe(0);
});
