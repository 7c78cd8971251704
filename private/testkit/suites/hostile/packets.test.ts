// Packets that broke servers before, sent to a live server in both revisions.
// Place: WebSocket -> session -> **socket codec** -> **connection** -> namespace -> socket
// Rules: who breaks a rule is disconnected, nobody else notices, no user code sees what was refused, the process lives.
// Source: docs/protocol/socket-5.md and socket-4.md, "Decoding"

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frame, joinByWebSocket } from "./raw-websocket.ts";
import { REVISIONS, type Revision } from "./traffic.ts";
import { startVictim, type Victim } from "./victim-process.ts";

const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/** What is sent, and what it defends against. */
interface Case {
  readonly sent: string;
  readonly attachments?: number;
}

function placeholderCases(): readonly Case[] {
  const nums = ["-1", "0.5", "1", "1e400", '"0"', '"splice"', '"length"', '"__proto__"', "[0]", "{}", "null", "true"];
  return [
    ...nums.map((num) => ({ sent: `451-0["echo",{"_placeholder":true,"num":${num}}]`, attachments: 1 })),
    { sent: '451-0["echo",{"_placeholder":true}]', attachments: 1 },
  ];
}

const REFUSED: Readonly<Record<string, readonly Case[]>> = {
  "a placeholder whose number is no index of an attachment (CVE-2022-2421)": placeholderCases(),
  "an event whose name is no text and no number (CVE-2023-32695)": [
    "{}",
    '{"toString":"x"}',
    '{"toString":{"call":1}}',
    "[]",
    '["echo"]',
    "null",
    "true",
  ].map((name) => ({ sent: `420[${name},1]` })),
  "an event without an array, which once reached the handlers": [
    { sent: "42" },
    { sent: "42[]" },
    { sent: '42{"0":"echo"}' },
    { sent: '42"echo"' },
    { sent: "42null" },
    { sent: "43" },
    { sent: '431{"length":1}' },
  ],
  "a reserved event name, which would call the program's own listeners": RESERVED.flatMap((name) => [
    { sent: `42["${name}","forged"]` },
    { sent: `421["${name}","forged"]` },
    { sent: `451-["${name}",{"_placeholder":true,"num":0}]`, attachments: 1 },
  ]),
  "a number of attachments that is none (binary without attachments left the parser stuck)": [
    { sent: '450-["echo"]' },
    { sent: "460-0[]" },
    { sent: '45-["echo"]' },
    { sent: '45["echo"]' },
    { sent: '45-1-["echo"]' },
    { sent: '451.5-["echo"]' },
    { sent: '45 1-["echo"]' },
    { sent: '451e1-["echo"]' },
    { sent: '45__proto__-["echo"]' },
  ],
  "more attachments than ten (CVE-2026-33151)": [
    { sent: '4511-["echo"]' },
    { sent: '4599999999999999999999-["echo"]' },
    { sent: "4611-0[]" },
  ],
  "an attachment where none is due, after a packet of any kind": [
    { sent: '42["silent"]', attachments: 1 },
    { sent: '451-["silent",{"_placeholder":true,"num":0}]', attachments: 2 },
    { sent: "40/nowhere,", attachments: 1 },
  ],
  "a packet for a namespace that was not joined": [
    { sent: '42/admin,["echo"]' },
    { sent: "41/__proto__," },
    { sent: "43/admin,0[]" },
  ],
  "a packet that only servers send, or a payload where none belongs": [
    { sent: '44{"message":"forged"}' },
    { sent: '41["x"]' },
    { sent: "4" },
    { sent: "47" },
  ],
  "a packet type of the engine that does not exist": [{ sent: "7" }, { sent: "" }, { sent: "x" }, { sent: "b*" }],
};

function attachmentFrames(revision: Revision, count: number): readonly Buffer[] {
  const bytes = revision === 3 ? Uint8Array.of(4, 1) : Uint8Array.of(1);
  return Array.from({ length: count }, () => frame(bytes));
}

