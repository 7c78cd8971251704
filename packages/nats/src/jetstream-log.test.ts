import type { Bus, BusLog, BusLogEntry } from "@bowline/adapter/cluster";
import { codeOf } from "@bowline/testkit";
import { expect, test } from "vitest";
import { FakeJetStreamError } from "../test-support/fake-nats.ts";
import { createNatsScene, type NatsScene } from "../test-support/nats-scene.ts";

const STREAM = "bowline-log-t";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function logOf({ log }: Bus): BusLog {
  return log ?? expect.fail("the bus has no log");
}

function open(...args: Parameters<typeof createNatsScene>): NatsScene & { readonly log: BusLog } {
  const scene = createNatsScene(...args);
  return { ...scene, log: logOf(scene.bus) };
}

/** Follows a log, and writes down what is told. */
async function follow(log: BusLog, topic = "t") {
  const told: string[] = [];
  const follower = {
    entry: ({ bytes }: BusLogEntry) => void told.push(decode(bytes)),
    gap: () => void told.push("(gap)"),
  };
  return { told, ...(await log.follow(topic, follower)) };
}

async function drain(entries: AsyncIterable<BusLogEntry>): Promise<string[]> {
  const read: string[] = [];
  for await (const { bytes } of entries) read.push(decode(bytes));
  return read;
}

test("entries are told to each follower once and in order, and read behind any offset", async () => {
  const scene = open();
  await scene.log.append("t", encode("before"));
  const [here, there] = [await follow(scene.log), await follow(logOf(scene.another()))];
  const texts = Array.from({ length: 150 }, (_, index) => String(index));
  for (const text of texts) await scene.log.append("t", encode(text));
  expect([here.told, there.told, await drain(scene.log.read("t", here.from))]).toEqual([texts, texts, texts]);
});

test("the end of an offset's reach is the stream's", async () => {
  const { log, server } = open();
  const { from } = await follow(log);
  const [first, second] = [await log.append("t", encode("a")), await log.append("t", encode("b"))];
  const reached = (): Promise<boolean[]> =>
    Promise.all([from, first, second, "nonsense", `${second}0`].map((offset) => log.reaches("t", offset)));
  expect([await reached(), log.compare(first, second) < 0]).toEqual([[true, true, true, false, false], true]);
  server.trim(STREAM, 1);
  expect(await reached()).toEqual([false, true, true, false, false]);
  expect(await codeOf(drain(log.read("t", from)))).toBe("BOWLINE_BUS_LOG_TRIMMED");
  await expect(drain(log.read("t", "nonsense"))).rejects.toThrow('"nonsense" is no offset of it');
});

test("an entry that goes while it is read is told as gone", async () => {
  const { log, server, settle } = open();
  const first = await log.append("t", encode("a"));
  await log.append("t", encode("b"));
  server.hangs = /^consumer$/;
  const reading = codeOf(drain(log.read("t", first)));
  await settle();
  server.trim(STREAM, 0);
  server.release();
  expect(await reading).toBe("BOWLINE_BUS_LOG_TRIMMED");
});

test("entries that went before they came are told as a gap; those that come again are not told again", async () => {
  const { log, server } = open();
  const { told } = await follow(log);
  await log.append("t", encode("a"));
  const [consumption] = server.consumptionsOf(STREAM);
  consumption?.tell({ seq: 1, data: encode("again") });
  consumption?.tell({ seq: 4, data: encode("d") });
  expect(told).toEqual(["a", "(gap)", "d"]);
});

test("a stream that was deleted and made again is read from its beginning, behind a gap, when NATS is back", async () => {
  const scene = open();
  const { told, from } = await follow(scene.log);
  await scene.log.append("t", encode("elder"));
  scene.server.tell("disconnect");
  scene.server.streams.clear();
  scene.server.tell("reconnect");
  await scene.settle();
  await scene.log.append("t", encode("newer"));
  expect([told, await scene.log.reaches("t", from)]).toEqual([["elder", "(gap)", "newer"], false]);
});

test("a follower whose consumption falls silent when the connection is back reads on with another one", async () => {
  const scene = open();
  const { told } = await follow(scene.log);
  await scene.log.append("t", encode("a"));
  const [silent] = scene.server.consumptionsOf(STREAM);
  scene.server.tell("disconnect");
  scene.server.streams.get(STREAM)?.consumptions.clear();
  await scene.another().log?.append("t", encode("b"));
  scene.server.fail("consumer", new Error("JetStream not ready"));
  scene.server.tell("reconnect");
  await scene.settle();
  await scene.pass(500);
  await scene.log.append("t", encode("c"));
  silent?.tell({ seq: 2, data: encode("late") });
  expect(told).toEqual(["a", "b", "c"]);
});

test.each(["stream_not_found", "consumer_deleted"])(
  "a follower looks for its stream when its client says %s",
  async (type) => {
    const scene = open();
    const { told } = await follow(scene.log);
    const [consumption] = scene.server.consumptionsOf(STREAM);
    scene.server.streams.clear();
    consumption?.statuses.tell({ type: "heartbeat" });
    consumption?.statuses.tell({ type });
    await scene.pass(500);
    await scene.another().log?.append("t", encode("newer"));
    expect(told).toEqual(["(gap)", "newer"]);
  },
);

