// The primary of our cluster of one machine: what it costs when a worker takes nothing, and what becomes of the workers when
// it goes and comes back.
import { spawn } from "node:child_process";
import { existsSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Bus } from "@bowline/adapter/cluster";
import { nodeClusterBus, type Primary, setupPrimary } from "@bowline/node-cluster";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { uniqueName } from "./broker-packages.ts";
import { NodeWorker, type WorkerKind } from "./node-cluster-workers.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };
const MIB = 1024 * 1024;
const QUEUE_BYTES = 4 * MIB;
const MESSAGES = 300;
const MESSAGE_BYTES = 100_000;
/** How many messages are sent before the other worker has taken them. */
const AHEAD = 20;
/** As much as a pipe, or a socket of the file system, may hold, and what a stream has handed over to it. */
const SYSTEM_BYTES = 2 * MIB;

setFlagsFromString("--expose-gc");
const collectGarbage: unknown = runInNewContext("gc");

/** What this process has in memory once it has let go of what nobody uses, in bytes. */
function memoryInUse(): number {
  if (typeof collectGarbage === "function") Reflect.apply(collectGarbage, undefined, []);
  return process.memoryUsage.rss();
}

/** @returns what this process needs afterwards. */
async function sendMegabytes(bus: Bus, topic: string, count: number): Promise<number> {
  for (let sent = 0; sent < count; sent++) await bus.publish(topic, new Uint8Array(MIB));
  return memoryInUse();
}

let path: string;
let primary: Primary;
const workers: NodeWorker[] = [];

async function openPrimary(): Promise<void> {
  path = join(tmpdir(), `${uniqueName()}.sock`);
  primary = setupPrimary({ path, maxQueuedBytes: QUEUE_BYTES });
  await primary.ready;
}

async function closePrimary(): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  await primary.close();
  rmSync(path, { force: true });
}

async function untilUp(worker: NodeWorker): Promise<void> {
  await vi.waitFor(async () => expect(await worker.run(({ bus }) => bus.status)).toBe("up"), PATIENCE);
}

/** Starts workers without signs of life, each of which would be a message. */
async function start(kind: WorkerKind): Promise<[NodeWorker, NodeWorker]> {
  const worker = (): Promise<NodeWorker> => NodeWorker.start(kind, path, { BOWLINE_QUIET: "1" });
  const started = await Promise.all([worker(), worker()]);
  workers.push(...started);
  await Promise.all(started.map(untilUp));
  return started;
}

/** Has a worker write down what a topic brings, and how its bus stands. */
async function listen(worker: NodeWorker, topic: string): Promise<void> {
  await worker.run(async ({ bus, notes }, name) => {
    notes.length = 0;
    bus.onStatus((status) => notes.push(status));
    await bus.join(name, (bytes) => notes.push(bytes.byteLength));
  }, topic);
}

function notesOf(worker: NodeWorker): Promise<unknown[]> {
  return worker.run((scope): unknown[] => scope.notes);
}

/** Waits for what a worker has written down. */
function untilNotes(worker: NodeWorker, notes: readonly unknown[]): Promise<void> {
  return vi.waitFor(async () => expect(await notesOf(worker)).toEqual(notes), PATIENCE);
}

describe.each(["cluster, as JSON", "cluster, serialized in the advanced way", "path"] as const)(
  "a primary with a worker that is stopped, %s,",
  (kind) => {
    let stopped: NodeWorker;
    let busy: NodeWorker;
    let bus: Bus;

    beforeAll(async () => {
      await openPrimary();
      [stopped, busy] = await start(kind);
      bus = nodeClusterBus();
      await vi.waitFor(() => expect(bus.status).toBe("up"), PATIENCE);
    }, 60_000);

    afterAll(async () => {
      await bus.close();
      await closePrimary();
    });

    test("keeps no more for it than it may, tells it what it has missed, and the others lose nothing", async () => {
      const topic = uniqueName();
      await Promise.all([listen(stopped, topic), listen(busy, topic)]);
      expect(primary.status.dropped).toBe(0);
      stopped.signal("SIGSTOP");
      let most = 0;
      for (let count = 0; count < MESSAGES; count++) {
        await bus.publish(topic, new Uint8Array(MESSAGE_BYTES));
        most = Math.max(most, primary.status.queuedBytes);
        // The other one takes what it gets; it is not to be outrun.
        if (count % AHEAD !== 0) continue;
        await vi.waitFor(async () => expect(await notesOf(busy)).toHaveLength(count + 1), PATIENCE);
      }
      await untilNotes(
        busy,
        Array.from({ length: MESSAGES }, () => MESSAGE_BYTES),
      );
      const { dropped } = primary.status;
      // The bound and the message that goes over it, and what is on its way to the other one.
      expect(most).toBeLessThan(QUEUE_BYTES + (AHEAD + 2) * MESSAGE_BYTES);
      // What it has got beyond that is in the buffers of the system.
      const kept = QUEUE_BYTES / MESSAGE_BYTES;
      expect(dropped).toBeLessThanOrEqual(MESSAGES - kept);
      expect(dropped).toBeGreaterThanOrEqual(MESSAGES - kept - SYSTEM_BYTES / MESSAGE_BYTES);
      stopped.signal("SIGCONT");
      // Each message came, or is counted.
      const came = Array.from({ length: MESSAGES - dropped }, () => MESSAGE_BYTES);
      await untilNotes(stopped, [...came, "down", "up"]);
      const told = await stopped.run(({ warnings }) =>
        warnings.filter(({ code }) => code === "BOWLINE_BUS_LOST").map(({ text }) => Number.parseInt(text, 10)),
      );
      expect(told).toEqual([dropped]);
      await bus.publish(topic, new Uint8Array(5));
      await untilNotes(stopped, [...came, "down", "up", 5]);
      expect(await busy.run(({ warnings }) => warnings)).toEqual([]);
    });

    test("needs no more memory for it, however much is sent", async () => {
      const topic = uniqueName();
      await listen(stopped, topic);
      stopped.signal("SIGSTOP");
      const before = primary.status.dropped;
      const full = await sendMegabytes(bus, topic, 32);
      const later = await sendMegabytes(bus, topic, 256);
      expect(primary.status.dropped - before).toBeGreaterThan(256);
      expect(later - full).toBeLessThan(32 * MIB);
    });
  },
);

