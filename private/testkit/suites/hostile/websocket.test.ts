// WebSocket bytes and upgrades that broke servers before.
// Place: **bytes -> WebSocket -> websocket carrier, upgrade** -> session
// Rules: each test says what it defends against; the connection ends, the session below an upgrade does not.
// Source: docs/protocol/engine-4.md, "WebSocket" and "Upgrade"; RFC 6455, sections 5 and 7

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPolling } from "./polling-session.ts";
import { converse, openRaw, readReplies } from "./raw-http.ts";
import {
  type FrameShape,
  frame,
  joinByWebSocket,
  openRawWebSocket,
  readFrames,
  upgradeRequest,
  webSocketTarget,
} from "./raw-websocket.ts";
import { REVISIONS, textBody } from "./traffic.ts";
import { HASTY, startVictim, type Victim } from "./victim-process.ts";

const PROTOCOL_ERROR = 1002;
const BAD_DATA = 1007;
const TOO_LARGE = 1009;
const LIMIT = 1_000_000;
const UPGRADE_TIMEOUT_MS = 600;

let victim: Victim;

beforeAll(async () => {
  victim = await startVictim({ ...HASTY, upgradeTimeout: UPGRADE_TIMEOUT_MS });
});

afterAll(async () => {
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
  expect(await victim.close()).toBe(0);
});

async function nothingIsLeft(): Promise<void> {
  const left = await victim.settle(({ connections }) => connections === 0);
  expect(left).toMatchObject({ connections: 0, sockets: 0 });
}

interface BadFrame {
  readonly name: string;
  readonly payload: string | Uint8Array;
  readonly shape: FrameShape;
  readonly code: number;
}

const BAD_FRAMES: readonly BadFrame[] = [
  { name: "the first reserved bit", payload: "2", shape: { reserved: 0x40 }, code: PROTOCOL_ERROR },
  { name: "the second reserved bit", payload: "2", shape: { reserved: 0x20 }, code: PROTOCOL_ERROR },
  { name: "the third reserved bit", payload: "2", shape: { reserved: 0x10 }, code: PROTOCOL_ERROR },
  { name: "a reserved opcode", payload: "2", shape: { opcode: 3 }, code: PROTOCOL_ERROR },
  { name: "a reserved control opcode", payload: "2", shape: { opcode: 11 }, code: PROTOCOL_ERROR },
  { name: "no mask", payload: "2", shape: { isMasked: false }, code: PROTOCOL_ERROR },
  { name: "a continuation of nothing", payload: "2", shape: { opcode: 0 }, code: PROTOCOL_ERROR },
  { name: "a ping in pieces", payload: "2", shape: { opcode: 9, isFinal: false }, code: PROTOCOL_ERROR },
  { name: "a ping of 126 bytes", payload: "x".repeat(126), shape: { opcode: 9 }, code: PROTOCOL_ERROR },
  {
    name: "a close code that nobody may send",
    payload: Uint8Array.of(3, 0xed),
    shape: { opcode: 8 },
    code: PROTOCOL_ERROR,
  },
  { name: "a text that is no UTF-8", payload: Uint8Array.of(0x34, 0xff), shape: { opcode: 1 }, code: BAD_DATA },
  { name: "one byte more than the limit", payload: "4", shape: { declaredLength: BigInt(LIMIT + 1) }, code: TOO_LARGE },
  { name: "a length of 2^53 + 1", payload: "4", shape: { declaredLength: 2n ** 53n + 1n }, code: TOO_LARGE },
  {
    name: "a length of 2^63, which is negative to some",
    payload: "4",
    shape: { declaredLength: 2n ** 63n },
    code: TOO_LARGE,
  },
];