test.each([undefined, new Error("of the client")])("a consumption that ends is begun again: %s", async (error) => {
  const scene = open();
  const { told } = await follow(scene.log);
  await scene.log.append("t", encode("a"));
  for (const consumption of scene.server.consumptionsOf(STREAM)) consumption.end(error);
  await scene.settle();
  await scene.log.append("t", encode("b"));
  await scene.pass(500);
  expect(told).toEqual(["a", "b"]);
});

test("a follower that cannot look for its stream tries again, and looks once at a time", async () => {
  const scene = open();
  const { told } = await follow(scene.log);
  scene.server.fail("info", new Error("no quorum"));
  for (const consumption of scene.server.consumptionsOf(STREAM)) consumption.end();
  await scene.pass(500);
  scene.server.hangs = /^info$/;
  await scene.pass(500);
  scene.server.tell("disconnect");
  scene.server.tell("reconnect");
  await scene.settle();
  scene.server.release();
  await scene.settle();
  await scene.log.append("t", encode("a"));
  expect([told, scene.server.consumptionsOf(STREAM).length]).toEqual([["a"], 1]);
});

test("entries that come while a follower looks for its stream are told once, and are no gap", async () => {
  const scene = open();
  const { told } = await follow(scene.log);
  await scene.log.append("t", encode("a"));
  scene.server.hangs = /^info$/;
  scene.server.consumptionsOf(STREAM)[0]?.statuses.tell({ type: "consumer_not_found" });
  await scene.pass(500);
  await scene.log.append("t", encode("b"));
  await scene.log.append("t", encode("c"));
  scene.server.release();
  await scene.settle();
  expect(told).toEqual(["a", "b", "c"]);
});

test("who has left hears nothing more, though it leaves while its stream is looked for", async () => {
  const scene = open();
  const { told, leave } = await follow(scene.log);
  for (const consumption of scene.server.consumptionsOf(STREAM)) consumption.end();
  scene.server.hangs = /^consumer$/;
  await scene.pass(500);
  await leave();
  scene.server.release();
  await scene.settle();
  await scene.log.append("t", encode("a"));
  expect([told, scene.server.consumptionsOf(STREAM), scene.clock.pendingTimers]).toEqual([[], [], 0]);
});

test("a log that cannot be followed is not, and nothing of it stays", async () => {
  const scene = open();
  scene.server.fail("consumer", new Error("maximum consumers limit reached"));
  expect(await codeOf(follow(scene.log))).toBe("BOWLINE_BUS_REFUSED");
  scene.server.tell("disconnect");
  await scene.settle();
  expect(await codeOf(follow(scene.log))).toBe("BOWLINE_BUS_AWAY");
  expect(await codeOf(scene.log.append("t", encode("a")))).toBe("BOWLINE_BUS_AWAY");
});

test("nodes that begin at the same time make a stream once; another error is told", async () => {
  const scene = open();
  scene.server.fail("info", new FakeJetStreamError(10_059));
  await scene.log.append("t", encode("a"));
  scene.server.fail("info", new FakeJetStreamError(10_059));
  expect(await codeOf(scene.another().log?.append("t", encode("b")))).toBe("fine");
  scene.server.fail("info", new FakeJetStreamError(10_059));
  scene.server.fail("add", new FakeJetStreamError(10_047));
  expect(await codeOf(scene.another().log?.append("t", encode("c")))).toBe("BOWLINE_BUS_REFUSED");
});

test("an append that fails looks for the stream again the next time", async () => {
  const scene = open();
  const first = await scene.log.append("t", encode("a"));
  scene.server.streams.clear();
  expect(await codeOf(scene.log.append("t", encode("b")))).toBe("BOWLINE_BUS_REFUSED");
  const second = await scene.log.append("t", encode("c"));
  expect(scene.log.compare(first, second)).toBeLessThan(0);
});

test("what a follower throws is told", async () => {
  const scene = open();
  const entry = (): void => {
    throw new Error("of the follower");
  };
  await scene.log.follow("t", { entry, gap: () => undefined });
  await scene.log.append("t", encode("a"));
  expect(scene.warnings).toEqual([
    'BOWLINE_BUS_RECEIVER: A follower of the log of "t" has thrown: Error: of the follower',
  ]);
});

test("a bus that was closed tells its followers nothing more", async () => {
  const scene = open();
  const { told } = await follow(scene.log);
  await scene.bus.close();
  await scene.another().log?.append("t", encode("a"));
  expect([told, scene.server.consumptionsOf(STREAM)]).toEqual([[], []]);
});

test("a log that is read to an end, or no further, leaves nothing behind; a message that is missing in it is told", async () => {
  const { log, server } = open();
  const first = await log.append("t", encode("a"));
  for (const text of ["b", "c", "d"]) await log.append("t", encode(text));
  expect(await drain(log.read("t", first))).toEqual(["b", "c", "d"]);
  for await (const { bytes } of log.read("t", first)) {
    expect(bytes).toEqual(encode("b"));
    break;
  }
  server.streams.get(STREAM)?.messages.splice(2, 1);
  expect(await codeOf(drain(log.read("t", first)))).toBe("BOWLINE_BUS_LOG_TRIMMED");
  expect(server.consumptionsOf(STREAM)).toEqual([]);
});
