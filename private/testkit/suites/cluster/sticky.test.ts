// Several workers of one machine behind one port: each request of a session comes to the worker that has it, be it that the
// primary reads its id, or that a worker forwards it, also behind TLS.
// Rules: BOWLINE_FULL=1 plays all ways, and four hundred sessions for each.
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import { createSelfSigned } from "../../src/peers/self-signed.ts";
import { within } from "../../src/peers/wait-for.ts";
import { connected, playSessions } from "./no-sticky-sessions.ts";
import { ask, type FleetOptions, StickyFleet } from "./sticky/sticky-fleet.ts";

const PLAYS_EVERYTHING = process.env["BOWLINE_FULL"] === "1";
const SESSIONS = PLAYS_EVERYTHING ? 400 : 60;
const PATIENCE = { timeout: 20_000, interval: 20 };
const tls = createSelfSigned();

const WAYS: readonly (readonly [string, FleetOptions, string?])[] = [
  ["found by their ids", { kind: "sticky", method: "round-robin" }],
  ["found by their ids, of official servers with ids of their own", { kind: "sticky, official server" }],
  ["found by their ids, with a cluster besides", { kind: "sticky, with a cluster", method: "random" }],
  ["forwarded by the workers", { kind: "forwarding" }],
  ["forwarded behind TLS, connections handed over by the primary", { kind: "sticky, with a cluster", tls }, tls.cert],
  ["forwarded behind TLS", { kind: "forwarding", tls }, tls.cert],
];

/** In the gate those that the others are parts of. */
const PLAYED = PLAYS_EVERYTHING ? WAYS : WAYS.filter((_way, index) => index % 2 === 0);

describe.each(PLAYED.map(([name, options, ca]) => ({ name, options, ca })))(
  "sessions of four workers, $name,",
  ({ options, ca }) => {
    let fleet: StickyFleet;

    beforeAll(async () => {
      fleet = await StickyFleet.start(options);
    }, 60_000);

    afterAll(() => fleet?.close());

    test(`are whole, all of ${SESSIONS}, of three clients, over polling and moved to a WebSocket`, async () => {
      expect(await playSessions(SESSIONS, fleet.port, ca, { fleet: fleet.name })).toEqual([]);
      const counts = await fleet.counts();
      expect(counts.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(SESSIONS);
      // Each worker has had its share.
      expect(Math.min(...counts.map(({ sessions }) => sessions))).toBeGreaterThan(SESSIONS / 16);
      // A poll may be overtaken by the end of its session, at another worker too, which forwards it.
      const known = new Set(counts.flatMap((count) => count.known));
      expect(counts.flatMap(({ missed }) => missed).filter((id) => !known.has(id))).toEqual([]);
    }, 300_000);
  },
);

/** One request over an agent, and how it was answered. */
async function request(url: string, agent: Agent): Promise<{ readonly status: number; readonly body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, resolve).on("error", reject);
  });
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

describe.each(["sticky", "sticky, with a cluster"] as const)("workers whose sessions are found, %s:", (kind) => {
  let fleet: StickyFleet | undefined;

  afterEach(() => fleet?.close());

  test("a browser may use one connection for sessions of several workers", async () => {
    fleet = await StickyFleet.start({ kind, workers: 2, method: "round-robin" });
    const url = `http://127.0.0.1:${fleet.port}/socket.io/?EIO=4&transport=polling`;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ids: string[] = [];
    for (let session = 0; session < 4; session++) {
      const other = new Agent();
      const { body } = await request(url, other);
      ids.push(/"sid":"([^"]+)"/.exec(body)?.[1] ?? "none");
    }
    const statuses: number[] = [];
    for (const id of ids) {
      const posted = fetch(`${url}&sid=${id}`, { method: "POST", body: "40" });
      const { status } = await request(`${url}&sid=${id}`, agent);
      statuses.push(status, (await posted).status);
    }
    agent.destroy();
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 200));
    expect((await fleet.counts()).map(({ sessions }) => sessions)).toEqual([2, 2]);
  }, 60_000);
});

describe("workers that take the connections of a primary", () => {
  let fleet: StickyFleet | undefined;

  afterEach(() => fleet?.close());

  test("that are killed have their clients back at the others, and broadcasts reach them", async () => {
    fleet = await StickyFleet.start({ kind: "sticky, with a cluster", workers: 3 });
    const peer = await clientPeer("client 4.8");
    const url = `http://127.0.0.1:${fleet.port}`;
    const clients = (["polling", "upgrade"] as const).flatMap((mode) =>
      Array.from({ length: 6 }, () => peer.connect(url, { mode, reconnection: true })),
    );
    await Promise.all(clients.map(connected));
    const [victim, other] = fleet.workers;
    if (victim === undefined || other === undefined) expect.fail("there are no workers");
    victim.process.kill("SIGKILL");
    await once(victim, "exit");
    await vi.waitFor(
      () => expect(clients.map((client) => client.connected)).toEqual(clients.map(() => true)),
      PATIENCE,
    );
    await vi.waitFor(async () => {
      const heard = clients.map((client) => new Promise((resolve) => client.on("news", resolve)));
      await ask(other, "news");
      await within(Promise.all(heard), 2000, "the broadcast");
    }, PATIENCE);
    for (const client of clients) client.dispose();
  }, 60_000);

  test("are handed none any more once they have closed, and none before they are ready", async () => {
    fleet = await StickyFleet.start({ kind: "sticky", workers: 2, method: "round-robin" });
    const [leaving] = fleet.workers;
    if (leaving === undefined) expect.fail("there are no workers");
    await ask(leaving, "close");
    expect(await playSessions(12, fleet.port)).toEqual([]);
    expect((await fleet.counts()).map(({ sessions }) => sessions)).toEqual([0, 12]);
  }, 60_000);

  test("end requests that are slow to come, as servers do that listen themselves", async () => {
    fleet = await StickyFleet.start({ kind: "sticky", workers: 1, headersTimeout: 1000 });
    const socket = connect(fleet.port, "127.0.0.1");
    socket.write("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    const answer = await within(once(socket, "data"), PATIENCE.timeout, "the end of the connection");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    socket.destroy();
  }, 60_000);

  test("end connections that say nothing", async () => {
    fleet = await StickyFleet.start({ kind: "sticky", workers: 1, headTimeout: 300 });
    const socket = connect(fleet.port, "127.0.0.1");
    const answer = await within(once(socket, "data"), PATIENCE.timeout, "the end of the connection");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    socket.destroy();
  }, 60_000);
});
