// Who sends without pause: numbers messages for both rooms, and hands them to a node.
// Place: scene -> **sender** -> node
// Rules: a message is noted before it is handed over; one handed to a node that nobody harms is certain, one handed over by
//        a client is certain once the node has acknowledged it, since the node may die with it.

import { setTimeout as delay } from "node:timers/promises";
import type { History } from "../../../src/history/history.ts";
import type { SceneClient } from "./scene-client.ts";

const INTERVAL_MS = 5;
/** Every so many messages one goes to the room of the few. */
const FEW_EVERY = 4;
/** How long an acknowledgement may take, in milliseconds. */
const ACKNOWLEDGED_WITHIN_MS = 10_000;

/** The rooms, each with the stream of its name: that of all clients, and that of every other one. */
export const ROOMS = { all: "all", few: "few" } as const;

/** Hands one message over, and notes it. */
export type HandOver = (stream: string, number: number) => void;

/** Sends in even steps, however late the timers are. */
export class Sender {
  readonly #handOver: HandOver;
  readonly #numbers: Map<string, number> = new Map();
  #isSending = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(handOver: HandOver) {
    this.#handOver = handOver;
  }

  start(): void {
    this.#isSending = true;
    this.#sending = this.#send();
  }

  async stop(): Promise<void> {
    this.#isSending = false;
    await this.#sending;
  }

  async #send(): Promise<void> {
    const start = performance.now();
    for (let sent = 0; this.#isSending; await delay(INTERVAL_MS)) {
      const due = Math.floor((performance.now() - start) / INTERVAL_MS);
      for (; sent < due; sent++) {
        this.#next(ROOMS.all);
        if (sent % FEW_EVERY === 0) this.#next(ROOMS.few);
      }
    }
  }

  #next(stream: string): void {
    const number = this.#numbers.get(stream) ?? 0;
    this.#numbers.set(stream, number + 1);
    this.#handOver(stream, number);
  }
}

/** A client that has its node send, and comes back elsewhere when that node dies. */
export class SendingClient {
  readonly #client: SceneClient;
  readonly #history: History;
  readonly #unanswered = new Set<Promise<void>>();
  #node = 0;

  constructor(client: SceneClient, history: History) {
    this.#client = client;
    this.#history = history;
  }

  /** The node that has answered last. */
  get node(): number {
    return this.#node;
  }

  handOver(stream: string, number: number): void {
    this.#history.note({ kind: "offered", stream, number });
    const answer = this.#client.timeout(ACKNOWLEDGED_WITHIN_MS).emitWithAck("publish", stream, number);
    const noted = answer.then(
      (node) => {
        this.#node = Number(node);
        this.#history.note({ kind: "acknowledged", stream, number });
      },
      // Nobody knows whether it was sent: it may arrive, and need not.
      () => undefined,
    );
    this.#unanswered.add(noted);
    void noted.then(() => this.#unanswered.delete(noted));
  }

  /** Waits for what is still on its way. */
  async settle(): Promise<void> {
    await Promise.all(this.#unanswered);
  }

  close(): void {
    this.#client.disconnect();
  }
}
