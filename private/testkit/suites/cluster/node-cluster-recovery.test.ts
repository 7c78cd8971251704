// Workers of one machine that are killed, again and again, while events flow: their clients come back at other workers, and
// nothing is missed, comes twice or in another order.
// Rules: BOWLINE_FULL=1 kills more of them.
import { setTimeout as delay } from "node:timers/promises";
import { io as connectOurs } from "@bowline/client";
import { nodeCluster } from "@bowline/node-cluster";
import { Server } from "@bowline/server";
import { io as connectOfficial } from "socket.io-client-v4";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { StickyFleet } from "./sticky/sticky-fleet.ts";

const KILLS = process.env["BOWLINE_FULL"] === "1" ? 10 : 4;
const WORKERS = 3;
const SEED = 31;
const INTERVAL_MS = 5;
/** How long it may take until the last client has news again, in the middle of all kills. */
const BACK_WITHIN_MS = 2000;
/** On a machine that is busy, in connections: so many times as long as a client takes that has never been there. */
const BACK_WITHIN_CONNECTIONS = 20;
const PATIENCE = { timeout: 20_000, interval: 5 };

/** What is used of a client, whoever has made it. */
interface Client {
  readonly connected: boolean;
  readonly recovered: boolean;
  on(event: "connect", listener: () => void): unknown;
  on(event: "news", listener: (number: number) => void): unknown;
  disconnect(): unknown;
}

/** A client with what it has got. */
interface Reader {
  readonly name: string;
  readonly client: Client;
  readonly got: number[];
  /** Each time it has connected, whether its session went on. */
  readonly recovered: boolean[];
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const MODES = { websocket: ["websocket"], upgrade: ["polling", "websocket"], polling: ["polling"] } as const;

describe("workers that are killed", () => {
  let fleet: StickyFleet;
  let io: Server;
  const readers: Reader[] = [];
  let sent = 0;
  let sending: NodeJS.Timeout | undefined;

  function read(name: string, client: Client): void {
    const reader: Reader = { name, client, got: [], recovered: [] };
    client.on("connect", () => reader.recovered.push(client.recovered));
    client.on("news", (number) => reader.got.push(number));
    readers.push(reader);
  }

  /** How long a new client takes to connect, in milliseconds. */
  async function timeConnection(): Promise<number> {
    const start = performance.now();
    const client = connectOfficial(`http://127.0.0.1:${fleet.port}`, { forceNew: true });
    await new Promise<void>((resolve) => client.on("connect", resolve));
    client.disconnect();
    return performance.now() - start;
  }

  beforeAll(async () => {
    fleet = await StickyFleet.start({ kind: "sticky, with a cluster", workers: WORKERS, recovers: true });
    io = new Server({ cluster: nodeCluster(), connectionStateRecovery: {} });
    const url = `http://127.0.0.1:${fleet.port}`;
    for (const [mode, transports] of Object.entries(MODES)) {
      const options = { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 250, timeout: 1500 };
      for (let client = 0; client < 2; client++) {
        read(`our client, ${mode}`, connectOurs(url, { ...options, transports: [...transports] }));
        read(`client 4.8, ${mode}`, connectOfficial(url, { ...options, transports: [...transports] }));
      }
    }
    await vi.waitFor(async () => expect(await io.in("all").count()).toBe(readers.length), PATIENCE);
  }, 60_000);

  afterAll(async () => {
    clearInterval(sending);
    for (const { client } of readers) client.disconnect();
    await io?.close();
    await fleet?.close();
  });

  test(`${KILLS} times have their clients back in time, with every event, once and in order`, async () => {
    const random = createSeededRandom(SEED);
    const connections = [await timeConnection(), await timeConnection(), await timeConnection()];
    sending = setInterval(() => io.to("all").emit("news", sent++), INTERVAL_MS);
    const times: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(200 + random.below(500));
      const start = performance.now();
      const victim = random.below(WORKERS);
      await fleet.kill(victim);
      const last = sent;
      await vi.waitFor(
        () => expect(readers.filter(({ got }) => (got.at(-1) ?? -1) <= last).map(({ name }) => name)).toEqual([]),
        PATIENCE,
      );
      times.push(Math.round(performance.now() - start));
      // Only now, since a process that starts takes the processor from those that come back.
      await fleet.replace(victim);
    }
    clearInterval(sending);
    const whole = Array.from({ length: sent }, (_, number) => number);
    await vi.waitFor(() => expect(readers.map(({ got }) => got.length)).toEqual(readers.map(() => sent)), PATIENCE);
    for (const { name, got } of readers) expect(got, name).toEqual(whole);
    // Each has begun once, and gone on after that.
    for (const { name, recovered } of readers) expect(recovered.slice(1), name).not.toContain(false);
    expect(readers.reduce((sum, { recovered }) => sum + recovered.length - 1, 0)).toBeGreaterThanOrEqual(KILLS);
    const limit = Math.max(BACK_WITHIN_MS, BACK_WITHIN_CONNECTIONS * median(connections));
    expect(median(times)).toBeLessThan(limit);
  }, 120_000);
});
