// One follower of a log: reads its stream in order, and begins again where that ends.
// Place: cluster <- **stream reader** <- JetStream
// Rules: whenever something is amiss, or the connection was lost, the stream is looked for, since it may be another one by the
//        same name, and reading begins anew behind what was told: the client gives up without a word where the server is not
//        ready when the connection is back.

import { type LogFollower, type LogPosition, writeOffset } from "@bowline/adapter/cluster";
import type { Cancel } from "@bowline/protocol/internal";
import type { StreamConsumption, StreamFacts, StreamMessage } from "./jetstream-types.ts";

const RETRY_MS = 500;
/** What the client says when a stream, or the consumer of it, may be another one than before, or nothing comes. */
const AMISS = new Set([
  "stream_not_found",
  "consumer_not_found",
  "consumer_deleted",
  "no_responders",
  "heartbeats_missed",
]);

/** What a reader needs. */
export interface StreamReaderHost {
  after(ms: number, action: () => void): Cancel;
  /** What the stream says of itself now; it is made where it is missing. */
  find(): Promise<StreamFacts>;
  consume(from: number, callback: (message: StreamMessage) => void): Promise<StreamConsumption>;
  /** Told what the follower has thrown. */
  thrown(error: unknown): void;
}

/** When a stream was made, in milliseconds. */
export function epochOf({ created }: StreamFacts): number {
  return Date.parse(created);
}

/** Tells a follower of what comes behind a position. */
export class StreamReader {
  readonly #host: StreamReaderHost;
  readonly #follower: LogFollower;
  #at: LogPosition;
  #consumption: StreamConsumption | undefined;
  #stopTimer: Cancel | undefined;
  #isChecking = false;
  #isOver = false;

  constructor(host: StreamReaderHost, follower: LogFollower, from: LogPosition) {
    this.#host = host;
    this.#follower = follower;
    this.#at = from;
  }

  /** Begins to read. @returns settles once JetStream knows. */
  async start(): Promise<void> {
    const { epoch, seq } = this.#at;
    // What comes is told by its epoch alone: a consumption that was given up says nothing of a new one.
    const consumption = await this.#host.consume(seq + 1, (message) => this.#tell(epoch, message));
    if (this.#isOver) return void consumption.close();
    this.#consumption = consumption;
    void this.#watch(consumption);
  }

  /** Looks whether the stream is still the one that is read, and reads on, or the new one from its beginning. */
  async check(): Promise<void> {
    if (this.#isChecking || this.#isOver) return;
    this.#isChecking = true;
    try {
      // What is told while the answer is on its way is no part of it.
      const { epoch, seq } = this.#at;
      const facts = await this.#host.find();
      const isSame = epochOf(facts) === epoch && facts.state.last_seq >= seq;
      if (this.#isOver) return;
      if (!isSame) this.#at = { epoch: epochOf(facts), seq: 0 };
      if (!isSame) this.#call(() => this.#follower.gap());
      await this.#restart();
    } catch {
      this.#checkLater();
    } finally {
      this.#isChecking = false;
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#stopTimer?.();
    await this.#consumption?.close();
  }

  async #restart(): Promise<void> {
    const before = this.#consumption;
    this.#consumption = undefined;
    before?.close().catch(() => undefined);
    await this.start();
  }

  #checkLater(): void {
    this.#stopTimer?.();
    if (!this.#isOver) this.#stopTimer = this.#host.after(RETRY_MS, () => void this.check());
  }

  async #watch(consumption: StreamConsumption): Promise<void> {
    consumption.closed().then(
      () => this.#ended(consumption),
      () => this.#ended(consumption),
    );
    try {
      for await (const { type } of consumption.status()) {
        if (AMISS.has(type) && this.#consumption === consumption) this.#checkLater();
      }
    } catch {
      // That the consumption has ended is told above.
    }
  }

  #ended(consumption: StreamConsumption): void {
    if (this.#consumption !== consumption) return;
    this.#consumption = undefined;
    this.#checkLater();
  }

  #tell(epoch: number, { seq, data }: StreamMessage): void {
    if (this.#isOver || epoch !== this.#at.epoch || seq <= this.#at.seq) return;
    const follows = seq === this.#at.seq + 1;
    this.#at = { epoch, seq };
    this.#call(() => {
      if (!follows) this.#follower.gap();
      this.#follower.entry({ offset: writeOffset({ epoch, seq }), bytes: data });
    });
  }

  #call(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#host.thrown(error);
    }
  }
}