describe.each(REVISIONS.map((revision) => ({ revision })))(
  "a server meets a client of revision $revision",
  ({ revision }) => {
    let victim: Victim;

    beforeAll(async () => {
      victim = await startVictim({});
    });

    afterAll(async () => {
      expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
      expect(await victim.close()).toBe(0);
    });

    test.each(Object.entries(REFUSED))("it disconnects for %s", async (_, cases) => {
      const outcomes = await Promise.all(
        cases.map(async ({ sent, attachments = 0 }) => {
          const webSocket = await joinByWebSocket(victim.port, revision);
          webSocket.write(frame(sent), ...attachmentFrames(revision, attachments));
          const isDismissed = await webSocket.dismissed();
          const echoes = webSocket.texts.filter((text) => /^4[2356]/.test(text));
          await webSocket.connection.end();
          return { sent, isDismissed, echoes };
        }),
      );
      expect(outcomes).toEqual(cases.map(({ sent }) => ({ sent, isDismissed: true, echoes: [] })));
      expect((await victim.report()).prototypesAreClean).toBe(true);
    });

    test("a text while attachments are due disconnects its sender", async () => {
      const webSocket = await joinByWebSocket(victim.port, revision);
      webSocket.write(frame('452-["echo",{"_placeholder":true,"num":0}]'), ...attachmentFrames(revision, 1));
      webSocket.write(frame('421["echo","between"]'), ...attachmentFrames(revision, 1));
      expect(await webSocket.dismissed()).toBe(true);
      expect(webSocket.texts.filter((text) => /^4[2356]/.test(text))).toEqual([]);
      await webSocket.connection.end();
    });

    test("keys that are methods elsewhere come back as own keys and change no prototype", async () => {
      const webSocket = await joinByWebSocket(victim.port, revision);
      const data =
        '{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":1}},"hasOwnProperty":1,"toString":2,"toJSON":3}';
      const withBytes = `{"__proto__":{"_placeholder":true,"num":0},"toString":2}`;
      webSocket.write(frame(`421["echo",${data}]`));
      webSocket.write(frame(`451-2["echo",${withBytes}]`), ...attachmentFrames(revision, 1));
      expect(await webSocket.heard(/^461-2/)).toBe(true);
      expect(webSocket.texts).toContain(`431[${data}]`);
      expect(webSocket.texts).toContain(`461-2[${withBytes}]`);
      expect((await victim.report()).prototypesAreClean).toBe(true);
      await webSocket.connection.end();
    });

    test('an event "error" reaches nobody and ends nothing where nobody listens for it (CVE-2024-38355)', async () => {
      const webSocket = await joinByWebSocket(victim.port, revision);
      webSocket.write(frame('42["error","forged"]'), frame('423["echo","still here"]'));
      expect(await webSocket.heard(/^433\["still here"\]/)).toBe(true);
      await webSocket.connection.end();
    });

    test.each([2100, 5000, 490_000])(
      "an event nested %d levels deep, which no encoder could send back, disconnects its sender alone",
      async (depth) => {
        const webSocket = await joinByWebSocket(victim.port, revision);
        webSocket.write(frame(`420["echo",${"[".repeat(depth)}${"]".repeat(depth)}]`));
        expect(await webSocket.dismissed()).toBe(true);
        expect(victim.causeOfDeath).toBeUndefined();
        await webSocket.connection.end();
      },
    );

    test("100,000 acks that nobody waits for are ignored and keep nothing", async () => {
      const before = await victim.report();
      const webSocket = await joinByWebSocket(victim.port, revision);
      for (let thousand = 0; thousand < 100; thousand++) {
        const acks = Array.from({ length: 1000 }, (_, id) => frame(`43${thousand * 1000 + id}["x"]`));
        webSocket.write(...acks);
      }
      webSocket.write(frame('425["echo","after"]'));
      expect(await webSocket.heard(/^435\["after"\]/)).toBe(true);
      await webSocket.connection.end();
      expect(await victim.growth(before, 3_000_000)).toBeLessThan(3_000_000);
    });

    test("attachments that never come are forgotten when their sender leaves", async () => {
      const before = await victim.report();
      const senders = await Promise.all(Array.from({ length: 10 }, () => joinByWebSocket(victim.port, revision)));
      const attachment = frame(Buffer.alloc(900_000, 4));
      for (const sender of senders) {
        sender.write(frame('453-["echo",{"_placeholder":true,"num":0}]'), attachment, attachment);
      }
      await Promise.all(senders.map((sender) => sender.connection.quiet()));
      await Promise.all(senders.map((sender) => sender.connection.end()));
      expect(await victim.growth(before, 3_000_000)).toBeLessThan(3_000_000);
    });
  },
);
