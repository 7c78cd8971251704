// What comes in over the channels of topics, in order, with what has to be fetched from the table.
// Place: link -> **inbox** -> cluster
// Rules: messages of a topic never overtake each other, and those behind one that is fetched wait for it; one that cannot be
//        fetched is lost alone; what a receiver throws harms nobody.

import type { Receive } from "@bowline/adapter/cluster";
import { readTopicPayload } from "./payload.ts";
import type { Surroundings } from "./surroundings.ts";

/** What an inbox needs. */
export interface InboxHost {
  readonly surroundings: Surroundings;
  /** Fetches an attachment. */
  fetch(id: string): Promise<Uint8Array>;
}

interface Lane {
  readonly topic: string;
  readonly receive: Receive;
  /** Settles when all that came so far is delivered; undefined while nothing waits. */
  busy: Promise<void> | undefined;
}

/** The receivers of topics, by their channels. */
export class Inbox {
  readonly #host: InboxHost;
  readonly #lanes: Map<string, Lane> = new Map();

  constructor(host: InboxHost) {
    this.#host = host;
  }

  has(channel: string): boolean {
    return this.#lanes.has(channel);
  }

  open(channel: string, topic: string, receive: Receive): void {
    this.#lanes.set(channel, { topic, receive, busy: undefined });
  }

  /** @returns whether it was open for this receiver: a channel may have been opened anew since then. */
  close(channel: string, receive: Receive): boolean {
    return this.#lanes.get(channel)?.receive === receive && this.#lanes.delete(channel);
  }

  notified(channel: string, payload: string): void {
    const lane = this.#lanes.get(channel);
    const read = lane === undefined ? undefined : readTopicPayload(payload);
    if (lane === undefined || read === undefined) return;
    if (read.kind === "bytes") {
      const bytes = this.#host.surroundings.fromBase64(read.base64);
      if (lane.busy === undefined) this.#deliver(channel, lane, bytes);
      else this.#queue(channel, lane, Promise.resolve(bytes));
    } else {
      this.#queue(channel, lane, this.#host.fetch(read.id));
    }
  }

  #queue(channel: string, lane: Lane, arriving: Promise<Uint8Array>): void {
    const arrived: Promise<Uint8Array | undefined> = arriving.catch((error: unknown) => this.#missed(lane, error));
    const busy = (lane.busy ?? Promise.resolve()).then(async () => {
      const bytes = await arrived;
      if (bytes !== undefined) this.#deliver(channel, lane, bytes);
      if (lane.busy === busy) lane.busy = undefined;
    });
    lane.busy = busy;
  }

  #deliver(channel: string, lane: Lane, bytes: Uint8Array): void {
    if (this.#lanes.get(channel) !== lane) return;
    try {
      lane.receive(bytes);
    } catch (error) {
      this.#host.surroundings.warn(
        "BOWLINE_BUS_RECEIVER",
        `A receiver of "${lane.topic}" has thrown: ${String(error)}`,
      );
    }
  }

  #missed(lane: Lane, error: unknown): undefined {
    const text = `A message to "${lane.topic}" is lost, since its table could not be read: ${String(error)}`;
    this.#host.surroundings.warn("BOWLINE_BUS_MESSAGE_LOST", text);
    return undefined;
  }
}
