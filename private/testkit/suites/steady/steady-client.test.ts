// A client that connects, comes back or asks many times leaves nothing behind: no heap, no timer, no socket, no listener.
// Place: **tests** -> client's process -> server of the suite
// Rules: heap is judged per lap, far below the size of what a lap makes; BOWLINE_FULL=1 runs ten thousand connections and a
//        million acks, the gate a part of them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/peers/peer.ts";
import { isListener, isObject } from "../../src/peers/raw-surface.ts";
import { serverPeer } from "../../src/peers/server-peers.ts";
import type { Laps, LapsReport } from "./laps.ts";

const RUNS_EVERYTHING = process.env["BOWLINE_FULL"] === "1";
const LAPS = RUNS_EVERYTHING
  ? { connections: 10_000, reconnections: 2000, acks: 1_000_000 }
  : { connections: 600, reconnections: 200, acks: 100_000 };
const TIME_LIMIT_MS = RUNS_EVERYTHING ? 1_200_000 : 180_000;
/** What garbage collection, compiled code and the counters of Node move up and down. */
const NOISE_BYTES = 2_000_000;
/** A client that is kept has thousands, with its connection tens of thousands. */
const BYTES_PER_CONNECTION = 200;
/** The smallest thing that could be kept of an ack is larger. */
const BYTES_PER_ACK = 4;

const LAPS_FILE = fileURLToPath(new URL("laps.ts", import.meta.url));

let server: RunningServer;

beforeAll(async () => {
  server = await (await serverPeer("our server")).start({});
  server.onConnection("/", (socket) => {
    socket.on("echo", (value, answer) => {
      if (isListener(answer)) answer(value);
    });
  });
});

afterAll(() => server.kill());

function isReport(value: unknown): value is LapsReport {
  return isObject(value) && typeof value["grownBytes"] === "number" && Array.isArray(value["leftOver"]);
}

/** Runs the laps in a process that has to end by itself. */
async function run(kind: Laps["kind"], transports: readonly string[], count: number): Promise<LapsReport> {
  const child = spawn(
    process.execPath,
    ["--expose-gc", "--import", "tsx", LAPS_FILE, server.url, kind, String(count), ...transports],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await once(child, "close");
  expect(child.exitCode).toBe(0);
  const report: unknown = JSON.parse(output);
  if (!isReport(report)) throw new Error(`Cannot read "${output}": it is no report`);
  return report;
}

describe.each([
  ["WebSocket", ["websocket"]],
  ["polling", ["polling"]],
  ["polling and then WebSocket", ["polling", "websocket"]],
])("over %s", (_name, transports) => {
  test(
    "connections that were opened and closed leave nothing behind",
    async () => {
      const { grownBytes, ...rest } = await run("connections", transports, LAPS.connections);
      expect(rest).toEqual({ leftOver: [], addedListeners: 0 });
      expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.connections * BYTES_PER_CONNECTION);
    },
    TIME_LIMIT_MS,
  );
});

test(
  "connections that were lost and came back leave nothing behind",
  async () => {
    const { grownBytes, ...rest } = await run("reconnections", ["websocket"], LAPS.reconnections);
    expect(rest).toEqual({ leftOver: [], addedListeners: 0 });
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.reconnections * BYTES_PER_CONNECTION);
  },
  TIME_LIMIT_MS,
);

test(
  "acknowledgements leave nothing behind",
  async () => {
    const { grownBytes, ...rest } = await run("acks", ["websocket"], LAPS.acks);
    expect(rest).toEqual({ leftOver: [], addedListeners: 0 });
    expect(grownBytes).toBeLessThan(NOISE_BYTES + LAPS.acks * BYTES_PER_ACK);
  },
  TIME_LIMIT_MS,
);
