// Sessions that are kept for lost clients, in the hands of somebody else: guessed, foreign, used many times at once, by
// thousands, with offsets of every form.
// Place: connection -> **namespace (recovery)** -> adapter -> session store
// Rules: a session has one holder; a claim that is none is a new client; who was refused since does not come back where
//        middlewares are asked; what is kept is bounded, and comes back.
// Source: docs/protocol/socket-5.md, "Recovery"

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frame, openRawWebSocket, type RawWebSocket, webSocketTarget } from "./raw-websocket.ts";
import { startVictim, type Victim } from "./victim-process.ts";

const MEGABYTE = 1_000_000;
const CONNECTIONS = 100;
const NAMESPACES = 100;
const QUIET = { pingInterval: 60_000, connectTimeout: 60_000 };

let victim: Victim;

/** What a client has been told of its session. */
interface Known {
  readonly sid: string;
  readonly pid: string;
  readonly offset: string;
}

async function settled(): Promise<void> {
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
}

async function open(): Promise<RawWebSocket> {
  return await openRawWebSocket(victim.port, webSocketTarget(4));
}

/** Joins with a claim, or what is none; gives the answer, if there is one. */
async function claim(auth: unknown, nsp = "/"): Promise<{ webSocket: RawWebSocket; answer: string }> {
  const webSocket = await open();
  webSocket.write(frame(`40${nsp === "/" ? "" : `${nsp},`}${JSON.stringify(auth)}`));
  await webSocket.heard(/^4[04]/);
  return { webSocket, answer: webSocket.texts.find((text) => /^4[04]/.test(text)) ?? "" };
}

function read(answer: string): { readonly sid: string; readonly pid: string } {
  const { sid = "", pid = "" } = /"sid":"(?<sid>[^"]+)","pid":"(?<pid>[^"]+)"/.exec(answer)?.groups ?? {};
  return { sid, pid };
}

/** A client that joins, hears an event, and is cut off. */
async function lose(auth: object = {}): Promise<Known> {
  const { webSocket, answer } = await claim(auth);
  const { sid, pid } = read(answer);
  webSocket.write(frame(`42["tell","${sid}","first"]`));
  await webSocket.heard(/^42\["told","first"/);
  const event = webSocket.texts.find((text) => text.includes('"first"')) ?? "";
  const offset = /"([^"]+)"\]$/.exec(event)?.[1] ?? "";
  webSocket.connection.socket.resetAndDestroy();
  await settled();
  return { sid, pid, offset };
}

function countOf(bytes: Buffer, text: string): number {
  return bytes.toString("latin1").split(text).length - 1;
}

const FORMS: readonly (readonly [name: string, wrong: (known: Known) => unknown])[] = [
  ["another pid", ({ pid, offset }) => ({ pid: `${pid.slice(0, -1)}${pid.endsWith("A") ? "B" : "A"}`, offset })],
  ["the socket's id in the place of the pid", ({ sid, offset }) => ({ pid: sid, offset })],
  ["a pid in a list", ({ pid, offset }) => ({ pid: [pid], offset })],
  ["a pid of prototypes", ({ offset }) => ({ pid: "__proto__", offset })],
  ["a pid of a million characters", ({ offset }) => ({ pid: "x".repeat(900_000), offset })],
  ["an offset that is a number", ({ pid }) => ({ pid, offset: 1 })],
  ["an offset that is null", ({ pid }) => ({ pid, offset: null })],
];
const OFFSETS: readonly (readonly [name: string, offset: (known: string) => string])[] = [
  ["of a million characters", () => "9".repeat(900_000)],
  ["that goes on for long", (offset) => `${offset}${"0".repeat(400_000)}`],
  ["of another process", (offset) => `${"x".repeat(offset.indexOf("."))}${offset.slice(offset.indexOf("."))}`],
  ["below zero", (offset) => offset.replace(/\..*/, ".-1")],
  ["of NaN", (offset) => offset.replace(/\..*/, ".NaN")],
  ["with an exponent", (offset) => offset.replace(/\..*/, ".1e3")],
  ["in the future", (offset) => offset.replace(/\..*/, ".zzzz")],
  ["beyond all numbers", (offset) => offset.replace(/\..*/, `.${"z".repeat(40)}`)],
  ["with a space", (offset) => `${offset} `],
];

