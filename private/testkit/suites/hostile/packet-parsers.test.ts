// MessagePack and JSON as the server's parser, ours and a published one: damaged packets, bombs, and names that are none.
// Place: bytes -> session -> **socket codec** -> **connection** -> namespace -> socket
// Rules: who sends what is no packet is disconnected alone; what a foreign parser lets pass is looked at again; memory is
//        that of what was sent, not of what was announced.
// Source: docs/protocol/parsers.md, "Decoding" and "MessagePack"

import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ParserName } from "../../src/peers/parsers.ts";
import { createSeededRandom, type SeededRandom } from "../../src/seeded-random.ts";
import { connectHonestClients, type HonestClients } from "./honest-clients.ts";
import { type Message, mutateSequence, oneOf } from "./mutate.ts";
import { openPolling } from "./polling-session.ts";
import type { ProgramName } from "./programs.ts";
import { readReplies } from "./raw-http.ts";
import { frame, openRawWebSocket, type RawWebSocket, readFrames, webSocketTarget } from "./raw-websocket.ts";
import { REVISIONS, type Revision } from "./traffic.ts";
import { HASTY, startVictim, type Victim, type VictimReport } from "./victim-process.ts";

const SEEDS = 250;
const FIRST_SEED = 20_280_000;
const AT_ONCE = 24;
const MEGABYTE = 1_000_000;
const BINARY = 2;

/** How a packet is written. */
type Encode = (packet: object) => Message;

const asMsgpack: Encode = (packet) => encodeMsgpack(packet);
const asJson: Encode = (packet) => JSON.stringify(packet);

/** A message of the engine: bytes have their type in front in revision 3. */
function engineMessage(revision: Revision, packet: Message): Message {
  if (typeof packet === "string") return `4${packet}`;
  return revision === 3 ? Buffer.concat([Uint8Array.of(4), packet]) : packet;
}

const CONVERSATION: readonly object[] = [
  { type: 0, nsp: "/" },
  { type: 2, nsp: "/", data: ["echo", 1, { deep: [{ a: null }] }] },
  { type: 2, nsp: "/", id: 1, data: ["echo", "with an ack \u{1f600}"] },
  { type: 0, nsp: "/admin", data: { token: "a", ["__proto__"]: { polluted: 1 } } },
  { type: 2, nsp: "/admin", id: 12, data: ["echo", [1.5, -1, 2 ** 40]] },
  { type: 3, nsp: "/", id: 0, data: ["an answer"] },
  { type: 0, nsp: "/slow" },
  { type: 0, nsp: "/nowhere" },
  { type: 1, nsp: "/admin" },
];
const WITH_BYTES = { type: 2, nsp: "/", id: 3, data: ["echo", Uint8Array.of(1, 2, 3), { x: new Date(5) }] };

interface Scene {
  readonly program: ProgramName;
  readonly encode: Encode;
  readonly revisions: readonly [Revision, ...Revision[]];
  readonly honest: Parameters<typeof connectHonestClients>[1];
  readonly packets: readonly object[];
}

const PUBLISHED_4: ParserName = "msgpack 3.0";
const PUBLISHED_2: ParserName = "msgpack 2.2";

const SCENES: readonly Scene[] = [
  {
    program: "our msgpack",
    encode: asMsgpack,
    revisions: REVISIONS,
    honest: { "client 4.8": PUBLISHED_4, "client 2.5": PUBLISHED_2 },
    packets: [...CONVERSATION, WITH_BYTES],
  },
  {
    program: "published msgpack",
    encode: asMsgpack,
    revisions: [4],
    honest: { "client 4.8": PUBLISHED_4 },
    packets: [...CONVERSATION, WITH_BYTES],
  },
  {
    program: "our json",
    encode: asJson,
    revisions: REVISIONS,
    honest: { "client 4.8": "json 3.0" },
    packets: CONVERSATION,
  },
];

/** Damaged packets over either transport, by one attacker who leaves then. */
async function assault(port: number, random: SeededRandom, { encode, revisions, packets }: Scene): Promise<void> {
  const revision = oneOf(random, revisions);
  const valid = packets.map(encode);
  const [joining = "", ...others] = valid;
  const damaged = [joining, ...mutateSequence(others, random, valid)].map((packet) => engineMessage(revision, packet));
  if (random.below(4) === 0 && revision === 4) {
    const session = await openPolling(port, revision, false);
    const body = damaged.map((message) =>
      typeof message === "string" ? message : `b${Buffer.from(message).toString("base64")}`,
    );
    await session.post(body.join("\x1e"));
    await session.leave();
    return;
  }
  const webSocket = await openRawWebSocket(port, webSocketTarget(revision));
  webSocket.write(...damaged.map((message) => frame(message)));
  await webSocket.connection.quiet(() => webSocket.closeCode !== undefined, 60);
  await webSocket.connection.end();
}