describe.each(["cluster, as JSON", "thread", "path"] as const)("a primary and its workers, %s:", (kind) => {
  let one: NodeWorker;
  let two: NodeWorker;

  beforeAll(async () => {
    await openPrimary();
    [one, two] = await start(kind);
  }, 60_000);

  afterAll(closePrimary);

  test("several buses of one worker are kept apart, and one that is closed is forgotten", async () => {
    const topic = uniqueName();
    await one.run(async ({ openBus, notes }, name) => {
      const [first, second] = [openBus(), openBus()];
      await first.join(name, (bytes) => notes.push(`first ${bytes[0]}`));
      await second.join(name, (bytes) => notes.push(`second ${bytes[0]}`));
      notes.push(await first.subscribers?.(name), await second.subscribers?.(`${name} of nobody`));
      // Others hear it, and not the one that has said it.
      await first.publish(name, Uint8Array.of(1));
      while (notes.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      await second.close();
    }, topic);
    await two.run(({ bus }, name) => bus.publish(name, Uint8Array.of(2)), topic);
    await untilNotes(one, [2, 0, "second 1", "first 2"]);
    await vi.waitFor(() => expect(primary.status.peers).toBe(3), PATIENCE);
  });

  test("a primary that goes and comes back finds them again, with what they had joined", async () => {
    const topic = uniqueName();
    await listen(two, topic);
    const before = await one.run(async ({ bus }, name) => (await bus.log?.append(name, Uint8Array.of(1))) ?? "", topic);
    await primary.close();
    for (const worker of [one, two]) {
      await vi.waitFor(async () => expect(await worker.run(({ bus }) => bus.status)).toBe("down"), PATIENCE);
    }
    const failure: unknown = await one.run(
      ({ bus }, name) =>
        bus.publish(name, Uint8Array.of(1)).then(
          () => "none",
          (error: unknown): unknown => Reflect.get(Object(error), "code"),
        ),
      topic,
    );
    expect(failure).toBe("BOWLINE_BUS_AWAY");
    primary = setupPrimary({ path });
    await primary.ready;
    await Promise.all([untilUp(one), untilUp(two)]);
    await one.run(({ bus }, name) => bus.publish(name, Uint8Array.of(1, 2, 3)), topic);
    await untilNotes(two, ["down", "up", 3]);
    expect(await one.run(({ bus }, name, offset) => bus.log?.reaches(name, offset), topic, before)).toBe(false);
  });

  test("a worker that is killed is gone at once, and not when its lease has ended", async () => {
    const known = (): Promise<number> => two.run(({ cluster }) => cluster.nodes.length);
    await vi.waitFor(async () => expect(await known()).toBe(1), PATIENCE);
    await one.kill();
    await vi.waitFor(async () => expect(await known()).toBe(0), PATIENCE);
    expect(await two.run(({ cluster }) => cluster.status)).toBe("up");
  });
});

describe("a primary", () => {
  beforeEach(openPrimary);
  afterEach(closePrimary);

  test("is one for a process", () => {
    expect(() => setupPrimary()).toThrow("Cannot set up the primary: this process is one already");
  });

  test("lets nobody but its user in", () => {
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test("takes the path of one that was killed, and not of one that lives", async () => {
    const other = createServer();
    const taken = join(tmpdir(), `${uniqueName()}.sock`);
    await new Promise<void>((resolve) => {
      other.listen(taken, resolve);
    });
    await primary.close();
    primary = setupPrimary({ path: taken });
    await expect(primary.ready).rejects.toThrow("another primary does");
    await primary.close();
    await new Promise((resolve) => {
      other.close(resolve);
    });
    // Closing in order takes the file away; one that was killed leaves it.
    const killed = await startListenerAndKill(taken);
    expect([killed, existsSync(taken)]).toEqual(["SIGKILL", true]);
    primary = setupPrimary({ path: taken });
    await primary.ready;
    expect(existsSync(taken)).toBe(true);
    rmSync(taken, { force: true });
  });
});

/** Has a process listen on a path, and kills it. @returns the signal that has ended it. */
async function startListenerAndKill(path: string): Promise<string | null> {
  const program = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("here"))`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => {
    child.stdout.once("data", resolve);
  });
  const ended = new Promise<string | null>((resolve) => {
    child.once("exit", (_code, signal) => resolve(signal));
  });
  child.kill("SIGKILL");
  return ended;
}
