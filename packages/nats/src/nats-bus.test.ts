import { codeOf } from "@bowline/testkit";
import { expect, test } from "vitest";
import { FakeConnection, FakeNats } from "../test-support/fake-nats.ts";
import { createNatsScene, type NatsScene } from "../test-support/nats-scene.ts";
import { resolveKeeping } from "./jetstream-options.ts";
import { resolveOptions } from "./options.ts";
import { jetstreamBus } from "./runtime/jetstream.ts";
import { natsBus } from "./runtime/nats-bus.ts";

const byte = (value: number): Uint8Array => Uint8Array.of(value);

/** Joins a topic, and writes down what comes. */
async function listen({ bus }: Pick<NatsScene, "bus">, topic = "t"): Promise<number[]> {
  const heard: number[] = [];
  await bus.join(topic, (bytes) => heard.push(bytes[0] ?? -1));
  return heard;
}

test("what one node publishes another one gets; messages of one turn share a round trip", async () => {
  const scene = createNatsScene();
  const heard = await listen({ bus: scene.another() });
  const before = scene.server.flushes;
  await Promise.all([1, 2, 3].map((value) => scene.bus.publish("t", byte(value))));
  expect([heard, scene.server.flushes - before, scene.bus.status]).toEqual([[1, 2, 3], 1, "up"]);
});

test("a bus is down from the loss of the connection to its return, and refuses meanwhile", async () => {
  const scene = createNatsScene();
  scene.server.tell("disconnect");
  scene.server.tell("disconnect");
  await scene.settle();
  await expect(scene.bus.publish("t", byte(1))).rejects.toThrow(
    'Cannot publish to "t": NATS is away; its client goes on trying, see that the server runs',
  );
  expect(await codeOf(scene.bus.join("t", () => undefined))).toBe("BOWLINE_BUS_AWAY");
  scene.server.tell("other");
  scene.server.tell("reconnect");
  await scene.settle();
  expect([scene.statuses, await codeOf(scene.bus.publish("t", byte(1)))]).toEqual([["down", "up"], "fine"]);
});

test("a bus is up again once NATS has read what its client subscribes to anew", async () => {
  const scene = createNatsScene();
  scene.server.tell("disconnect");
  scene.server.hangs = /^flush$/;
  scene.server.tell("reconnect");
  await scene.settle();
  expect(scene.statuses).toEqual(["down"]);
  scene.server.tell("disconnect");
  await scene.settle();
  scene.server.release();
  await scene.settle();
  expect(scene.statuses).toEqual(["down"]);
  scene.server.fail("flush", new Error("disconnected"));
  scene.server.tell("reconnect");
  await scene.settle();
  expect(scene.statuses).toEqual(["down"]);
  scene.server.tell("reconnect");
  await scene.settle();
  expect(scene.statuses).toEqual(["down", "up"]);
});

test.each([undefined, new Error("of the client")])("a connection that has ended closes the bus: %s", async (error) => {
  const scene = createNatsScene();
  scene.connection.close(error);
  scene.connection.statuses.end(new Error("no more"));
  await scene.settle();
  expect([scene.statuses, await codeOf(scene.bus.publish("t", byte(1)))]).toEqual([["closed"], "BOWLINE_BUS_CLOSED"]);
});

test("a bus over a connection that is closed is closed", async () => {
  const connection = new FakeConnection(new FakeNats());
  connection.close();
  expect(natsBus(connection).status).toBe("closed");
});

test("a bus that was closed hears nothing more, and says nothing of its connection", async () => {
  const scene = createNatsScene();
  const heard = await listen(scene);
  await scene.bus.close();
  await scene.bus.close();
  await scene.another().publish("t", byte(1));
  scene.server.tell("reconnect");
  await scene.settle();
  expect([heard, scene.statuses, scene.connection.isClosed()]).toEqual([[], ["closed"], false]);
});

test("an answer that does not come in time is told as late; one that fails meanwhile, as of a server that is away", async () => {
  const scene = createNatsScene({ answerTimeoutMs: 500 });
  scene.server.hangs = /^flush$/;
  const late = codeOf(scene.bus.publish("t", byte(1)));
  await scene.pass(500);
  expect(await late).toBe("BOWLINE_BUS_TIMEOUT");
  scene.server.hangs = undefined;
  scene.server.fail("flush", new Error("disconnected"));
  const failing = scene.bus.publish("t", byte(1));
  await expect(failing).rejects.toThrow('Cannot publish to "t": the client of NATS says "disconnected"');
  scene.server.hangs = /^flush$/;
  const meanwhile = codeOf(scene.bus.publish("t", byte(1)));
  scene.server.tell("disconnect");
  await scene.settle();
  scene.server.release(new Error("disconnected"));
  expect(await meanwhile).toBe("BOWLINE_BUS_AWAY");
});

