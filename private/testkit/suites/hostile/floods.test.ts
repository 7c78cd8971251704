// Too much of what is allowed: pings, fragments, packets, connections. Memory has bounds and time grows no faster than input.
// Place: **bytes** -> WebSocket and polling carriers -> session -> socket codec
// Rules: bytes are measured after a garbage collection; times are compared with each other and never with a clock.
// Source: docs/protocol/engine-4.md, "Polling" and "WebSocket"

import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { openPolling } from "./polling-session.ts";
import { openRaw } from "./raw-http.ts";
import { frame, joinByWebSocket, type RawWebSocket, upgradeRequest, webSocketTarget } from "./raw-websocket.ts";
import { REVISIONS, type Revision, textBody } from "./traffic.ts";
import { startVictim, type Victim, type VictimReport } from "./victim-process.ts";

const MEGABYTE = 1_000_000;

let victim: Victim;
let before: VictimReport;

beforeAll(async () => {
  victim = await startVictim({ pingInterval: 20_000 });
});

beforeEach(async () => {
  before = await victim.settle(({ connections }) => connections === 0);
});

afterAll(async () => {
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
  expect(await victim.close()).toBe(0);
});

/** Joins by WebSocket; the connection is cut when the test ends, however it ends. */
async function join(revision: Revision = 4): Promise<RawWebSocket> {
  const webSocket = await joinByWebSocket(victim.port, revision);
  onTestFinished(() => {
    webSocket.connection.socket.destroy();
  });
  return webSocket;
}

/** Writes until everything is out or the server has had enough; the reader of the answers stays paused. */
async function flood(webSocket: RawWebSocket, chunk: Buffer, times: number): Promise<"swallowed" | "cut off"> {
  const { socket } = webSocket.connection;
  socket.pause();
  for (let written = 0; written < times; written++) {
    if (socket.destroyed || socket.writableEnded) return "cut off";
    const isOut = await new Promise<boolean>((resolve) => {
      const stuck = setTimeout(() => resolve(false), 2000);
      socket.write(chunk, (error) => {
        clearTimeout(stuck);
        resolve(error === undefined || error === null);
      });
    });
    if (!isOut) return "cut off";
  }
  return "swallowed";
}

test("200,000 WebSocket pings from a peer that reads no pong cost next to nothing", async () => {
  const webSocket = await join();
  const ping = frame("x".repeat(125), { opcode: 9 });
  expect(await flood(webSocket, Buffer.concat(Array.from({ length: 1000 }, () => ping)), 200)).toBe("swallowed");
  const grown = await victim.growth({ ...before, connections: 1 }, 2 * MEGABYTE);
  expect(grown).toBeLessThan(2 * MEGABYTE);
});

test("200,000 pings of revision 3 from a peer that reads no pong cost next to nothing", async () => {
  const webSocket = await join(3);
  const pings = Buffer.concat(Array.from({ length: 1000 }, () => frame("2")));
  expect(await flood(webSocket, pings, 200)).toBe("swallowed");
  const grown = await victim.growth({ ...before, connections: 1 }, 2 * MEGABYTE);
  expect(grown).toBeLessThan(2 * MEGABYTE);
});

test.each([
  ["one byte", frame("x", { opcode: 0, isFinal: false })],
  ["no byte at all", frame("", { opcode: 0, isFinal: false })],
])("a message in fragments of %s, without end, is cut off (CVE-2026-48779)", async (_, fragment) => {
  const webSocket = await join();
  webSocket.write(frame("4", { isFinal: false }));
  await flood(webSocket, Buffer.concat(Array.from({ length: 10_000 }, () => fragment)), 100);
  expect(await victim.growth(before, 5 * MEGABYTE)).toBeLessThan(5 * MEGABYTE);
});

test("a million stray pongs of revision 4 keep nothing (CVE-2026-48802)", async () => {
  const webSocket = await join();
  const pongs = Buffer.concat(Array.from({ length: 10_000 }, () => frame("3")));
  expect(await flood(webSocket, pongs, 100)).toBe("swallowed");
  const grown = await victim.growth({ ...before, connections: 1 }, 2 * MEGABYTE);
  expect(grown).toBeLessThan(2 * MEGABYTE);
});

test("a flood of CONNECTs to namespaces that do not exist keeps none of them", async () => {
  const webSocket = await join();
  for (let thousand = 0; thousand < 20; thousand++) {
    const names = Array.from({ length: 1000 }, (_, index) => frame(`40/room-${thousand}-${index},`));
    webSocket.write(...names);
  }
  expect(await webSocket.heard(/room-19-999,/)).toBe(true);
  expect((await victim.report()).sockets).toBe(1);
  expect(await victim.growth({ ...before, connections: 1 }, 3 * MEGABYTE)).toBeLessThan(3 * MEGABYTE);
});

test("300 half-open upgrades and 300 half-sent requests keep nothing once they are gone", async () => {
  const halves = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const connection = await openRaw(victim.port);
      const bytes = upgradeRequest(webSocketTarget(index % 2 === 0 ? 4 : 3));
      connection.socket.write(index % 4 < 2 ? bytes : bytes.subarray(0, 60));
      return connection;
    }),
  );
  expect((await victim.settle(({ connections }) => connections === 150)).connections).toBe(150);
  for (const connection of halves) connection.socket.destroy();
  expect(await victim.growth(before, 3 * MEGABYTE)).toBeLessThan(3 * MEGABYTE);
});

/** How long the event loop of the victim stood still while it took one body. */
async function delayFor(body: Buffer, revision: 3 | 4): Promise<number> {
  const session = await openPolling(victim.port, revision);
  await victim.report();
  await session.post(body);
  const { longestDelayMs } = await victim.report();
  await session.leave();
  return longestDelayMs;
}

const TINY: Readonly<Record<string, string>> = { noops: "6", events: '42["e"]', "unknown acks": "437[]" };

test.each(REVISIONS.flatMap((revision) => Object.entries(TINY).map(([name, packet]) => ({ revision, name, packet }))))(
  "a body of tiny $name in revision $revision takes time in proportion to its length",
  async ({ revision, name, packet }) => {
    const bodyOf = (bytes: number) => {
      const element = textBody(revision, [packet]).length + (revision === 4 ? 1 : 0);
      return textBody(
        revision,
        Array.from({ length: Math.floor((bytes - 1) / element) }, () => packet),
      );
    };
    const small = await delayFor(bodyOf(MEGABYTE / 10), revision);
    const large = await delayFor(bodyOf(MEGABYTE), revision);
    console.info(`event loop: ${large.toFixed(0)} ms for 1 MB of tiny ${name} in revision ${revision}`);
    // Ten times the input; quadratic work would take a hundred times as long.
    expect(large).toBeLessThan(40 * Math.max(small, 5));
  },
);

test("a megabyte of separators is refused at the first one", async () => {
  const delayMs = await delayFor(Buffer.alloc(MEGABYTE, 0x1e), 4);
  console.info(`event loop: ${delayMs.toFixed(0)} ms for 1 MB of separators`);
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
});
