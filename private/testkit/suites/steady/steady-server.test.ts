// A server whose clients come, talk, go, and come back many times keeps nothing of them: no heap, no timer, no socket, no room.
// Place: **tests** -> raw clients -> bytes -> server's process
// Rules: heap is judged per lap, far below the size of what a lap makes; BOWLINE_FULL=1 runs five thousand connections, a
//        million events, a hundred thousand rooms and ten thousand namespaces and recoveries, the gate a part of them.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { isObject } from "../../src/peers/raw-surface.ts";
import { join, type RawClient } from "./raw-client.ts";
import type { ServingReport } from "./serving.ts";

const RUNS_EVERYTHING = process.env["BOWLINE_FULL"] === "1";
const LAPS = RUNS_EVERYTHING
  ? { connections: 5000, events: 1_000_000, rooms: 100_000, namespaces: 10_000, recoveries: 10_000 }
  : { connections: 400, events: 40_000, rooms: 20_000, namespaces: 800, recoveries: 300 };
const TIME_LIMIT_MS = RUNS_EVERYTHING ? 600_000 : 60_000;
/** What garbage collection, compiled code and the counters of Node move up and down. */
const NOISE_BYTES = 2_000_000;
/** A connection, a namespace or a session that is kept has thousands. */
const BYTES_PER_CLIENT = 200;
/** The smallest thing that could be kept of an event or a room is larger. */
const BYTES_PER_EVENT = 4;
/** Connections that are opened at a time. */
const BATCH = 100;

const SERVING_FILE = fileURLToPath(new URL("serving.ts", import.meta.url));

let server: ChildProcess;
let url = "";

/** What the server's process tells next. */
function nextMessage(): Promise<unknown> {
  return new Promise((resolve) => {
    server.once("message", (message: unknown) => resolve(message));
  });
}

/** Starts the server's process. @param mode whether it keeps sessions. */
async function start(mode: "plain" | "recovery"): Promise<void> {
  server = fork(SERVING_FILE, [mode], { execArgv: ["--expose-gc", "--import", "tsx"] });
  const address = await nextMessage();
  if (!isObject(address)) throw new Error("Cannot tell the port of the server");
  url = `ws://127.0.0.1:${String(address["port"])}/socket.io/?EIO=4&transport=websocket`;
}

afterEach(async () => {
  const ended = once(server, "exit");
  server.send("end");
  await ended;
});

function isReport(value: unknown): value is ServingReport {
  return isObject(value) && typeof value["heapBytes"] === "number" && Array.isArray(value["leftOver"]);
}

/** Has the server look at what is left of it. */
async function look(): Promise<ServingReport> {
  const told = nextMessage();
  server.send("look");
  const report = await told;
  if (!isReport(report)) throw new Error("Cannot read what the server told: it is no report");
  return report;
}

/** Runs a quarter to warm up, then all, and gives what the latter left behind. */
async function grownOver(run: (laps: number) => Promise<void>, laps: number, mode: "plain" | "recovery" = "plain") {
  await start(mode);
  await run(Math.ceil(laps / 4));
  const before = await look();
  await run(laps);
  const { heapBytes, listeners, ...rest } = await look();
  return { grownBytes: heapBytes - before.heapBytes, addedListeners: listeners - before.listeners, ...rest };
}

const NOTHING = { addedListeners: 0, leftOver: [], clients: 0, sockets: 0, rooms: 0, namespaces: 1 };

test(
  "idle connections that have gone leave nothing behind",
  async () => {
    const { grownBytes, ...rest } = await grownOver(async (laps) => {
      const clients: RawClient[] = [];
      for (let opened = 0; opened < laps; opened += BATCH) {
        const batch = await Promise.all(Array.from({ length: Math.min(BATCH, laps - opened) }, () => join(url)));
        for (const { client } of batch) {
          client.send("41");
          clients.push(client);
        }
      }
      await Promise.all(clients.map((client) => client.close()));
    }, LAPS.connections);
    expect(rest).toEqual(NOTHING);
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.connections * BYTES_PER_CLIENT);
  },
  TIME_LIMIT_MS,
);

test(
  "events leave nothing behind",
  async () => {
    const { grownBytes, ...rest } = await grownOver(async (laps) => {
      const { client } = await join(url);
      for (let sent = 0; sent < laps; sent += 500) {
        for (let event = 0; event < 500; event++) client.send(`42["count",${sent + event}]`);
        await client.ask('421["sync"]', "431");
      }
      client.send("41");
      await client.close();
    }, LAPS.events);
    expect(rest).toEqual(NOTHING);
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.events * BYTES_PER_EVENT);
  },
  TIME_LIMIT_MS,
);

test(
  "rooms that were joined and left leave nothing behind",
  async () => {
    const { grownBytes, ...rest } = await grownOver(async (laps) => {
      const { client } = await join(url);
      for (let room = 0; room < laps; room += 1000) await client.ask(`421["rooms",${room},1000]`, "431");
      client.send("41");
      await client.close();
    }, LAPS.rooms);
    expect(rest).toEqual(NOTHING);
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.rooms * BYTES_PER_EVENT);
  },
  TIME_LIMIT_MS,
);

test(
  "namespaces that were made on demand leave nothing behind once they are empty",
  async () => {
    const { grownBytes, ...rest } = await grownOver(async (laps) => {
      const { client } = await join(url);
      for (let number = 0; number < laps; number++) {
        await client.ask(`40/on-demand-${number},`, `40/on-demand-${number},`);
        client.send(`41/on-demand-${number},`);
      }
      client.send("41");
      await client.close();
    }, LAPS.namespaces);
    expect(rest).toEqual(NOTHING);
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.namespaces * BYTES_PER_CLIENT);
  },
  TIME_LIMIT_MS,
);

test(
  "sessions that were lost and recovered leave nothing behind",
  async () => {
    const { grownBytes, ...rest } = await grownOver(
      async (laps) => {
        let { client, reply } = await join(url);
        const pid = /"pid":"([^"]+)"/.exec(reply)?.[1];
        for (let lap = 0; lap < laps; lap++) {
          const event = await client.ask('42["tell","hello"]', '42["told"');
          const offset = /"([^"]+)"\]$/.exec(event)?.[1];
          await client.break();
          ({ client, reply } = await join(url, JSON.stringify({ pid, offset })));
          expect(reply).toContain(`"pid":"${pid}"`);
        }
        client.send("41");
        await client.close();
      },
      LAPS.recoveries,
      "recovery",
    );
    expect(rest).toEqual(NOTHING);
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.recoveries * BYTES_PER_CLIENT);
  },
  TIME_LIMIT_MS,
);