describe.each(REVISIONS.map((revision) => ({ revision })))("a WebSocket in revision $revision", ({ revision }) => {
  test.each(BAD_FRAMES)(
    "that sends $name ends with code $code, also straight after the 101 (CVE-2022-21676)",
    async ({ payload, shape, code }) => {
      const bad = frame(payload, shape);
      const joined = await joinByWebSocket(victim.port, revision);
      joined.write(bad);
      expect(await joined.dismissed()).toBe(true);
      expect(joined.closeCode).toBe(code);
      await joined.connection.end();

      const { replies, frames } = await converse(
        victim.port,
        Buffer.concat([upgradeRequest(webSocketTarget(revision)), bad]),
      );
      expect(replies).toMatchObject([{ status: 101 }]);
      expect(readFrames(frames).at(-1)?.payload.readUInt16BE(0)).toBe(code);
      await nothingIsLeft();
    },
  );

  test("that is reset after any byte of its handshake and its first packets leaves nothing behind (CVE-2022-41940)", async () => {
    const bytes = Buffer.concat([upgradeRequest(webSocketTarget(revision)), frame("40"), frame('42["echo",1]')]);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const connection = await openRaw(victim.port);
      await new Promise<void>((resolve) => {
        connection.socket.write(bytes.subarray(0, cut), () => resolve());
      });
      connection.socket.resetAndDestroy();
    }
    await nothingIsLeft();
  });

  test("that sends a message of the limit gets its echo", async () => {
    const webSocket = await joinByWebSocket(victim.port, revision);
    const start = '421["echo","';
    webSocket.write(frame(`${start}${"x".repeat(LIMIT - start.length - 2)}"]`));
    expect(await webSocket.heard(/^431\["xxx/)).toBe(true);
    await webSocket.connection.end();
  });

  test("gets no compression, whatever it asks for, so that nothing can be inflated without bounds", async () => {
    for (const offer of [
      "permessage-deflate; client_max_window_bits",
      "constructor",
      "__proto__; a=b",
      "a;".repeat(2000),
    ]) {
      const headers = `Sec-WebSocket-Extensions: ${offer}\r\n`;
      const { replies } = await converse(victim.port, upgradeRequest(webSocketTarget(revision), headers));
      expect(replies).toHaveLength(1);
      expect([101, 400]).toContain(replies[0]?.status);
      expect(replies[0]?.head).not.toMatch(/sec-websocket-extensions/i);
    }
    await nothingIsLeft();
  });

  test("whose peer leaves while a middleware decides gets no socket", async () => {
    const webSocket = await joinByWebSocket(victim.port, revision);
    webSocket.write(frame("40/slow,"));
    expect((await victim.settle(({ middlewaresRunning }) => middlewaresRunning === 1)).middlewaresRunning).toBe(1);
    webSocket.connection.socket.resetAndDestroy();
    await nothingIsLeft();
    expect((await victim.settle(({ middlewaresRunning }) => middlewaresRunning === 0)).sockets).toBe(0);
  });

  test("that its session never asked for is closed, and the session goes on", async () => {
    const session = await openPolling(victim.port, revision);
    const first = await openRawWebSocket(victim.port, webSocketTarget(revision, session.sid));
    const second = await openRawWebSocket(victim.port, webSocketTarget(revision, session.sid));
    expect(await second.dismissed()).toBe(true);
    first.write(frame("2probe"));
    expect(await first.heard(/^3probe$/)).toBe(true);
    await Promise.all([first.connection.end(), second.connection.end()]);
    expect((await session.post(textBody(revision, ['421["echo","on"]']))).replies).toMatchObject([{ body: "ok" }]);
    await session.leave();
  });

  test.each([
    ["before it has said anything", []],
    ["after its probe", ["2probe"]],
  ])("that is to replace polling and is reset %s does not harm the session", async (_, packets) => {
    const session = await openPolling(victim.port, revision);
    const candidate = await openRawWebSocket(victim.port, webSocketTarget(revision, session.sid));
    candidate.write(...packets.map((packet) => frame(packet)));
    await candidate.connection.quiet(undefined, 30);
    candidate.connection.socket.resetAndDestroy();
    expect((await session.post(textBody(revision, ['421["echo","on"]']))).replies).toMatchObject([{ body: "ok" }]);
    await session.leave();
    await nothingIsLeft();
  });

  test("that has replaced polling and is reset ends the session", async () => {
    const session = await openPolling(victim.port, revision);
    const candidate = await openRawWebSocket(victim.port, webSocketTarget(revision, session.sid));
    candidate.write(frame("2probe"), frame("5"), frame('421["echo","moved"]'));
    expect(await candidate.heard(/^431\["moved"\]/)).toBe(true);
    candidate.connection.socket.resetAndDestroy();
    await nothingIsLeft();
  });

  test.each([
    ["says nothing", []],
    ["says something else first", ["5"]],
    ["sends an event in place of the upgrade packet", ["2probe", '42["echo",1]']],
    ["never finishes", ["2probe"]],
  ])("that is to replace polling and %s is given up, and the session goes on", async (_, packets) => {
    const session = await openPolling(victim.port, revision);
    const candidate = await openRawWebSocket(victim.port, webSocketTarget(revision, session.sid));
    candidate.write(...packets.map((packet) => frame(packet)));
    await candidate.connection.quiet(() => candidate.closeCode !== undefined, UPGRADE_TIMEOUT_MS + 1500);
    expect(candidate.closeCode).toBe(1005);
    expect((await session.post(textBody(revision, ['421["echo","on"]']))).replies).toMatchObject([{ body: "ok" }]);
    await candidate.connection.end();
    await session.leave();
  });
});

test("long-polling asked for in an upgrade request gets a WebSocket that is closed at once, and no session", async () => {
  const webSocket = await openRawWebSocket(victim.port, "/socket.io/?EIO=4&transport=polling");
  expect(await webSocket.dismissed()).toBe(true);
  expect(webSocket.closeCode).toBe(1005);
  await webSocket.connection.end();
  await nothingIsLeft();
});

test.each([0, 100])(
  "an upgrade request for a path that nobody serves, reset after %i ms, harms nobody",
  async (delayMs) => {
    for (let count = 0; count < 5; count++) {
      const connection = await openRaw(victim.port);
      connection.socket.write(upgradeRequest("/elsewhere"));
      await connection.quiet(undefined, delayMs);
      connection.socket.resetAndDestroy();
    }
    await nothingIsLeft();
    expect(victim.causeOfDeath).toBeUndefined();
  },
);

test("an upgrade request for a path that nobody serves is ended in time", async () => {
  const connection = await openRaw(victim.port);
  connection.socket.write(upgradeRequest("/elsewhere"));
  await connection.quiet(() => connection.socket.readableEnded, 3000);
  expect(connection.socket.readableEnded).toBe(true);
  expect(readReplies(connection.received).replies).toEqual([]);
  await connection.end();
});

test.each([
  ["Sec-WebSocket-Key", "Sec-WebSocket-Key: x\r\n"],
  ["Sec-WebSocket-Version", "Sec-WebSocket-Version: 99\r\n"],
  ["Upgrade", "Upgrade: h2c\r\n"],
  ["Sec-WebSocket-Protocol", `Sec-WebSocket-Protocol: ${" ".repeat(12_000)}a\r\n`],
])("a second or endless %s header gets an answer and no session", async (_, header) => {
  const said = await converse(victim.port, upgradeRequest(webSocketTarget(4), header));
  expect(said.replies).toHaveLength(1);
  await nothingIsLeft();
});

test("a peer that does not answer the close frame is cut off within seconds", async () => {
  const webSocket = await openRawWebSocket(victim.port, webSocketTarget(4));
  // It joins nothing, which ends it, and it keeps its own end open.
  expect(await webSocket.dismissed()).toBe(true);
  await expect.poll(() => webSocket.connection.socket.destroyed, { timeout: 12_000 }).toBe(true);
  await nothingIsLeft();
});
