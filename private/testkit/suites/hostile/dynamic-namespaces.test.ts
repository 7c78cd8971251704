// Namespaces that are made on demand, in the hands of who asks for very many, or for strange ones.
// Place: connection -> **dynamic namespaces** -> namespace
// Rules: with cleanupEmptyChildNamespaces a flood leaves nothing behind; a decider that never answers, answers twice or
//        fails lets nobody in by that; a name is a name, whatever characters it has.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { frame, joinByWebSocket, openRawWebSocket, type RawWebSocket, webSocketTarget } from "./raw-websocket.ts";
import { startVictim, type Victim, type VictimReport } from "./victim-process.ts";

const MEGABYTE = 1_000_000;

let victim: Victim;
let before: VictimReport;

beforeAll(async () => {
  victim = await startVictim({ pingInterval: 60_000, connectTimeout: 60_000 }, "dynamic");
});

beforeEach(async () => {
  before = await victim.settle(({ connections }) => connections === 0);
});

afterAll(async () => {
  const left = await victim.settle(({ connections }) => connections === 0);
  expect(left).toMatchObject({ connections: 0, prototypesAreClean: true });
  expect(await victim.close()).toBe(0);
});

/** Asks for namespaces by the thousand and does not read the answers; resolves once all has been handed over. */
async function askFor({ connection }: RawWebSocket, names: readonly string[]): Promise<void> {
  connection.socket.removeAllListeners("data");
  connection.socket.resume();
  for (let from = 0; from < names.length; from += 1000) {
    const asked = names.slice(from, from + 1000).map((name) => frame(`40${name},`));
    await new Promise<void>((resolve) => {
      connection.socket.write(Buffer.concat(asked), () => resolve());
    });
  }
}

const numbered = (start: string, count: number) => Array.from({ length: count }, (_, index) => `${start}${index}`);

/** Asks in a way that shows that the server has heard all that was said before. */
async function expectAlive(): Promise<void> {
  const webSocket = await joinByWebSocket(victim.port, 4);
  webSocket.write(frame('421["echo","alive"]'));
  expect(await webSocket.heard(/^431\["alive"\]/)).toBe(true);
  await webSocket.connection.end();
}

describe("a flood of", () => {
  test("50,000 namespaces that are made for one client is forgotten when it leaves", async () => {
    const made = before.figures["made"] ?? 0;
    const webSocket = await openRawWebSocket(victim.port, webSocketTarget(4));
    await askFor(webSocket, numbered("/room-", 50_000));
    const { figures } = await victim.settle((told) => told.figures["made"] === made + 50_000);
    expect(figures["made"]).toBe(made + 50_000);
    webSocket.connection.socket.resetAndDestroy();
    expect(await victim.growth(before, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
  });

  test("joins and leaves of the same few namespaces by many clients at once ends with none of them", async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => openRawWebSocket(victim.port, webSocketTarget(4))),
    );
    for (let round = 0; round < 100; round++) {
      for (const client of clients) client.write(frame(`40/room-${round % 3},`), frame(`41/room-${round % 3},`));
    }
    for (const client of clients) client.write(frame("40/room-7,"), frame('42/room-7,1["echo","in"]'));
    expect(await Promise.all(clients.map((client) => client.heard(/^43\/room-7,1\["in"\]/)))).not.toContain(false);
    await Promise.all(clients.map((client) => client.connection.end()));
    expect(await victim.growth(before, 3 * MEGABYTE)).toBeLessThan(3 * MEGABYTE);
  });

  test.each(["/never-", "/late-", "/nowhere-"])(
    "20,000 names that begin with %s, none of them welcome yet, is forgotten when its client leaves",
    async (start) => {
      const webSocket = await openRawWebSocket(victim.port, webSocketTarget(4));
      await askFor(webSocket, numbered(start, 20_000));
      await expectAlive();
      webSocket.connection.socket.resetAndDestroy();
      await expectAlive();
      expect(await victim.growth(before, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
    },
  );
});

describe("a namespace", () => {
  test.each<[string, string, RegExp]>([
    ["whose decider answers twice is made once", "/twice", /^40\/twice,\{"sid"/],
    ["whose decider fails and says yes is not made", "/error", /^44\/error,\{"message":"Invalid namespace"\}/],
    ["with a question mark is not the one without", "/room-1?x=1", /^44\/room-1\?x=1,\{"message":"Invalid/],
    ["with a NUL is not the one without", "/room-1\0", /^44\/room-1\0,\{"message":"Invalid/],
    ["with a line behind is not the one without", "/room-1\n", /^44\/room-1\n,\{"message":"Invalid/],
    ["of a prototype is unknown", "/__proto__", /^44\/__proto__,\{"message":"Invalid/],
    ["of a method is unknown", "/constructor", /^44\/constructor,\{"message":"Invalid/],
    ["that stands for others is none to join", "/_0", /^44\/_0,\{"message":"Invalid/],
    ["of 900,000 characters is unknown", `/${"n".repeat(900_000)}`, /^44\/n{900000},\{"message":"Invalid/],
    ["of 900,000 digits is one", `/room-${"1".repeat(900_000)}`, /^40\/room-1{900000},\{"sid"/],
  ])("%s", async (_, name, answer) => {
    const webSocket = await openRawWebSocket(victim.port, webSocketTarget(4));
    webSocket.write(frame(`40${name},`));
    expect(await webSocket.heard(answer)).toBe(true);
    await webSocket.connection.end();
    expect(await victim.growth(before, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
  });

  test("that is asked for twice while its decider thinks ends its client alone", async () => {
    const webSocket = await openRawWebSocket(victim.port, webSocketTarget(4));
    webSocket.write(frame("40/late-1,"), frame("40/late-1,"));
    expect(await webSocket.dismissed()).toBe(true);
    await webSocket.connection.end();
    await expectAlive();
  });
});
