// Three nodes behind a balancer, clients that come back, one node that sends without pause, and somebody who notes it all.
// Place: fault -> **scene** -> nodes, clients -> history
// Rules: node 0 sends and is not harmed, so that "sent" is certain; two clients are at it, the others come and come back by
//        the balancer, which has the two other nodes; each joins the one room there is, again where its session did not
//        come along; the end is when nothing has come for a while.

import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { checkHistory, type HistoryVerdict } from "../../../src/history/check-history.ts";
import { History } from "../../../src/history/history.ts";
import { waitFor } from "../../../src/peers/wait-for.ts";
import type { SeededRandom } from "../../../src/seeded-random.ts";
import { Balancer } from "./balancer.ts";
import { type NodeOptions, NodeProcess } from "./node-process.ts";
import { Path } from "./partition.ts";
import { MASTER_NAME, type RedisFleet, RedisServer, startRedisFleet } from "./redis-servers.ts";

const NODES = 3;
/** At the node that sends, and at the others. */
const LOCAL_CLIENTS = 2;
const CLIENTS_AFAR = 4;
const STREAM = "news";
/** How the names of clients begin that are at the node that sends. */
export const LOCAL = "local client";
const INTERVAL_MS = 5;
/** Nothing for so long is the end. */
const QUIET_MS = 2500;
const LONGEST_END_MS = 20_000;

/** What a scene is made of. */
export interface SceneOptions {
  readonly peer: string;
  readonly random: SeededRandom;
  /** Whether Redis is a master with sentinels. */
  readonly sentinels?: boolean;
}

export class Scene {
  readonly random: SeededRandom;
  readonly #options: SceneOptions;
  readonly #history = new History(() => performance.now());
  readonly #balancer = new Balancer();
  readonly #nodes: (NodeProcess | undefined)[] = [];
  readonly #clients: ClientSocket[] = [];
  readonly #prefix = `bowline-${randomBytes(6).toString("hex")}`;
  #redis: RedisServer | undefined;
  #fleet: RedisFleet | undefined;
  #path: Path | undefined;
  #pathPort = 0;
  #url = "";
  #sent = 0;
  #lastReceived = 0;
  #isSending = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: SceneOptions) {
    this.#options = options;
    this.random = options.random;
  }

  /** The node to be harmed: the one that has most clients. */
  get victim(): number {
    return this.#balancer.busiest;
  }

  /** The path from the last node to the broker. */
  get path(): Path {
    if (this.#path === undefined) throw new Error("Cannot interrupt the path: the scene is not open");
    return this.#path;
  }

  /** Redis, or the master of the fleet. */
  get broker(): RedisServer {
    const broker = this.#fleet?.master ?? this.#redis;
    if (broker === undefined) throw new Error("Cannot harm the broker: the scene is not open");
    return broker;
  }

  async open(): Promise<void> {
    if (this.#options.sentinels === true) this.#fleet = await startRedisFleet();
    else {
      this.#redis = await RedisServer.start();
      this.#path = new Path(this.#redis.port);
      this.#pathPort = await this.#path.open();
    }
    this.#url = await this.#balancer.open();
    for (let node = 0; node < NODES; node++) await this.startNode(node);
    const near = `http://127.0.0.1:${this.#nodeAt(0).port}`;
    for (let client = 0; client < LOCAL_CLIENTS; client++) await this.#startClient(`${LOCAL} ${client}`, near);
    for (let client = 0; client < CLIENTS_AFAR; client++) await this.#startClient(`client ${client}`, this.#url);
    this.#isSending = true;
    this.#sending = this.#send();
    await delay(500);
  }

  /** Starts a node, or starts it again. */
  async startNode(node: number): Promise<void> {
    const started = await NodeProcess.start({
      peer: this.#options.peer,
      prefix: this.#prefix,
      redis: this.#redisFor(node),
    });
    this.#nodes[node] = started;
    if (node > 0) this.#balancer.put(node, started.port);
  }

  /** Kills a node. */
  async killNode(node: number): Promise<void> {
    this.#balancer.takeOut(node);
    await this.#nodeAt(node).kill();
  }

  /** Stops a node where it stands; the balancer's health check takes it out. */
  stopNode(node: number): void {
    this.#balancer.takeOut(node);
    this.#nodeAt(node).stop();
  }

  resumeNode(node: number): void {
    const stopped = this.#nodeAt(node);
    stopped.resume();
    this.#balancer.put(node, stopped.port);
  }

  note(kind: "fault" | "healed", what: string): void {
    this.#history.note({ kind, what });
  }

  /** Waits for the last messages, and judges. */
  async judge(): Promise<HistoryVerdict> {
    this.#isSending = false;
    await this.#sending;
    const stopped = performance.now();
    for (;;) {
      await delay(100);
      const now = performance.now();
      const isQuiet = now - Math.max(this.#lastReceived, stopped) > QUIET_MS;
      if ((isQuiet && this.#clients.every(({ connected }) => connected)) || now - stopped > LONGEST_END_MS) break;
    }
    const failures = this.#nodes.flatMap((node) => node?.failure ?? []);
    if (failures.length > 0) throw new Error(`Cannot judge the scene: ${failures.join("; ")}`);
    return checkHistory(this.#history.events);
  }

  async close(): Promise<void> {
    this.#isSending = false;
    await this.#sending;
    for (const client of this.#clients) client.disconnect();
    await Promise.all(this.#nodes.map((node) => node?.kill()));
    await this.#balancer.close();
    await this.#path?.close();
    await this.#redis?.remove();
    await this.#fleet?.remove();
  }

  #redisFor(node: number): NodeOptions["redis"] {
    if (this.#fleet !== undefined) return { sentinels: this.#fleet.sentinelPorts, master: MASTER_NAME };
    return { port: node === NODES - 1 ? this.#pathPort : this.broker.port };
  }

  #nodeAt(node: number): NodeProcess {
    const found = this.#nodes[node];
    if (found === undefined) throw new Error(`Cannot take node ${node}: it has not been started`);
    return found;
  }

  async #send(): Promise<void> {
    const start = performance.now();
    while (this.#isSending) {
      const due = Math.floor((performance.now() - start) / INTERVAL_MS);
      for (; this.#sent < due; this.#sent++) {
        this.#history.note({ kind: "sent", stream: STREAM, number: this.#sent });
        this.#nodeAt(0).publish(STREAM, this.#sent);
      }
      await delay(INTERVAL_MS);
    }
  }

  async #startClient(receiver: string, url: string): Promise<void> {
    const options = {
      forceNew: true,
      transports: ["websocket"],
      reconnectionDelay: 50,
      reconnectionDelayMax: 250,
      timeout: 1500,
    };
    const client = connect(url, options);
    this.#clients.push(client);
    const note = (kind: "joining" | "joined" | "leaving" | "left"): void =>
      this.#history.note({ kind, stream: STREAM, receiver });
    const join = async (): Promise<void> => {
      note("joining");
      const isThere: unknown = await client.emitWithAck("join").catch(() => false);
      if (isThere === true) note("joined");
    };
    client.on("disconnect", (reason) => this.#history.note({ kind: "disconnected", receiver, reason }));
    client.on("connect", () => {
      this.#history.note({ kind: "connected", receiver, recovered: client.recovered });
      if (client.recovered) return;
      note("leaving");
      note("left");
      void join();
    });
    client.on("m", (stream: string, number: number) => {
      this.#lastReceived = performance.now();
      this.#history.note({ kind: "received", stream, number, receiver });
    });
    await waitFor(client, "connect", LONGEST_END_MS, receiver);
  }
}
