// Three nodes behind a balancer, an audience that comes back, somebody who sends without pause, and one who notes it all.
// Place: fault -> **scene** -> nodes, sender, audience -> history
// Rules: node 0 is not harmed, and sends, unless a client at one of the others does; two listeners are at it, the others come
//        and come back by the balancer, which has the two other nodes; the end is when nothing has come for a while.

import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { checkHistory, type HistoryVerdict } from "../../../src/history/check-history.ts";
import { History } from "../../../src/history/history.ts";
import type { BrokerServer } from "../../../src/peers/broker-server.ts";
import { MASTER_NAME, type RedisFleet, startRedisFleet } from "../../../src/peers/redis-fleet.ts";
import { startTcpProxy, type TcpProxy } from "../../../src/peers/tcp-proxy.ts";
import type { SeededRandom } from "../../../src/seeded-random.ts";
import { Audience } from "./audience.ts";
import { Balancer } from "./balancer.ts";
import { type NodeOptions, NodeProcess } from "./node-process.ts";
import { startBroker } from "./peers.ts";
import { connectClient } from "./scene-client.ts";
import { type HandOver, Sender, SendingClient } from "./sender.ts";

const NODES = 3;
/** At node 0, and at the others. */
const LOCAL_CLIENTS = 2;
const CLIENTS_AFAR = 4;
/** How the names of those begin that are at node 0. */
export const LOCAL = "local client";
/** How long everything is well at the beginning. */
const WARM_UP_MS = 500;
/** Nothing for so long is the end. */
const QUIET_MS = 2500;
const LONGEST_END_MS = 20_000;

/** What a scene is made of. */
export interface SceneOptions {
  readonly peer: string;
  readonly random: SeededRandom;
  /** Whether Redis is a master with sentinels. */
  readonly sentinels?: boolean;
  /** Who sends: node 0, or a client at one of the others. */
  readonly sender?: "node" | "client";
}

export class Scene {
  readonly random: SeededRandom;
  readonly #options: SceneOptions;
  readonly #history = new History(() => performance.now());
  readonly #balancer = new Balancer();
  readonly #nodes: (NodeProcess | undefined)[] = [];
  readonly #audience = new Audience(this.#history);
  readonly #prefix = `bowline-${randomBytes(6).toString("hex")}`;
  #broker: BrokerServer | undefined;
  #fleet: RedisFleet | undefined;
  #path: TcpProxy | undefined;
  #url = "";
  #sender: Sender | undefined;
  #sendingClient: SendingClient | undefined;

  constructor(options: SceneOptions) {
    this.#options = options;
    this.random = options.random;
  }

  /** The node to be harmed: the one that sends for a client, or else the one that has most clients. */
  get victim(): number {
    return this.#sendingClient?.node ?? this.#balancer.busiest;
  }

  /** The path from the last node to the broker. */
  get path(): TcpProxy {
    if (this.#path === undefined) throw new Error("Cannot interrupt the path: the scene is not open");
    return this.#path;
  }

  /** The broker, or the master of the fleet. */
  get broker(): BrokerServer {
    const broker = this.#fleet?.master ?? this.#broker;
    if (broker === undefined) throw new Error("Cannot harm the broker: the scene is not open");
    return broker;
  }

  /** The master, who takes its place, and sentinels. */
  get fleet(): RedisFleet {
    if (this.#fleet === undefined) throw new Error("Cannot harm the replica: there are no sentinels");
    return this.#fleet;
  }

  async open(): Promise<void> {
    if (this.#options.sentinels === true) this.#fleet = await startRedisFleet();
    else {
      this.#broker = await startBroker(this.#options.peer);
      this.#path = await startTcpProxy(this.#broker.port);
    }
    this.#url = await this.#balancer.open();
    for (let node = 0; node < NODES; node++) await this.startNode(node);
    const near = `http://127.0.0.1:${this.#nodeAt(0).port}`;
    for (let turn = 0; turn < LOCAL_CLIENTS; turn++) await this.#audience.add(`${LOCAL} ${turn}`, near, turn);
    for (let turn = 0; turn < CLIENTS_AFAR; turn++) await this.#audience.add(`client ${turn}`, this.#url, turn);
    this.#sender = new Sender(await this.#openSender());
    this.#sender.start();
    await delay(WARM_UP_MS);
  }

  /** Starts a node, or starts it again. */
  async startNode(node: number): Promise<void> {
    const started = await NodeProcess.start({
      node,
      peer: this.#options.peer,
      prefix: this.#prefix,
      broker: this.#brokerFor(node),
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
    await this.#sender?.stop();
    await this.#sendingClient?.settle();
    const stopped = performance.now();
    for (;;) {
      await delay(100);
      const now = performance.now();
      const isQuiet = now - Math.max(this.#audience.lastReceived, stopped) > QUIET_MS;
      if ((isQuiet && this.#audience.isWhole) || now - stopped > LONGEST_END_MS) break;
    }
    const failures = this.#nodes.flatMap((node) => node?.failure ?? []);
    if (failures.length > 0) throw new Error(`Cannot judge the scene: ${failures.join("; ")}`);
    return checkHistory(this.#history.events);
  }

  async close(): Promise<void> {
    await this.#sender?.stop();
    this.#sendingClient?.close();
    this.#audience.close();
    await Promise.all(this.#nodes.map((node) => node?.kill()));
    await this.#balancer.close();
    await this.#path?.close();
    await this.#broker?.remove();
    await this.#fleet?.remove();
  }

  #brokerFor(node: number): NodeOptions["broker"] {
    if (this.#fleet !== undefined) return { sentinels: this.#fleet.sentinelPorts, master: MASTER_NAME };
    return { port: node === NODES - 1 ? this.path.port : this.broker.port };
  }

  #nodeAt(node: number): NodeProcess {
    const found = this.#nodes[node];
    if (found === undefined) throw new Error(`Cannot take node ${node}: it has not been started`);
    return found;
  }

  async #openSender(): Promise<HandOver> {
    if (this.#options.sender === "client") {
      const client = await connectClient(this.#url, 0, "the sending client");
      const sending = new SendingClient(client, this.#history);
      this.#sendingClient = sending;
      return (stream, number) => sending.handOver(stream, number);
    }
    return (stream, number) => {
      this.#history.note({ kind: "sent", stream, number });
      this.#nodeAt(0).publish(stream, number);
    };
  }
}
