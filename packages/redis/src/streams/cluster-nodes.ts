// The nodes of a cluster as a client of ioredis knows them, which it connects to when one is first used.
// Place: command line -> **nodes** -> client of Redis -> Redis
// Rules: commands that come while it connects are refused, since it may send nothing a second time; so all nodes are reached
//        before somebody sends, each one once, and what cannot be reached is waited for no longer.

import { listOf, memberOf } from "../foreign-values.ts";
import { callCommand, eventsOf, type RedisClient } from "../redis-client.ts";

/** What tells that a node is connected, or will not be for now. */
const REACHED = ["ready", "close", "end"] as const;

function asClient(node: unknown): RedisClient;
function asClient(node: unknown): unknown {
  return node;
}

/** The nodes of one client. */
export class ClusterNodes {
  readonly #reaching: Set<unknown> = new Set();
  readonly #listeners: Set<() => void> = new Set();

  constructor(client: RedisClient & { nodes(): unknown }) {
    const events = eventsOf(client);
    events.on("+node", (node: unknown) => this.#reach(node));
    events.on("-node", (node: unknown) => this.#done(node));
    for (const node of listOf(client.nodes()) ?? []) this.#reach(node);
  }

  /** Whether none is being connected to for the first time. */
  get areReached(): boolean {
    return this.#reaching.size === 0;
  }

  /** Told when `areReached` may be another one. @returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #reach(node: unknown): void {
    if (memberOf(node, "status") === "ready") return;
    this.#reaching.add(node);
    const events = eventsOf(asClient(node));
    for (const event of REACHED) events.on(event, () => this.#done(node));
    // It may be connecting already.
    callCommand(node, "connect").catch(() => undefined);
  }

  #done(node: unknown): void {
    if (!this.#reaching.delete(node)) return;
    for (const listener of [...this.#listeners]) listener();
  }
}
