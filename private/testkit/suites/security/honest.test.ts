// What works with upstream's defaults works with ours: the limits are met by those who mean harm, and by nobody else.
// Place: honest clients -> **limits** -> handlers
// Rules: the default options but for the heartbeat; official clients, and one that is slow.
// Source: docs/decisions/0032-limits.md

import { io as connectOfficial } from "socket.io-client-v4";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { frame, joinByWebSocket } from "../hostile/raw-websocket.ts";
import { startVictim, type Victim } from "../hostile/victim-process.ts";

const PATIENCE_MS = 20_000;
const ATTACHMENTS = 10;
const PLACES = Array.from({ length: ATTACHMENTS }, (_, num) => `{"_placeholder":true,"num":${num}}`).join(",");

let victim: Victim;

beforeAll(async () => {
  victim = await startVictim({ pingInterval: 5000, pingTimeout: 20_000 });
});

afterAll(async () => {
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
  expect(await victim.close()).toBe(0);
});

/** Emits ten attachments of 900 kB in one event. @returns the lengths that come back. */
async function emitLarge(): Promise<readonly unknown[]> {
  const socket = connectOfficial(`http://127.0.0.1:${victim.port}`, { transports: ["websocket"], forceNew: true });
  onTestFinished(() => void socket.disconnect());
  const files = Array.from({ length: ATTACHMENTS }, (_, at) => Buffer.alloc(900_000, at));
  const echoed: unknown = await socket.timeout(PATIENCE_MS).emitWithAck("echo", files);
  return Array.isArray(echoed)
    ? echoed.map((file: unknown) => (file instanceof Uint8Array ? file.byteLength : file))
    : [];
}

test("an official client emits ten attachments of 900 kB in one event, and so do two at the same time", async () => {
  const whole = Array.from({ length: ATTACHMENTS }, () => 900_000);
  expect(await emitLarge()).toEqual(whole);
  expect(await Promise.all([emitLarge(), emitLarge()])).toEqual([whole, whole]);
});

test("a slow client that sends a message piece by piece is heard, while others hold more than the budget", async () => {
  const slow = await joinByWebSocket(victim.port, 4);
  onTestFinished(() => void slow.connection.socket.destroy());
  slow.write(frame(`4510-1["echo",${PLACES}]`));
  for (let sent = 0; sent < ATTACHMENTS; sent++) {
    // Each of them stops in the middle of its message, between two pieces of the slow one.
    const holder = await joinByWebSocket(victim.port, 4);
    onTestFinished(() => void holder.connection.socket.destroy());
    const held = Array.from({ length: 3 }, () => frame(Buffer.alloc(900_000)));
    holder.write(frame(`4510-["echo",${PLACES}]`), ...held);
    const piece = frame(Buffer.alloc(1000, sent));
    slow.write(piece.subarray(0, 500));
    await new Promise((resolve) => setTimeout(resolve, 100));
    slow.write(piece.subarray(500));
  }
  expect(await slow.heard(/^4610-1\[/)).toBe(true);
});
