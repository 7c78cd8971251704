// A bus over Redis that keeps what it is told: topics by publish and subscribe, the log in streams, values in keys.
// Place: cluster adapter -> wire -> **bus** -> client of Redis -> Redis, and back the same way
// Rules: it is up while all of its connections are; it closes those that are its own, and no other.

import type { Bus, BusLog, BusStatus, BusStore, Leave, Receive } from "@bowline/adapter/cluster";
import { busCommands, type CommandLine } from "./command-line.ts";
import { KeyStore } from "./key-store.ts";
import { StreamLog, type StreamLogParts } from "./stream-log.ts";

/** The parts of a bus. */
export interface StreamsBusParts extends Omit<StreamLogParts, "maxMessageBytes" | "commands"> {
  readonly commands: CommandLine;
  /** For the topics. */
  readonly topics: Bus;
  /** Ends the connections of the topics, which are this bus's own. */
  closeTopics(): void;
}

/** Streams, keys, and publish and subscribe as a bus. */
export class StreamsBus implements Bus {
  readonly maxMessageBytes: number;
  readonly log: BusLog;
  readonly store: BusStore;
  readonly #parts: StreamsBusParts;
  readonly #log: StreamLog;
  readonly #listeners: Set<(status: BusStatus) => void> = new Set();
  readonly #stopListening: readonly (() => void)[];
  #status: BusStatus = "connecting";

  constructor(parts: StreamsBusParts) {
    const { topics, commands, waiting } = parts;
    this.#parts = parts;
    this.maxMessageBytes = topics.maxMessageBytes;
    const asked = busCommands(commands, () => this.#status);
    this.#log = new StreamLog({ ...parts, commands: asked, maxMessageBytes: topics.maxMessageBytes });
    this.log = this.#log;
    this.store = new KeyStore(asked);
    const look = (): void => this.#look();
    this.#stopListening = [topics.onStatus(look), commands.onChange(look), waiting.onChange(look)];
    this.#look();
  }

  get status(): BusStatus {
    return this.#status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  publish(topic: string, bytes: Uint8Array): Promise<void> {
    return this.#parts.topics.publish(topic, bytes);
  }

  join(topic: string, receive: Receive): Promise<Leave> {
    return this.#parts.topics.join(topic, receive);
  }

  async subscribers(topic: string): Promise<number> {
    return (await this.#parts.topics.subscribers?.(topic)) ?? 0;
  }

  async close(): Promise<void> {
    if (this.#status === "closed") return;
    const { topics, commands, waiting, closeTopics } = this.#parts;
    for (const stop of this.#stopListening) stop();
    this.#log.close();
    await topics.close();
    closeTopics();
    waiting.close();
    commands.close();
    this.#tell("closed");
    this.#listeners.clear();
  }

  #look(): void {
    const { topics, commands, waiting } = this.#parts;
    if (topics.status === "up" && commands.isReady && waiting.isReady) this.#tell("up");
    else if (this.#status === "up") this.#tell("down");
  }

  #tell(status: BusStatus): void {
    if (this.#status === status || this.#status === "closed") return;
    this.#status = status;
    for (const listener of [...this.#listeners]) listener(status);
  }
}
