// How the program's connection to NATS stands, and questions over it that end in time.
// Place: bus -> **link** -> the program's connection -> NATS
//
//   up --disconnect--> down --reconnect, and an answer of NATS--> up        any --the connection is closed, or the bus--> closed
//
// Rules: the client connects anew and subscribes anew by itself; what is told while it does is refused, since the client
//        would keep it and send it late; every answer that does not come in time is an error.

import { BusError, type BusStatus } from "@bowline/adapter/cluster";
import type { NatsConnection } from "./client-types.ts";
import type { Surroundings } from "./surroundings.ts";

/** What NATS takes where a server does not say: 1 MiB. */
const USUAL_MAX_BYTES = 1_048_576;

/** The way to NATS. */
export class Link {
  readonly connection: NatsConnection;
  readonly #timeoutMs: number;
  readonly #clock: Surroundings["clock"];
  readonly #listeners: Set<(status: BusStatus) => void> = new Set();
  #status: BusStatus;
  /** The round trip that the next question shares; undefined once it is under way. */
  #flush: Promise<void> | undefined;
  /** How often the connection was lost. */
  #losses = 0;

  constructor(connection: NatsConnection, timeoutMs: number, clock: Surroundings["clock"]) {
    this.connection = connection;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#status = connection.isClosed() ? "closed" : "up";
  }

  get status(): BusStatus {
    return this.#status;
  }

  /** What one message may have at most, as the server says. */
  get maxMessageBytes(): number {
    return this.connection.info?.max_payload ?? USUAL_MAX_BYTES;
  }

  /** @throws RangeError for a message that is larger. */
  checkSize(what: string, bytes: Uint8Array): void {
    const { maxMessageBytes } = this;
    if (bytes.byteLength <= maxMessageBytes) return;
    const limit = `it has ${bytes.byteLength} bytes, and the server's max_payload is ${maxMessageBytes}`;
    throw new RangeError(`Cannot ${what}: ${limit}`);
  }

  /** Begins to watch the connection. */
  open(): void {
    void this.#watch();
    this.connection.closed().then(
      () => this.close(),
      () => this.close(),
    );
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#become("closed");
  }

  /** @throws BusError where NATS is not there. */
  check(what: string): void {
    if (this.#status === "up") return;
    if (this.#status === "closed") {
      throw new BusError("BOWLINE_BUS_CLOSED", `Cannot ${what}: the bus, or its connection, has been closed`);
    }
    const text = `Cannot ${what}: NATS is away; its client goes on trying, see that the server runs`;
    throw new BusError("BOWLINE_BUS_AWAY", text);
  }

  /** Settles once NATS has read all that was sent until now; what is sent in one turn shares a round trip. */
  reached(what: string): Promise<void> {
    this.#flush ??= Promise.resolve().then(() => {
      this.#flush = undefined;
      return this.connection.flush();
    });
    return this.answer(what, this.#flush);
  }

  /** An answer, or an error that says what was asked. */
  answer<Value>(what: string, asked: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const text = `Cannot ${what}: NATS has not answered within ${this.#timeoutMs} ms`;
      const stop = this.#clock.after(this.#timeoutMs, () => reject(new BusError("BOWLINE_BUS_TIMEOUT", text)));
      asked.finally(stop).then(resolve, (error: unknown) => reject(this.#explained(what, error)));
    });
  }

  #explained(what: string, error: unknown): unknown {
    if (error instanceof BusError) return error;
    const code = this.#status === "up" ? "BOWLINE_BUS_REFUSED" : "BOWLINE_BUS_AWAY";
    const reason = error instanceof Error ? error.message : String(error);
    return new BusError(code, `Cannot ${what}: the client of NATS says "${reason}"`, error);
  }

  async #watch(): Promise<void> {
    try {
      for await (const { type } of this.connection.status()) {
        if (this.#status === "closed") return;
        if (type === "disconnect") this.#lost();
        if (type === "reconnect") this.#returned();
      }
    } catch {
      // The client tells of nothing more; `closed()` tells of the end.
    }
  }

  #lost(): void {
    this.#losses++;
    this.#become("down");
  }

  /** The client has subscribed anew, but what others publish comes once NATS has read that. */
  #returned(): void {
    const losses = this.#losses;
    this.connection.flush().then(
      () => {
        if (losses === this.#losses) this.#become("up");
      },
      // The connection is lost once more, which the client tells.
      () => undefined,
    );
  }

  #become(status: BusStatus): void {
    if (this.#status === status || this.#status === "closed") return;
    this.#status = status;
    for (const listener of [...this.#listeners]) listener(status);
  }
}