describe("a server that keeps sessions", () => {
  beforeAll(async () => {
    victim = await startVictim(QUIET, "recovering");
  });

  afterAll(async () => {
    await settled();
    expect(await victim.close()).toBe(0);
  });

  test.each(FORMS)("takes who shows %s for a new client, and the session is still its owner's", async (_, wrong) => {
    const known = await lose();
    const stranger = await claim(wrong(known));
    expect(read(stranger.answer).sid).not.toBe(known.sid);
    expect(read(stranger.answer).pid).toMatch(/^.{20}$/);
    const owner = await claim({ pid: known.pid, offset: known.offset });
    expect(read(owner.answer)).toEqual({ sid: known.sid, pid: known.pid });
    for (const { webSocket } of [stranger, owner]) await webSocket.connection.end();
    await settled();
  });

  test.each(OFFSETS)("takes who shows an offset %s for a new client", async (_, wrong) => {
    const known = await lose();
    const { webSocket, answer } = await claim({ pid: known.pid, offset: wrong(known.offset) });
    expect(read(answer).sid).toMatch(/^.{20}$/);
    expect(read(answer).sid).not.toBe(known.sid);
    await webSocket.connection.end();
    await settled();
  });

  test("gives a session to nobody in another namespace", async () => {
    const known = await lose();
    const { webSocket, answer } = await claim({ pid: known.pid, offset: known.offset }, "/kept-0");
    expect([read(answer).sid === known.sid, read(answer).pid === known.pid]).toEqual([false, false]);
    await webSocket.connection.end();
    await settled();
  });

  test("gives a session that ten connections ask for at once to one of them", async () => {
    const known = await lose();
    const all = await Promise.all(Array.from({ length: 10 }, () => claim({ pid: known.pid, offset: known.offset })));
    await Promise.all(all.map(({ webSocket }) => webSocket.connection.quiet()));
    const living = all.filter(({ webSocket: { closeCode, connection } }) => {
      return closeCode === undefined && !connection.socket.readableEnded;
    });
    expect(living.filter(({ answer }) => read(answer).sid === known.sid)).toHaveLength(1);
    expect((await victim.report()).sockets).toBe(living.length);
    const owner = living.find(({ answer }) => read(answer).sid === known.sid);
    owner?.webSocket.write(frame(`42["tell","members","to all"]`));
    expect(await owner?.webSocket.heard(/to all/)).toBe(true);
    for (const { webSocket } of all) await webSocket.connection.end();
    await settled();
  });

  test("keeps one session of a client that comes back and is lost in a loop", async () => {
    const { pid, ...known } = await lose();
    const before = await victim.report();
    for (let times = 0; times < 300; times++) {
      const { webSocket, answer } = await claim({ pid, offset: known.offset });
      expect(read(answer).sid).toBe(known.sid);
      webSocket.connection.socket.resetAndDestroy();
    }
    await settled();
    expect(await victim.growth(before, MEGABYTE)).toBeLessThan(MEGABYTE);
  });

  test("keeps of 100,000 events of a kilobyte not much more than its limit of a megabyte", async () => {
    const before = await victim.report();
    const { webSocket } = await claim({});
    webSocket.write(frame('42["flood",100000]'));
    webSocket.write(frame('421["echo","after"]'));
    await webSocket.connection.quiet(() => webSocket.texts.some((text) => text.startsWith("431")), 8000);
    await webSocket.connection.end();
    expect(await victim.growth(before, 8 * MEGABYTE)).toBeLessThan(8 * MEGABYTE);
  });

  test("keeps 10,000 lost sessions for little, gives each back, and nothing of them once they have left", async () => {
    const before = await victim.report();
    const names = Array.from({ length: NAMESPACES }, (_, index) => `/kept-${index}`);
    /** Joins all namespaces. */
    const joinAll = async (claims: readonly object[]) => {
      const webSocket = await open();
      webSocket.write(...names.map((name, index) => frame(`40${name},${JSON.stringify(claims[index] ?? {})}`)));
      await webSocket.connection.quiet((received) => countOf(received, "/kept-") >= NAMESPACES, 3000);
      return webSocket;
    };
    /** What a client was told of each namespace: the answer, and the offset of the event. */
    const told = ({ texts }: RawWebSocket) => {
      const textOf = (start: string) => texts.find((text) => text.startsWith(start)) ?? "";
      return names.map((name) => ({
        ...read(textOf(`40${name},`)),
        offset: /"([^"]+)"\]$/.exec(textOf(`42${name},`))?.[1],
      }));
    };
    const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => joinAll([])));
    const greeter = await claim({});
    greeter.webSocket.write(frame('42["greet"]'));
    await Promise.all(
      all.map(({ connection }) => connection.quiet((received) => countOf(received, "/kept-") >= 2 * NAMESPACES, 3000)),
    );
    const known = all.map(told);
    expect(new Set(known.flat().map(({ pid }) => pid)).size).toBe(CONNECTIONS * NAMESPACES);
    for (const webSocket of [greeter.webSocket, ...all]) webSocket.connection.socket.resetAndDestroy();
    await settled();
    expect(await victim.growth(before, 30 * MEGABYTE)).toBeLessThan(30 * MEGABYTE);

    const again = await Promise.all(known.map((claims) => joinAll(claims)));
    const sidsOf = (some: typeof known) => some.map((one) => one.map(({ sid }) => sid));
    expect(sidsOf(again.map(told))).toEqual(sidsOf(known));
    for (const webSocket of again) {
      webSocket.write(...names.map((name) => frame(`41${name},`)));
      await webSocket.connection.quiet(undefined, 5);
      webSocket.connection.socket.resetAndDestroy();
    }
    expect(await victim.growth(before, 3 * MEGABYTE)).toBeLessThan(3 * MEGABYTE);
  });
});