test("a topic is joined once; one that was left brings nothing more, and may be joined again", async () => {
  const scene = createNatsScene();
  const heard: number[] = [];
  const leave = await scene.bus.join("t", (bytes) => heard.push(bytes[0] ?? -1));
  await expect(scene.bus.join("t", () => undefined)).rejects.toThrow("this bus has joined it already");
  await leave();
  await scene.bus.publish("t", byte(1));
  const again = await listen(scene);
  await leave();
  await scene.bus.publish("t", byte(2));
  expect([heard, again]).toEqual([[], [2]]);
});

test("a topic is left while NATS is away", async () => {
  const scene = createNatsScene();
  const leave = await scene.bus.join("t", () => undefined);
  scene.server.tell("disconnect");
  await scene.settle();
  const before = scene.server.flushes;
  await leave();
  expect(scene.server.flushes).toBe(before);
});

test("a subject that may not be subscribed to is told with the right that is missing", async () => {
  const scene = createNatsScene({ prefix: "tenant" });
  scene.server.refuses = "tenant.t.t";
  await expect(scene.bus.join("t", () => undefined)).rejects.toThrow(
    'Cannot join "t": NATS says "Permissions Violation"; the user of the connection needs the right to subscribe to "tenant.>"',
  );
  scene.server.refuses = undefined;
  expect(await codeOf(scene.bus.join("t", () => undefined))).toBe("fine");
});

test("what a receiver throws is told, and harms nobody", async () => {
  const scene = createNatsScene();
  await scene.bus.join("bad", () => {
    throw new Error("of the receiver");
  });
  const heard = await listen(scene);
  await scene.bus.publish("bad", byte(1));
  await scene.bus.publish("t", byte(2));
  expect([heard, scene.warnings]).toEqual([
    [2],
    ['BOWLINE_BUS_RECEIVER: A receiver of "bad" has thrown: Error: of the receiver'],
  ]);
});

test("the largest message is the server's to say, and usual where it does not", async () => {
  const scene = createNatsScene();
  expect(scene.bus.maxMessageBytes).toBe(1_048_576);
  scene.server.maxPayload = 10;
  await expect(scene.bus.publish("t", new Uint8Array(11))).rejects.toThrow("the server's max_payload is 10");
  await expect(scene.bus.log?.append("t", new Uint8Array(11))).rejects.toThrow(RangeError);
});

test("prefixes keep tenants apart, whatever a topic is called", async () => {
  const scene = createNatsScene({ prefix: "one" });
  const heard = await Promise.all(["t", ">", "*", "t.>"].map((topic) => listen(scene, topic)));
  const other = scene.another({ prefix: "two" });
  for (const topic of ["t", ">", "*", "t.>", "t.t"]) await other.publish(topic, byte(1));
  await scene.bus.publish("t", byte(2));
  expect(heard).toEqual([[2], [], [], []]);
  expect(scene.server.published.every((subject) => /^(?:one|two)\.t\.[\w=-]+$/.test(subject))).toBe(true);
});

test.each([
  [{ answerTimeoutMs: 0 }, RangeError],
  [{ prefix: "a.b" }, TypeError],
])("options that make no sense are refused: %j", (options, kind) => {
  expect(() => resolveOptions(options)).toThrow(kind);
});

test("limits of what is kept are checked", () => {
  expect(() => resolveKeeping({ logMaxBytes: -1 })).toThrow('Cannot use the option logMaxBytes "-1"');
  expect(resolveKeeping({ storage: "memory", replicas: 3 })).toMatchObject({ storage: "memory", replicas: 3 });
});

test("a bus of a process has a log and a store where it was given JetStream", async () => {
  const server = new FakeNats();
  const connection = new FakeConnection(server);
  const bus = jetstreamBus(connection, server.jetstream());
  await bus.store?.put("k", byte(1), 0, 1_000);
  expect([await bus.store?.take("k"), natsBus(connection).log]).toEqual([{ value: byte(1), fence: 1 }, undefined]);
  await bus.close();
});
