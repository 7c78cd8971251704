// The primary of our cluster of one machine: what it costs when a worker takes nothing, and what becomes of the workers when
// it goes and comes back.
import { spawn } from "node:child_process";
import { existsSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeClusterBus, type Primary, setupPrimary } from "@bowline/node-cluster";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { uniqueName } from "./broker-packages.ts";
import { NodeWorker, type WorkerKind } from "./node-cluster-workers.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };
const MIB = 1024 * 1024;
const QUEUE_BYTES = 4 * MIB;
const MESSAGES = 300;

describe("a primary", () => {
  let path: string;
  let primary: Primary;
  const workers: NodeWorker[] = [];

  async function start(kind: WorkerKind): Promise<NodeWorker> {
    const worker = await NodeWorker.start(kind, path);
    workers.push(worker);
    await vi.waitFor(async () => expect(await worker.run(({ bus }) => bus.status)).toBe("up"), PATIENCE);
    return worker;
  }

  /** Has a worker count what a topic brings. */
  async function listen(worker: NodeWorker, topic: string): Promise<void> {
    await worker.run(async ({ bus, notes }, name) => {
      bus.onStatus((status) => notes.push(status));
      await bus.join(name, (bytes) => notes.push(bytes.byteLength));
    }, topic);
  }

  beforeEach(async () => {
    path = join(tmpdir(), `${uniqueName()}.sock`);
    primary = setupPrimary({ path, maxQueuedBytes: QUEUE_BYTES });
    await primary.ready;
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await primary.close();
    rmSync(path, { force: true });
  });

  test.each(["cluster, as JSON", "cluster, serialized in the advanced way", "path"] as const)(
    "keeps no more than it may for a worker that is stopped, %s, and the others lose nothing",
    async (kind) => {
      const [stopped, busy] = [await start(kind), await start(kind)];
      const topic = uniqueName();
      await Promise.all([listen(stopped, topic), listen(busy, topic)]);
      const bus = nodeClusterBus();
      await vi.waitFor(() => expect(bus.status).toBe("up"), PATIENCE);
      stopped.signal("SIGSTOP");
      let most = 0;
      for (let count = 0; count < MESSAGES; count++) {
        await bus.publish(topic, new Uint8Array(100_000));
        most = Math.max(most, primary.status.queuedBytes);
        // The other one takes what it gets; it is not to be outrun.
        if (count % 20 === 0) {
          await vi.waitFor(async () => {
            expect(await busy.run(({ notes }) => notes.length)).toBe(count + 1);
          }, PATIENCE);
        }
      }
      await vi.waitFor(async () => expect(await busy.run(({ notes }) => notes.length)).toBe(MESSAGES), PATIENCE);
      const { dropped } = primary.status;
      expect(most).toBeLessThan(3 * QUEUE_BYTES);
      expect(dropped).toBeGreaterThan(MESSAGES / 2);
      stopped.signal("SIGCONT");
      await vi.waitFor(async () => {
        const notes = await stopped.run((scope): unknown[] => scope.notes);
        expect(notes.filter((note) => typeof note === "string")).toEqual(["down", "up"]);
        // What was dropped are signs of life as well.
        expect(notes.length - 2).toBeGreaterThanOrEqual(MESSAGES - dropped);
      }, PATIENCE);
      await bus.publish(topic, new Uint8Array(5));
      await vi.waitFor(async () => expect(await stopped.run(({ notes }) => notes.at(-1))).toBe(5), PATIENCE);
      await bus.close();
    },
  );

  test("that goes and comes back finds its workers again, with what they had joined", async () => {
    const [one, two] = [await start("path"), await start("path")];
    const topic = uniqueName();
    await listen(two, topic);
    const before = await one.run(async ({ bus }, name) => (await bus.log?.append(name, Uint8Array.of(1))) ?? "", topic);
    await primary.close();
    await vi.waitFor(async () => expect(await two.run(({ bus }) => bus.status)).toBe("down"), PATIENCE);
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
    for (const worker of [one, two]) {
      await vi.waitFor(async () => expect(await worker.run(({ bus }) => bus.status)).toBe("up"), PATIENCE);
    }
    await one.run(({ bus }, name) => bus.publish(name, Uint8Array.of(1, 2, 3)), topic);
    await vi.waitFor(async () => expect(await two.run(({ notes }) => notes)).toEqual(["down", "up", 3]), PATIENCE);
    const reaches = await one.run(({ bus }, name, offset) => bus.log?.reaches(name, offset), topic, before);
    expect(reaches).toBe(false);
  });

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