describe("a server that keeps sessions, and asks its middlewares about who comes back", () => {
  beforeAll(async () => {
    victim = await startVictim(QUIET, "recovering, judging");
  });

  afterAll(async () => {
    await settled();
    expect(await victim.close()).toBe(0);
  });

  test("refuses who was banned meanwhile, and gives the session to nobody after that", async () => {
    const known = await lose();
    const banned = await claim({ pid: known.pid, offset: known.offset, banned: true });
    expect(banned.answer).toBe('44{"message":"banned"}');
    const again = await claim({ pid: known.pid, offset: known.offset });
    expect(read(again.answer).sid).not.toBe(known.sid);
    for (const { webSocket } of [banned, again]) await webSocket.connection.end();
    await settled();
  });

  test("keeps the rooms of who took a session over while the elder connection was being judged", async () => {
    const known = await lose();
    const elder = await open();
    elder.write(frame(`40${JSON.stringify({ pid: known.pid, offset: known.offset, delay: 400 })}`));
    await elder.connection.quiet(undefined, 100);
    const newer = await claim({ pid: known.pid, offset: known.offset });
    expect(read(newer.answer).sid).toBe(known.sid);
    expect(await elder.dismissed()).toBe(true);
    await newer.webSocket.connection.quiet(undefined, 600);
    newer.webSocket.write(frame(`42["tell","${known.sid}","to me"]`), frame('42["tell","members","to all"]'));
    expect([await newer.webSocket.heard(/to me/), await newer.webSocket.heard(/to all/)]).toEqual([true, true]);
    for (const webSocket of [elder, newer.webSocket]) await webSocket.connection.end();
    await settled();
  });

  test("keeps nothing of 300 claims whose clients leave while they are judged", async () => {
    const known = await lose();
    const before = await victim.report();
    for (let times = 0; times < 300; times++) {
      const webSocket = await open();
      webSocket.write(frame(`40${JSON.stringify({ pid: known.pid, offset: known.offset, delay: times % 3 })}`));
      webSocket.connection.socket.end();
    }
    await settled();
    expect(await victim.growth(before, MEGABYTE)).toBeLessThan(MEGABYTE);
  });
});
