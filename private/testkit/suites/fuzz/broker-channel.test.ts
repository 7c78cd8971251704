// What somebody writes to the broker who is no node: a server lives, its namespaces stay apart, and what nodes say still comes.
// Place: **the broker** -> bus -> wire -> cluster adapter -> namespace -> socket -> a client
// Rules: messages of one namespace's topics never reach another one's clients; each damaged message has a seed.

import { createServer } from "node:http";
import { createCluster, createEmitter, createMemoryBroker, createNativeWire } from "@bowline/adapter/cluster";
import { io, type Socket } from "@bowline/client";
import { Server } from "@bowline/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { mutateBytes } from "../hostile/mutate.ts";
import { bytesOf } from "./target.ts";
import { WIRE_TARGETS } from "./wire-targets.ts";

const MESSAGES = 20_000;
const FIRST_SEED = 20_700_000;
const BATCH = 500;
const ATTACKED = "/chat";
const OTHER = "/desk";

const clock = {
  now: () => performance.now(),
  after(ms: number, call: () => void) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
const broker = createMemoryBroker({ clock });
const bus = broker.bus();
const http = createServer();
const server = new Server(http, { cluster: createCluster({ bus }) });
const clients = new Map<string, Socket>();
const heard = new Map<string, string[]>();

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function join(url: string, namespace: string): Promise<void> {
  const socket = io(`${url}${namespace}`, { transports: ["websocket"], reconnectionDelay: 10, forceNew: true });
  const events: string[] = [];
  heard.set(namespace, events);
  clients.set(namespace, socket);
  // Among the messages are some that send the client away, and nobody could tell that a node has not said them.
  socket.on("disconnect", (reason) => reason === "io server disconnect" && socket.connect());
  socket.onAny((event) => events.push(String(event)));
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
}

beforeAll(async () => {
  // The rooms that the messages are for.
  server.of(ATTACKED).on("connection", (socket) => void socket.join(["r1", "r3"]));
  server.of(OTHER);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", () => resolve()));
  const address = http.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
  await join(url, ATTACKED);
  await join(url, OTHER);
});

afterAll(async () => {
  for (const socket of clients.values()) socket.disconnect();
  await server.close();
});

test(`${MESSAGES} damaged messages of a stranger end nothing, and none reaches another namespace`, {
  timeout: 60_000,
}, async () => {
  const wire = createNativeWire();
  const seeds = (WIRE_TARGETS.find(({ name }) => name === "our wire")?.seeds ?? []).map(bytesOf);
  const topics = [...bus.topics].filter((topic) => topic.includes(ATTACKED));
  expect(topics).toEqual(expect.arrayContaining([...wire.topics({ namespace: ATTACKED, node: "any" })]));
  for (let sent = 0; sent < MESSAGES; sent++) {
    const random = createSeededRandom(FIRST_SEED + sent);
    const pick = () => seeds[random.below(seeds.length)] ?? new Uint8Array(0);
    broker.inject(topics[random.below(topics.length)] ?? "", mutateBytes(pick(), random, pick()));
    if (sent % BATCH === 0) await pause(1);
  }
  await pause(50);
  expect(heard.get(OTHER)).toEqual([]);
  expect(clients.get(OTHER)?.connected).toBe(true);
  // Some were events that nobody could tell from honest ones, so the topic was the right one.
  expect(heard.get(ATTACKED)?.length).toBeGreaterThan(0);
});

test("an honest node is heard afterwards, in each namespace", async () => {
  const emitter = createEmitter({ bus: broker.bus() });
  for (const namespace of [ATTACKED, OTHER]) {
    const socket = clients.get(namespace);
    if (socket?.connected !== true) socket?.connect();
    await expect.poll(() => socket?.connected, { timeout: 5000 }).toBe(true);
    await emitter.of(namespace).emit("honest");
    await expect.poll(() => heard.get(namespace)?.at(-1), { timeout: 5000 }).toBe("honest");
  }
});
