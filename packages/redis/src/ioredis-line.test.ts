// Lines over a client of ioredis that the test plays.
import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { checkShards, ioRedisHearer, ioRedisPublisher } from "./ioredis-line.ts";
import type { IoRedisClient } from "./redis-client.ts";

class FakeClient extends EventEmitter implements IoRedisClient {
  status = "ready";
  readonly calls: unknown[][] = [];
  answer: unknown = ["c", "2"];
  #done(...call: unknown[]): Promise<unknown> {
    this.calls.push(call);
    return Promise.resolve(this.answer);
  }
  readonly connect = (): Promise<unknown> => this.#done("connect").then(() => Promise.reject(new Error("no Redis")));
  readonly publish = (...args: unknown[]): Promise<unknown> => this.#done("publish", ...args);
  readonly spublish = (...args: unknown[]): Promise<unknown> => this.#done("spublish", ...args);
  readonly subscribe = (...args: unknown[]): Promise<unknown> => this.#done("subscribe", ...args);
  readonly psubscribe = (...args: unknown[]): Promise<unknown> => this.#done("psubscribe", ...args);
  readonly ssubscribe = (...args: unknown[]): Promise<unknown> => this.#done("ssubscribe", ...args);
  readonly unsubscribe = (...args: unknown[]): Promise<unknown> => this.#done("unsubscribe", ...args);
  readonly punsubscribe = (...args: unknown[]): Promise<unknown> => this.#done("punsubscribe", ...args);
  readonly pubsub = (...args: unknown[]): Promise<unknown> => this.#done("pubsub", ...args);
}

const same = (bytes: Uint8Array): Uint8Array => bytes;
const bytes = Uint8Array.of(1);

test("what is published goes to a channel, or to one that lives on a shard", async () => {
  const client = new FakeClient();
  const line = ioRedisPublisher(client, same);
  await line.publish("channel", "c", bytes);
  await line.publish("shard", "c", bytes);
  expect(client.calls).toEqual([
    ["publish", "c", bytes],
    ["spublish", "c", bytes],
  ]);
});

test("who hears a channel is counted, on every node of a cluster, and nonsense is no count", async () => {
  const [client, one, other] = [new FakeClient(), new FakeClient(), new FakeClient()];
  expect(await ioRedisPublisher(client, same).count("channel", "c")).toBe(2);
  const cluster = Object.assign(new FakeClient(), { nodes: () => [one, other] });
  expect(await ioRedisPublisher(cluster, same).count("shard", "c")).toBe(4);
  expect([client, one].map(({ calls }) => calls[0])).toEqual([
    ["pubsub", "NUMSUB", "c"],
    ["pubsub", "SHARDNUMSUB", "c"],
  ]);
  client.answer = ["c", "many"];
  await expect(ioRedisPublisher(client, same).count("channel", "c")).rejects.toThrow(TypeError);
});

test("messages of each kind come to who hears that channel, until the line is closed", async () => {
  const client = new FakeClient();
  const line = ioRedisHearer(client);
  const heard: string[] = [];
  for (const kind of ["channel", "pattern", "shard"] as const) {
    await line.subscribe(kind, "c", ({ length }) => heard.push(`${kind} ${length}`));
  }
  const tellAll = (): void => {
    client.emit("messageBuffer", Buffer.from("c"), bytes);
    client.emit("pmessageBuffer", "c", Buffer.from("any"), bytes);
    client.emit("smessageBuffer", Buffer.from("c"), bytes);
    client.emit("messageBuffer", Buffer.from("other"), bytes);
  };
  tellAll();
  line.close();
  tellAll();
  expect([heard, client.eventNames()]).toEqual([["channel 1", "pattern 1", "shard 1"], []]);
});

test("a channel that two lines hear by one client is left with the last of them", async () => {
  const client = new FakeClient();
  const [one, other] = [ioRedisHearer(client), ioRedisHearer(client)];
  await one.subscribe("pattern", "c", () => undefined);
  await one.subscribe("pattern", "c", () => undefined);
  await other.subscribe("pattern", "c", () => undefined);
  await one.unsubscribe("pattern", "c");
  await one.unsubscribe("pattern", "c");
  expect(client.calls.filter(([name]) => name === "punsubscribe")).toEqual([]);
  await other.unsubscribe("pattern", "c");
  expect(client.calls.filter(([name]) => name === "punsubscribe")).toEqual([["punsubscribe", "c"]]);
});

test("a line is ready as its client is, and says when that may have changed", () => {
  const client = new FakeClient();
  const lines = [ioRedisPublisher(client, same), ioRedisHearer(client)];
  const told: boolean[] = [];
  const stops = lines.map((line) => line.onChange(() => told.push(line.isReady)));
  client.status = "reconnecting";
  client.emit("close");
  client.status = "ready";
  client.emit("ready");
  for (const stop of stops) stop();
  client.emit("close");
  expect(told).toEqual([false, false, true, true]);
});

test("a client that waits for its first command is connected, and what goes wrong then is left to its events", async () => {
  const client = Object.assign(new FakeClient(), { status: "wait" });
  ioRedisPublisher(client, same);
  client.status = "connecting";
  ioRedisHearer(client);
  await Promise.resolve();
  expect(client.calls).toEqual([["connect"]]);
});

test("what is published to a cluster goes by one of its masters, and by another one when that is lost", async () => {
  const [one, other] = [new FakeClient(), new FakeClient()];
  const cluster = Object.assign(new FakeClient(), { nodes: () => [one, other] });
  const line = ioRedisPublisher(cluster, same);
  await line.publish("channel", "a", bytes);
  await line.publish("channel", "b", bytes);
  one.status = "end";
  await line.publish("channel", "c", bytes);
  other.status = "close";
  await line.publish("channel", "d", bytes);
  expect([one, other, cluster].map(({ calls }) => calls.map(([, channel]) => channel))).toEqual([
    ["a", "b"],
    ["c"],
    ["d"],
  ]);
});

test("a cluster's client that a node has confused by giving a slot away connects anew, once, and other errors are its own", async () => {
  const disconnect = vi.fn();
  const cluster = Object.assign(new FakeClient(), { nodes: () => [], disconnect });
  const lines = [ioRedisHearer(cluster), ioRedisHearer(cluster)];
  const confused = new Error("Command queue state error. Last reply: sunsubscribe,c,0");
  cluster.emit("nodeError", new Error("connect ECONNREFUSED"));
  expect(disconnect).not.toHaveBeenCalled();
  disconnect.mockImplementation(() => {
    cluster.status = "reconnecting";
  });
  cluster.emit("nodeError", confused);
  expect(disconnect).not.toHaveBeenCalled();
  await Promise.resolve();
  expect(disconnect.mock.calls).toEqual([[true]]);
  for (const line of lines) line.close();
  cluster.status = "ready";
  cluster.emit("nodeError", confused);
  await Promise.resolve();
  expect(disconnect).toHaveBeenCalledTimes(1);
});

test("a cluster's client that was not told to hear shards is refused", () => {
  const cluster = Object.assign(new FakeClient(), { nodes: () => [], options: { shardedSubscribers: false } });
  expect(() => checkShards(cluster)).toThrow("shardedSubscribers: true");
  cluster.options.shardedSubscribers = true;
  expect([checkShards(cluster), checkShards(new FakeClient())]).toEqual([undefined, undefined]);
});