describe.each(SCENES)("a server that speaks $program", (scene) => {
  let victim: Victim;
  let honest: HonestClients;
  let atStart: VictimReport;

  beforeAll(async () => {
    victim = await startVictim(HASTY, scene.program);
    honest = await connectHonestClients(victim.port, scene.honest);
    atStart = await victim.report();
  });

  afterAll(async () => {
    await honest.leave();
    expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
    expect(await victim.close()).toBe(0);
  });

  test(`lives through ${SEEDS} seeded mutations, harms nobody else and keeps nothing`, async () => {
    const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index);
    const failures: string[] = [];
    const work = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        try {
          await assault(victim.port, createSeededRandom(seed), scene);
        } catch (error) {
          failures.push(`seed ${seed}: ${String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect([victim.causeOfDeath, failures]).toEqual([undefined, []]);
    await honest.another();
    expect(honest.trouble).toEqual([]);
    const left = await victim.settle(({ connections }) => connections === honest.count);
    expect(left).toMatchObject({ connections: honest.count, sockets: honest.count, prototypesAreClean: true });
    expect(await victim.growth(atStart, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
  });
});

/** Joins with a packet of a parser. */
async function join(port: number, revision: Revision, encode: Encode): Promise<RawWebSocket> {
  const webSocket = await openRawWebSocket(port, webSocketTarget(revision));
  webSocket.write(frame(engineMessage(revision, encode({ type: 0, nsp: "/" }))));
  await webSocket.connection.quiet(() => messagesTo(webSocket) >= 2, 5000);
  return webSocket;
}

/** How many messages the server has sent. */
function messagesTo({ connection }: RawWebSocket): number {
  return readFrames(readReplies(connection.received).frames).filter(({ opcode }) => opcode <= BINARY).length;
}

const { from } = Buffer;
const EVENT_HEAD = from(encodeMsgpack({ type: 2, nsp: "/", data: [] })).subarray(0, -1);
/** An event whose list of name and arguments is given as bytes. */
const eventOf = (...bytes: readonly (number | Uint8Array)[]): Buffer =>
  Buffer.concat([EVENT_HEAD, ...bytes.map((part) => (typeof part === "number" ? Uint8Array.of(part) : part))]);
const ECHO = encodeMsgpack("echo");

const NO_EVENTS: readonly (readonly [name: string, data: unknown])[] = [
  ["a map", [{ toString: "x" }, 1]],
  ["a list", [["echo"], 1]],
  ["null", [null, 1]],
  ["true", [true, 1]],
  ["a reserved one", ["disconnect", 1]],
  ["another reserved one", ["newListener", 1]],
  ["missing", []],
  ["not in a list", { 0: "echo", length: 1 }],
  ["nowhere", undefined],
];
const NO_PACKETS: readonly (readonly [name: string, packet: unknown])[] = [
  ["an id of -1", { type: 2, nsp: "/", id: -1, data: ["echo"] }],
  ["an id of 0.5", { type: 2, nsp: "/", id: 0.5, data: ["echo"] }],
  ["an id of 2^60", { type: 2, nsp: "/", id: 2 ** 60, data: ["echo"] }],
  ["an id that is a text", { type: 2, nsp: "/", id: "1", data: ["echo"] }],
  ["a type of 7", { type: 7, nsp: "/", data: ["echo"] }],
  ["a type that is a text", { type: "2", nsp: "/", data: ["echo"] }],
  ["a type that is a key of prototypes", { type: "constructor", nsp: "/", data: ["echo"] }],
  ["no namespace", { type: 2, data: ["echo"] }],
  ["a namespace that is a list", { type: 2, nsp: ["/"], data: ["echo"] }],
  ["a namespace that was not joined", { type: 2, nsp: "__proto__", data: ["echo"] }],
  ["a refusal", { type: 4, nsp: "/", data: { message: "forged" } }],
  ["null", null],
  ["a list", []],
  ["a number", 2],
  ["a text", "2"],
];

const FORMS: readonly Pick<Scene, "program" | "encode" | "revisions">[] = SCENES;

describe.each(FORMS)("a server that speaks $program disconnects who sends", ({ program, encode, revisions }) => {
  let victim: Victim;

  beforeAll(async () => {
    victim = await startVictim({ pingInterval: 20_000 }, program);
  });

  afterAll(async () => {
    expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
    expect(await victim.close()).toBe(0);
  });

  async function expectRefusals(bad: readonly (readonly [name: string, message: Message])[]): Promise<void> {
    const outcomes = await Promise.all(
      bad.flatMap(([name, message]) =>
        revisions.map(async (revision) => {
          const webSocket = await join(victim.port, revision, encode);
          webSocket.write(frame(engineMessage(revision, message)));
          const isDismissed = await webSocket.dismissed();
          const answers = messagesTo(webSocket) - 2;
          await webSocket.connection.end();
          return { name, isDismissed, answers };
        }),
      ),
    );
    const wanted = bad.flatMap(([name]) => revisions.map(() => ({ name, isDismissed: true, answers: 0 })));
    expect(outcomes).toEqual(wanted);
    expect((await victim.report()).prototypesAreClean).toBe(true);
  }

  test("events whose name is none", async () => {
    await expectRefusals(NO_EVENTS.map(([name, data]) => [name, encode({ type: 2, nsp: "/", data })]));
  });

  test("what is no packet", async () => {
    await expectRefusals(NO_PACKETS.map(([name, packet]) => [name, write(packet)]));

    function write(packet: unknown): Message {
      return encode === asJson ? JSON.stringify(packet) : encodeMsgpack(packet);
    }
  });

  test("data so deep that an echo of it would end the process", async () => {
    const depths = [1500, 2500, 3500, 6000, 100_000, 400_000];
    await expectRefusals(depths.map((depth) => [`${depth} levels`, nested(depth)]));
    expect(victim.causeOfDeath).toBeUndefined();

    function nested(depth: number): Message {
      if (encode === asJson) return `{"type":2,"nsp":"/","data":["echo",${"[".repeat(depth)}${"]".repeat(depth)}]}`;
      return eventOf(0x92, ECHO, Buffer.alloc(depth, 0x91), 0x90);
    }
  });

  test("the other kind of frame", async () => {
    const other = encode === asJson ? Uint8Array.of(0x80) : "{}";
    await expectRefusals([["it", other]]);
  });
});

describe("a server that speaks our msgpack", () => {
  let victim: Victim;
  let before: VictimReport;

  beforeAll(async () => {
    victim = await startVictim({ pingInterval: 20_000 }, "our msgpack");
    before = await victim.report();
  });

  afterAll(async () => {
    expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
    expect(await victim.close()).toBe(0);
  });

  const FOUR_G = [0xff, 0xff, 0xff, 0xff] as const;
  test.each<[string, Buffer]>([
    ["a list", eventOf(0x92, ECHO, 0xdd, ...FOUR_G)],
    ["lists inside each other", eventOf(0x92, ECHO, ...Array.from({ length: 900 }, () => [0xdd, ...FOUR_G]).flat())],
    ["a list that would just fit into memory", eventOf(0x92, ECHO, 0xdd, 1, 0xff, 0xff, 0xff)],
    ["a map", eventOf(0x92, ECHO, 0xdf, ...FOUR_G)],
    ["a text", eventOf(0x92, ECHO, 0xdb, ...FOUR_G)],
    ["a binary value", eventOf(0x92, ECHO, 0xc6, ...FOUR_G)],
    ["an extension", eventOf(0x92, ECHO, 0xc9, ...FOUR_G, 0)],
    ["a name", eventOf(0x91, 0xdb, ...FOUR_G)],
  ])("sets no memory aside for %s whose length is announced with up to 4 G, and disconnects", async (_, bytes) => {
    const senders = await Promise.all(Array.from({ length: 10 }, () => join(victim.port, 4, asMsgpack)));
    for (const sender of senders) sender.write(frame(bytes));
    expect(await Promise.all(senders.map((sender) => sender.dismissed()))).not.toContain(false);
    await Promise.all(senders.map((sender) => sender.connection.end()));
    const after = await victim.report();
    expect(after.rssBytes - before.rssBytes).toBeLessThan(60 * MEGABYTE);
  });

  test.each<[string, Buffer]>([
    ["numbers", Buffer.alloc(900_000, 0x01)],
    ["empty lists", Buffer.alloc(900_000, 0x90)],
    ["empty maps", Buffer.alloc(900_000, 0x80)],
    ["empty texts", Buffer.alloc(900_000, 0xa0)],
  ])("takes a message of 900,000 %s and keeps nothing of it", async (_, elements) => {
    const webSocket = await join(victim.port, 4, asMsgpack);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(elements.length);
    const unheard = encodeMsgpack("unheard of");
    for (let times = 0; times < 2; times++) webSocket.write(frame(eventOf(0x92, unheard, 0xdd, length, elements)));
    webSocket.write(frame(encodeMsgpack({ type: 2, nsp: "/", id: 7, data: ["echo", "after"] })));
    await webSocket.connection.quiet(() => messagesTo(webSocket) >= 3, 10_000);
    expect(messagesTo(webSocket)).toBe(3);
    await webSocket.connection.end();
    expect(await victim.growth(before, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
  });

  test("sends keys that are methods elsewhere back as own keys, and changes no prototype", async () => {
    const webSocket = await join(victim.port, 4, asMsgpack);
    const keys = ["__proto__", "constructor", "hasOwnProperty", "toString", "toJSON", "length"];
    const map = Buffer.concat([
      Uint8Array.of(0x80 | keys.length),
      ...keys.flatMap((key) => [encodeMsgpack(key), ECHO]),
    ]);
    const head = from(encodeMsgpack({ type: 2, nsp: "/", id: 1, data: [] })).subarray(0, -1);
    webSocket.write(frame(Buffer.concat([head, Uint8Array.of(0x92), ECHO, map])));
    await webSocket.connection.quiet(() => messagesTo(webSocket) >= 3, 5000);
    expect(webSocket.connection.received.includes(map)).toBe(true);
    expect((await victim.report()).prototypesAreClean).toBe(true);
    await webSocket.connection.end();
  });
});
