// Our client meets servers that speak well and mean ill: damaged MessagePack and JSON, games with sessions, replays
// without end, and another generation at each reconnection.
// Place: **bytes** -> engine -> manager -> socket codec -> socket -> what a program hears
// Rules: it reports what happened, tries again or stops, and never throws.

import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSeededRandom } from "../../src/seeded-random.ts";
import {
  type EvilServer,
  honestScript,
  OPEN,
  type Script,
  serverFrame,
  startEvilServer,
  switching,
} from "./evil-server.ts";
import { type Message, mutateSequence } from "./mutate.ts";
import { faultsOf } from "./prey-faults.ts";
import { type Hunt, type Prey, type PreyReport, startPrey } from "./prey-process.ts";

const SEEDS = 150;
const FIRST_SEED = 20_290_000;
const AT_ONCE = 40;
const YES = '40{"sid":"zyxwvutsrqponmlkjihg","pid":"abcdefghijklmnopqrst"}';

let evil: EvilServer;
let prey: Prey;

beforeAll(async () => {
  [evil, prey] = await Promise.all([startEvilServer(), startPrey()]);
});

afterAll(async () => {
  expect(await prey.close()).toBe(0);
  await evil.close();
});

async function meet(script: Script, lastsMs: number, more: Partial<Hunt> = {}): Promise<PreyReport> {
  const hunt = { url: evil.url, path: evil.play(script), transports: ["websocket"], lastsMs, attempts: 5, ...more };
  return await prey.hunt(hunt);
}

/** A WebSocket on which a server opens a session and says something. */
function saying(...messages: readonly Message[]): Script {
  return ({ key }) =>
    Buffer.concat([switching(key), serverFrame(`0${OPEN}`), ...messages.map((message) => serverFrame(message))]);
}

const PACKETS: readonly object[] = [
  { type: 0, nsp: "/", data: { sid: "zyxwvutsrqponmlkjihg", pid: "abcdefghijklmnopqrst" } },
  { type: 2, nsp: "/", data: ["news", { a: [1, null], ["__proto__"]: { polluted: 1 } }, "epoch.1"] },
  { type: 2, nsp: "/", id: 1, data: ["question"] },
  { type: 2, nsp: "/", data: ["more", "\u{1f600}", 1.5, -1] },
  { type: 3, nsp: "/", id: 0, data: ["late"] },
  { type: 4, nsp: "/elsewhere", data: { message: "no" } },
];

describe.each<["msgpack" | "json", (packet: object) => Message]>([
  ["msgpack", (packet) => encodeMsgpack(packet)],
  ["json", (packet) => `4${JSON.stringify(packet)}`],
])("packets in %s", (parser, encode) => {
  test("are heard as long as nothing is damaged", async () => {
    const report = await meet(saying(...PACKETS.map(encode)), 200, { parser });
    expect(faultsOf(report)).toEqual([]);
    expect(report).toMatchObject({ connects: 1, events: 3 });
  });

  test(`are damaged with ${SEEDS} seeds: it reports, tries again or stops, and never throws`, async () => {
    const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index);
    const failures: string[] = [];
    const valid = PACKETS.map(encode);
    const work = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const random = createSeededRandom(seed);
        try {
          const report = await meet(saying(...mutateSequence(valid, random, valid)), 500, { parser });
          // Who is never told yes or no waits for it, as a client does.
          const faults = faultsOf(report).filter((fault) => !fault.startsWith("neither"));
          failures.push(...faults.map((fault) => `seed ${seed}: ${fault}`));
        } catch (error) {
          failures.push(`seed ${seed}: ${String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(failures).toEqual([]);
  });
});

describe.concurrent("a session whose", () => {
  test.each<[string, string, string]>([
    ["pid is a number", '{"sid":"a","pid":1}', '"epoch.1"'],
    ["pid is null", '{"sid":"a","pid":null}', '"epoch.1"'],
    ["pid is a list", '{"sid":"a","pid":["x"]}', '"epoch.1"'],
    ["pid is that of a prototype", '{"sid":"a","pid":"__proto__","__proto__":{"pid":"y"}}', '"__proto__"'],
    ["pid has a million characters", `{"sid":"a","pid":"${"p".repeat(1_000_000)}"}`, '"epoch.1"'],
    ["offset has a million characters", '{"sid":"a","pid":"x"}', `"${"o".repeat(1_000_000)}"`],
    ["offset is a map", '{"sid":"a","pid":"x"}', '{"toString":1}'],
    ["offset is a number", '{"sid":"a","pid":"x"}', "1e999"],
  ])("%s is one like any other, also when it is lost and asked for again", async (_, reply, offset) => {
    const report = await meet(saying(`40${reply}`, `42["news",${offset}]`, `42["news",1,${offset}]`), 900);
    expect(faultsOf(report)).toEqual([]);
    expect(report.errors).toEqual([]);
    expect(report.connects).toBeGreaterThan(1);
    // The time may be over before the last connection has brought its two.
    expect(report.events).toBeGreaterThanOrEqual(2 * (report.connects - 1));
    expect(report.events).toBeLessThanOrEqual(2 * report.connects);
  });

  test("socket id is none is told with what to do", async () => {
    const report = await meet(saying('40{"sid":5}'), 200);
    expect(report.connects).toBe(0);
    expect(report.errors[0]?.hint).toMatch(/option "protocol" to 3/);
  });
});

describe("a server that", () => {
  test("replays 50,000 events before its yes is heard in order, each once", async () => {
    const events = Array.from({ length: 50_000 }, (_, index) => `42["replayed",${index},"epoch.${index}"]`);
    const report = await meet(saying(...events, YES), 4000, { attempts: 0 });
    expect(faultsOf(report)).toEqual([]);
    expect(report.connects).toBeGreaterThan(0);
    expect(report.events).toBe(50_000 * report.connects);
  });

  test("says yes 1,000 times is joined once for each connection", async () => {
    const report = await meet(saying(...Array.from({ length: 1000 }, () => YES)), 200);
    expect(faultsOf(report)).toEqual([]);
    expect(report.connects).toBe(1);
  });

  test("changes its generation at each reconnection is followed, over a WebSocket", async () => {
    const old = OPEN.replace(',"maxPayload":1000000', "");
    const script: Script = (asked) => {
      const isOld = asked.count % 2 === 1;
      const messages = isOld ? [`0${old}`, "40", '42["old"]'] : [`0${OPEN}`, YES, '42["new"]'];
      return Buffer.concat([switching(asked.key), ...messages.map((message) => serverFrame(message))]);
    };
    const report = await meet(script, 2500, { attempts: 20 });
    expect(faultsOf(report)).toEqual([]);
    expect(report.connects).toBeGreaterThan(3);
  });

  test("changes its generation at each request is reported, by polling", async () => {
    const scripts = [honestScript(4), honestScript(3)] as const;
    const script: Script = (asked) => scripts[asked.count % 2 === 0 ? 0 : 1](asked);
    const report = await meet(script, 1000, { transports: ["polling"], attempts: 20 });
    expect(faultsOf(report).filter((fault) => !fault.startsWith("neither"))).toEqual([]);
    expect(report.disconnects.length + report.errors.length).toBeGreaterThan(0);
  });
});
