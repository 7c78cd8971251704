// Our client meets servers that answer nonsense: it reports what happened, tries again or stops, and never throws.
// Place: **bytes** -> transports -> engine -> manager -> socket -> what a program hears
// Rules: a connect_error says what was tried, what came back and what to do; a disconnect has one of the known reasons.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  answer,
  type EvilServer,
  honestScript,
  OPEN,
  type Script,
  serverFrame,
  startEvilServer,
  switching,
} from "./evil-server.ts";
import { huntMutated } from "./mutated-hunt.ts";
import { faultsOf } from "./prey-faults.ts";
import { type Prey, type PreyReport, startPrey } from "./prey-process.ts";
import { REVISIONS } from "./traffic.ts";

const SEEDS = 400;
const FIRST_SEED = 20_270_000;
const AT_ONCE = 40;

let evil: EvilServer;
let prey: Prey;

beforeAll(async () => {
  [evil, prey] = await Promise.all([startEvilServer(), startPrey()]);
});

afterAll(async () => {
  expect(await prey.close()).toBe(0);
  await evil.close();
});

async function meet(script: Script, transports: readonly string[], lastsMs: number, attempts = 2): Promise<PreyReport> {
  return await prey.hunt({ url: evil.url, path: evil.play(script), transports, lastsMs, attempts });
}

test.each(REVISIONS)(
  "it gets along with the same server in revision %i as long as nothing is damaged",
  async (revision) => {
    const report = await meet(honestScript(revision), ["polling"], 150);
    expect(report).toMatchObject({ connects: 1, errors: [] });
  },
);

test(`${SEEDS} seeded mutations of answers and frames: it reports, tries again or stops, and never throws`, async () => {
  const failures: string[] = [];
  const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index);
  let told = 0;
  const work = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      try {
        const outcome = await huntMutated(evil, prey, seed);
        told += outcome.told;
        for (const fault of outcome.faults) failures.push(`seed ${seed}: ${fault}`);
      } catch (error) {
        failures.push(`seed ${seed}: ${String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(failures).toEqual([]);
  expect(told).toBeGreaterThan(SEEDS);
});

type HandshakeCase = readonly [name: string, said: Uint8Array | string, hint: RegExp];

async function expectRefusal(said: Uint8Array | string, message: string, hint: RegExp): Promise<void> {
  const report = await meet(() => said, ["polling"], 150, 1);
  expect(faultsOf(report)).toEqual([]);
  expect(report).toMatchObject({ connects: 0, hasGivenUp: true });
  expect(report.errors[0]).toMatchObject({ message, type: "TransportError" });
  expect(report.errors[0]?.hint).toMatch(hint);
}

describe.concurrent("a handshake by polling that is", () => {
  test.each<HandshakeCase>([
    ["a web page", answer("<title>Sign in</title>"), /answered 200: "<title>Sign in.*Cannot decode/],
    ["no JSON", answer("0{"), /answered 200: "0\{".*JSON/],
    ["null", answer("0null"), /has no JSON object$/],
    ["a list", answer("0[]"), /has no session id$/],
    ["without a session id", answer('0{"upgrades":[],"pingInterval":1,"pingTimeout":1}'), /has no session id$/],
    ["with a negative interval", answer(`0${OPEN.replace("300", "-1")}`), /has no heartbeat times$/],
    ["with an interval that is a text", answer(`0${OPEN.replace("300", '"x"')}`), /has no heartbeat times$/],
    ["another packet", answer('42["forged"]'), /the first packet was message, not open$/],
    ["empty", answer(""), /answered 200; .*: Cannot decode the packet: it is empty$/],
  ])("%s is told with what was tried, what came back, and why that is no handshake", async (_, said, hint) => {
    await expectRefusal(said, "server error", hint);
  });

  test.each<HandshakeCase>([
    ["a 204", answer("", "204 No Content"), /answered 204/],
    ["a redirect", answer("", "302 Found", "Location: http://127.0.0.1:1/\r\n"), /answered 302/],
    ["a 401", answer("who?", "401 Unauthorized"), /answered 401: "who\?"; credentials/],
    ["a 404", answer("no", "404 Not Found"), /answered 404: "no"; .*path/],
    ["a 500", answer("boom", "500 Oops"), /answered 500: "boom"; the server, or a proxy/],
    ["a status that is none", answer("x", "999 Odd"), /answered 999/],
    ["a 101", switching("x"), /^Cannot reach "http.*": ./],
    ["no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", /^Cannot use ".*": .*: Parse Error/],
    ["cut off", answer(`0${OPEN}`).subarray(0, 150), /^Cannot reach ".*": ./],
    ["two lengths", answer("0{}", "200 OK", "Content-Length: 9\r\n"), /^Cannot use ".*": .*: Parse Error/],
    ["a header without end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(100_000)}`, /^Cannot use ".*": .*: Parse Error/],
  ])("%s is told with what was tried, what came back, and what to do", async (_, said, hint) => {
    await expectRefusal(said, "xhr poll error", hint);
  });
});

