// Lines over a client of node-redis that the test plays.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { checkNodeRedisShards, nodeRedisHearer, nodeRedisPublisher } from "./node-redis-line.ts";
import { isNodeRedis, type NodeRedisClient, sendByNodeRedis } from "./redis-client.ts";

class FakeClient extends EventEmitter implements NodeRedisClient {
  isOpen = true;
  isReady?: boolean;
  readonly calls: unknown[][] = [];
  answer: unknown = ["c", 2];
  #done(...call: unknown[]): Promise<unknown> {
    this.calls.push(call);
    return Promise.resolve(this.answer);
  }
  readonly publish = (...args: unknown[]): Promise<unknown> => this.#done("publish", ...args);
  readonly sPublish = (...args: unknown[]): Promise<unknown> => this.#done("sPublish", ...args);
  readonly subscribe = (...args: unknown[]): Promise<unknown> => this.#done("subscribe", ...args);
  readonly pSubscribe = (...args: unknown[]): Promise<unknown> => this.#done("pSubscribe", ...args);
  readonly unsubscribe = (...args: unknown[]): Promise<unknown> => this.#done("unsubscribe", ...args);
  readonly sendCommand = (...args: unknown[]): Promise<unknown> => this.#done("sendCommand", ...args);
}

const same = (bytes: Uint8Array): Uint8Array => bytes;
const bytes = Uint8Array.of(1);
const ignore = (): void => undefined;

test("what is published goes to a channel, or to one that lives on a shard", async () => {
  const client = new FakeClient();
  const line = nodeRedisPublisher(client, same);
  await line.publish("channel", "c", bytes);
  await line.publish("shard", "c", bytes);
  expect(client.calls).toEqual([
    ["publish", "c", bytes],
    ["sPublish", "c", bytes],
  ]);
});

test("who hears a channel is counted, on all nodes of a cluster", async () => {
  const client = new FakeClient();
  expect(await nodeRedisPublisher(client, same).count("channel", "c")).toBe(2);
  const nodes = [new FakeClient(), new FakeClient(), new FakeClient()];
  const [one, two, three] = nodes;
  const cluster = Object.assign(new FakeClient(), { masters: [one, two], replicas: [three], nodeClient: same });
  expect(await nodeRedisPublisher(cluster, same).count("channel", "c")).toBe(6);
  expect(nodes.map(({ calls }) => calls)).toEqual(nodes.map(() => [["sendCommand", ["PUBSUB", "NUMSUB", "c"]]]));
  expect(await nodeRedisPublisher(client, same).count("shard", "c")).toBe(2);
  expect(client.calls.at(-1)).toEqual(["sendCommand", ["PUBSUB", "SHARDNUMSUB", "c"]]);
});

test("a channel is heard by the same function however often it is subscribed, and that one is taken away", async () => {
  const client = new FakeClient();
  const line = nodeRedisHearer(client);
  await line.subscribe("channel", "c", ignore);
  await line.subscribe("channel", "c", () => undefined);
  await line.unsubscribe("channel", "c");
  await line.unsubscribe("channel", "c");
  line.close();
  expect(client.calls).toEqual([
    ["subscribe", "c", ignore, true],
    ["subscribe", "c", ignore, true],
    ["unsubscribe", "c", ignore, true],
  ]);
});

test("what a client cannot do is refused with the version that can", async () => {
  const line = nodeRedisHearer(new FakeClient());
  await expect(line.subscribe("shard", "c", ignore)).rejects.toThrow('"sSubscribe" of the client of Redis');
});

test("a line is ready as its client is, or, of a cluster, as long as that is open", () => {
  const client = new FakeClient();
  const lines = [nodeRedisPublisher(client, same), nodeRedisHearer(client)];
  const told: boolean[] = [];
  for (const line of lines) line.onChange(() => told.push(line.isReady));
  client.emit("connect");
  client.isReady = false;
  client.emit("error", new Error("gone"));
  expect([told, isNodeRedis(client)]).toEqual([[true, true, false, false], true]);
});

test("what is published to a cluster goes by one of its masters, and by another one when that is lost", async () => {
  const nodes = [new FakeClient(), new FakeClient()];
  const [one, other] = nodes;
  const masters = nodes.map((client) => ({ client }));
  const nodeClient = ({ client }: { client: FakeClient }): FakeClient => client;
  const cluster = Object.assign(new FakeClient(), { masters, nodeClient });
  const line = nodeRedisPublisher(cluster, same);
  await line.publish("channel", "a", bytes);
  if (one !== undefined) one.isReady = false;
  await line.publish("channel", "b", bytes);
  if (other !== undefined) other.isReady = false;
  await line.publish("channel", "c", bytes);
  expect(nodes.map(({ calls }) => calls.map(([, channel]) => channel))).toEqual([["a", "c"], ["b"]]);
});

test("a cluster is ready once it knows its masters, and a Sentinel has an order of arguments of its own", async () => {
  const masters: object[] = [];
  const cluster = Object.assign(new FakeClient(), { masters, pubSubNode: { client: { isReady: false } } });
  const lines = [nodeRedisPublisher(cluster, same), nodeRedisHearer(cluster)];
  const ready = [lines.map(({ isReady }) => isReady)];
  masters.push({});
  ready.push(lines.map(({ isReady }) => isReady));
  cluster.pubSubNode.client.isReady = true;
  ready.push(lines.map(({ isReady }) => isReady));
  expect(ready).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ]);
  await sendByNodeRedis(cluster, "key", ["GET", "key"]);
  expect(cluster.calls).toEqual([["sendCommand", "key", false, ["GET", "key"]]]);
  const sentinel = Object.assign(new FakeClient(), { getMasterNode: () => undefined });
  await nodeRedisPublisher(sentinel, same).count("channel", "c");
  expect(sentinel.calls).toEqual([["sendCommand", false, ["PUBSUB", "NUMSUB", "c"]]]);
});

test("a cluster's client is refused for channels that live on shards", () => {
  expect(() => checkNodeRedisShards(Object.assign(new FakeClient(), { masters: [] }))).toThrow(TypeError);
  expect(checkNodeRedisShards(new FakeClient())).toBeUndefined();
});
