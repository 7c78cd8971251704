import type { Bus, BusLog, BusLogEntry } from "@bowline/adapter/cluster";
import { codeOf } from "@bowline/testkit";
import { expect, test } from "vitest";
import { createPostgresScene, type PostgresScene } from "../test-support/postgres-scene.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function logOf({ log }: Bus): BusLog {
  return log ?? expect.fail("the bus has no log");
}

async function open(
  ...args: Parameters<typeof createPostgresScene>
): Promise<PostgresScene & { readonly log: BusLog }> {
  const scene = createPostgresScene(...args);
  await scene.settle();
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

test("entries that are appended in one turn share a query, and are told to each follower in order", async () => {
  const { log, server, another } = await open();
  const other = logOf(another());
  const [here, there] = [await follow(log), await follow(other)];
  const before = server.statements.length;
  const offsets = await Promise.all(["a", "b", "c"].map((text) => log.append("t", encode(text))));
  expect([here.told, there.told, server.statements.length - before]).toEqual([["a", "b", "c"], ["a", "b", "c"], 1]);
  expect([...offsets].reverse().sort((one, next) => log.compare(one, next))).toEqual(offsets);
});

test("entries of different topics do not share a query", async () => {
  const { log, server } = await open();
  const before = server.statements.length;
  await Promise.all([log.append("t", encode("a")), log.append("u", encode("b"))]);
  expect(server.statements.length - before).toBe(2);
});

test("an entry that NOTIFY does not take is read from the table", async () => {
  const scene = await open();
  const { told } = await follow(scene.log);
  await scene.log.append("t", encode("x".repeat(9_000)));
  await scene.settle();
  expect(told.map((text) => text.length)).toEqual([9_000]);
});

test("a follower that begins while others append misses nothing and hears nothing twice", async () => {
  const { log, server, another, settle } = await open();
  const other = logOf(another());
  await other.append("t", encode("before"));
  server.hangs = /^INSERT INTO \S+ AS known/;
  const [following, alike] = [follow(log), follow(log)];
  await settle();
  await other.append("t", encode("early"));
  server.release();
  const [{ told, from }, second] = [await following, await alike];
  await other.append("t", encode("late"));
  expect([told, second.told, await drain(log.read("t", from))]).toEqual([["late"], ["late"], ["late"]]);
});

test("a follower goes on where it was when PostgreSQL is back", async () => {
  const scene = await open();
  const { told } = await follow(scene.log);
  await scene.log.append("t", encode("before"));
  scene.server.kill();
  const { epoch } = scene.server.headOf("bowline:t");
  scene.server.headOf("bowline:t").seq = 2;
  scene.server.log.push({ topic: "bowline:t", epoch, seq: 2, payload: encode("meanwhile") });
  await scene.pass(200);
  expect(told).toEqual(["before", "meanwhile"]);
});

test("a log that was deleted begins anew: a gap is told, and elder offsets are none of it", async () => {
  const scene = await open();
  const { told, from } = await follow(scene.log);
  await scene.log.append("t", encode("elder"));
  scene.server.heads.clear();
  scene.server.log = [];
  await scene.log.append("t", encode("newer"));
  await scene.settle();
  expect([told, await scene.log.reaches("t", from)]).toEqual([["elder", "(gap)", "newer"], false]);
  expect(await codeOf(drain(scene.log.read("t", from)))).toBe("BOWLINE_BUS_LOG_TRIMMED");
});

test("a log that was set back behind what was told, as by a replica that was late, begins anew: nothing of it is passed over", async () => {
  const scene = await open();
  const other = logOf(scene.another());
  const { told, from } = await follow(scene.log);
  const offsets = [];
  for (const text of ["a", "b", "c"]) offsets.push(await scene.log.append("t", encode(text)));
  scene.server.kill();
  for (const head of scene.server.heads.values()) head.seq = 1;
  scene.server.log.splice(1);
  await scene.pass(500);
  await other.append("t", encode("newer"));
  await scene.settle();
  expect(told).toEqual(["a", "b", "c", "(gap)", "newer"]);
  expect(await Promise.all([from, ...offsets].map((offset) => scene.log.reaches("t", offset)))).not.toContain(true);
});

test("entries that were deleted are told as such to who asks for them", async () => {
  const { log, server } = await open();
  const offsets = await Promise.all(["a", "b", "c"].map((text) => log.append("t", encode(text))));
  const [first = "", second = "", third = ""] = offsets;
  server.log.splice(1, 1);
  expect(await Promise.all([first, second, third].map((offset) => log.reaches("t", offset)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(await codeOf(drain(log.read("t", first)))).toBe("BOWLINE_BUS_LOG_TRIMMED");
  expect(await drain(log.read("t", second))).toEqual(["c"]);
  server.log = [];
  expect(await codeOf(drain(log.read("t", second)))).toBe("BOWLINE_BUS_LOG_TRIMMED");
});

test("a long log is read page by page", async () => {
  const { log } = await open();
  const { from } = await follow(log);
  await Promise.all(Array.from({ length: 1_200 }, (_, index) => log.append("t", encode(String(index)))));
  expect(await drain(log.read("t", from))).toEqual(Array.from({ length: 1_200 }, (_, index) => String(index)));
});

test("a text that is no offset is not reached, and nothing is read behind it", async () => {
  const { log } = await open();
  expect(await log.reaches("t", "nonsense")).toBe(false);
  await expect(drain(log.read("t", "nonsense"))).rejects.toThrow('"nonsense" is no offset of it');
});

test("who has left hears nothing more, and the channel is left with the last one", async () => {
  const { log, server, settle } = await open();
  const [one, other] = [await follow(log), await follow(log)];
  const channels = (): string[] => [...server.connections].flatMap(({ listens }) => [...listens]);
  await one.leave();
  expect(channels()).toEqual(["bowline=t"]);
  await log.append("t", encode("a"));
  await other.leave();
  await settle();
  expect([one.told, other.told, channels()]).toEqual([[], ["a"], []]);
});

test("who leaves while PostgreSQL is away is not listened for when it is back", async () => {
  const scene = await open();
  const { leave } = await follow(scene.log);
  scene.server.kill();
  await leave();
  await scene.pass(200);
  expect([...scene.server.connections].flatMap(({ listens }) => [...listens])).toEqual([]);
});

test("a log that cannot be followed is not, and its channel is left again", async () => {
  const { log, server } = await open();
  server.refuses = /^INSERT INTO \S+ AS known/;
  expect(await codeOf(log.follow("t", { entry: () => undefined, gap: () => undefined }))).toBe("BOWLINE_BUS_REFUSED");
  expect([...server.connections].flatMap(({ listens }) => [...listens])).toEqual([]);
});

test("what cannot be read while PostgreSQL is there is told; while it is away it is no surprise", async () => {
  const scene = await open();
  const { told } = await follow(scene.log);
  scene.server.refuses = /^SELECT epoch/;
  await scene.log.append("t", encode("x".repeat(9_000)));
  await scene.settle();
  expect(scene.warnings).toEqual([expect.stringContaining("BOWLINE_BUS_MESSAGE_LOST")]);
  scene.server.hangs = /^SELECT epoch/;
  await scene.log.append("t", encode("y"));
  await scene.settle();
  scene.server.kill();
  scene.server.refuses = undefined;
  scene.server.release();
  await scene.pass(200);
  expect([scene.warnings.length, told.map((text) => text.length)]).toEqual([1, [9_000, 1]]);
});

test("what a follower throws is told, and what comes over a log's channel from others is nobody's", async () => {
  const { log, server, warnings } = await open();
  const entry = (): void => {
    throw new Error("of the follower");
  };
  await log.follow("t", { entry, gap: () => undefined });
  for (const payload of ["", "hello", "1-", "1-2:***"]) server.notify("bowline=t", payload);
  await log.append("t", encode("a"));
  expect(warnings).toEqual(['BOWLINE_BUS_RECEIVER: A follower of the log of "t" has thrown: Error: of the follower']);
});

test("an entry that is too large is refused, and an append that PostgreSQL refuses is told with its words", async () => {
  const { log, server } = await open({ maxMessageBytes: 10 });
  await expect(log.append("t", new Uint8Array(11))).rejects.toThrow("the option maxMessageBytes allows 10");
  server.refuses = /^WITH head/;
  const appends = ["a", "b"].map((text) => codeOf(log.append("t", encode(text))));
  expect(await Promise.all(appends)).toEqual(["BOWLINE_BUS_REFUSED", "BOWLINE_BUS_REFUSED"]);
});

test("a bus that was closed tells its followers nothing more", async () => {
  const { bus, log, another, settle } = await open();
  const { told } = await follow(log);
  const other = logOf(another());
  await bus.close();
  await other.append("t", encode("a"));
  await settle();
  expect(told).toEqual([]);
});