describe.concurrent("a WebSocket that", () => {
  const open = serverFrame(`0${OPEN}`);
  test.each<[name: string, said: (key: string) => Uint8Array]>([
    ["proves no handshake", () => switching("another key")],
    ["is refused", () => answer("Session ID unknown", "400 Bad Request")],
    ["negotiates what nobody offered", (key) => switching(key, "Sec-WebSocket-Extensions: constructor\r\n")],
    [
      "has a window that no inflater takes (CVE-2026-2229)",
      (key) =>
        Buffer.concat([
          switching(key, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n"),
          open,
        ]),
    ],
    ["has reserved bits set", (key) => Buffer.concat([switching(key), serverFrame(`0${OPEN}`, 0x70)])],
    [
      "claims to be compressed and is not",
      (key) =>
        Buffer.concat([
          switching(key, "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
          serverFrame("\x00\x01junk", 0x40),
        ]),
    ],
  ])("%s is told with what was tried and what came back", async (_, said) => {
    const report = await meet(({ key }) => said(key), ["websocket"], 400, 1);
    expect(faultsOf(report)).toEqual([]);
    expect(report.connects).toBe(0);
    expect(report.errors[0]?.type).toBe("TransportError");
    expect(report.errors[0]?.hint).toMatch(/^Cannot (reach|use) "ws:.*": ./);
  });

  test.each<[name: string, first: string | Uint8Array, hint: RegExp]>([
    ["bytes", Uint8Array.of(4, 1, 2), /the first packet was message, not open$/],
    ["an event", '42["forged"]', /the first packet was message, not open$/],
    ["broken JSON", "0{]", /JSON at position \d+$/],
    ["no session id", "0{}", /has no session id$/],
    ["an empty message", "", /Cannot decode the packet: it is empty$/],
  ])(
    "opens with %s is told with why that is no handshake, and without advice on how to reach it",
    async (_, first, hint) => {
      const report = await meet(
        ({ key }) => Buffer.concat([switching(key), serverFrame(first)]),
        ["websocket"],
        400,
        1,
      );
      expect(faultsOf(report)).toEqual([]);
      expect(report.connects).toBe(0);
      expect(report.errors[0]?.hint).toMatch(hint);
    },
  );

  test("replaces polling and then speaks nonsense leaves the client with a connection or a new attempt", async () => {
    const honest = honestScript(4);
    const report = await meet(
      (asked) =>
        asked.isUpgrade
          ? Buffer.concat([switching(asked.key), serverFrame("3probe"), serverFrame("nonsense")])
          : honest(asked),
      ["polling", "websocket"],
      500,
    );
    expect(faultsOf(report)).toEqual([]);
    expect(report.connects).toBeGreaterThan(0);
  });
});

describe.concurrent("a server that", () => {
  const joined = '40{"sid":"zyxwvutsrqponmlkjihg"}';
  const afterJoin =
    (...texts: readonly string[]): Script =>
    ({ key }) =>
      Buffer.concat([switching(key), ...[`0${OPEN}`, joined, ...texts].map((text) => serverFrame(text))]);

  test.each([
    ["sends a packet of no type", "49"],
    ["sends an event that is no list", '42{"a":1}'],
    ["sends a reserved event", '42["connect"]'],
    ["announces too many attachments", '4599-["x"]'],
    ["sends what is nested too deep", `42["x",${"[".repeat(100_000)}${"]".repeat(100_000)}]`],
    ["refuses with a number", "44/,5"],
  ])("%s is left with a parse error, and visited again", async (_, text) => {
    const report = await meet(afterJoin(text), ["websocket"], 200);
    expect(faultsOf(report)).toEqual([]);
    expect(report.connects).toBeGreaterThan(1);
    expect(report.disconnects).toContain("parse error");
  });

  test.each(["1e308", "9007199254740993", "2147483648", "0"])(
    "asks for a ping interval of %s ms ends no process",
    async (interval) => {
      const open = OPEN.replace("300", interval);
      const report = await meet(
        ({ key }) => Buffer.concat([switching(key), serverFrame(`0${open}`), serverFrame(joined)]),
        ["websocket"],
        200,
      );
      expect(faultsOf(report)).toEqual([]);
    },
  );

  test("answers a thousand acks that nobody asked for, and events for foreign namespaces, is not worth an error", async () => {
    const acks = Array.from({ length: 1000 }, (_, id) => `43${id + 10}["x"]`);
    const report = await meet(
      afterJoin(...acks, '42/foreign,["x"]', "41/foreign,", "44/foreign,{}"),
      ["websocket"],
      150,
    );
    expect(report).toMatchObject({ connects: 1, errors: [], disconnects: [], isConnected: true });
  });

  test("is not there is told with what to do", async () => {
    const report = await prey.hunt({
      url: "http://127.0.0.1:1",
      path: "/x/",
      transports: ["polling"],
      lastsMs: 200,
      attempts: 1,
    });
    expect(report.errors[0]?.message).toBe("xhr poll error");
    expect(report.errors[0]?.hint).toMatch(
      /^Cannot reach "http:\/\/127\.0\.0\.1:1\/x\/": .*check that the server runs/,
    );
    expect(report.hasGivenUp).toBe(true);
  });

  test("never answers is given up in time", async () => {
    const report = await meet(() => undefined, ["polling"], 1700, 1);
    expect(report.errors[0]?.message).toBe("timeout");
    expect(report.errors[0]?.hint).toMatch(/no connection within 600 ms/);
    expect(report.hasGivenUp).toBe(true);
  });
});
