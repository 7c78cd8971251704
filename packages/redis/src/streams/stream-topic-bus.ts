// A bus one of whose topics is a stream of Redis: what is published to it is appended, and who joins it follows.
// Place: cluster adapter -> wire of streams -> **bus** -> streams bus -> Redis, and back the same way
// Rules: a connection that is lost costs no message of the stream; what Redis has let go of meanwhile is told.

import type { Bus, BusLog, BusStatus, Leave, Receive } from "@bowline/adapter/cluster";
import type { Surroundings } from "../surroundings.ts";

/** A bus with a topic that is a stream. */
export class StreamTopicBus implements Bus {
  readonly maxMessageBytes: number;
  readonly #bus: Bus & { readonly log: BusLog };
  readonly #stream: string;
  readonly #surroundings: Surroundings;

  /** @param stream the name of the topic. */
  constructor(bus: Bus & { readonly log: BusLog }, stream: string, surroundings: Surroundings) {
    this.maxMessageBytes = bus.maxMessageBytes;
    this.#bus = bus;
    this.#stream = stream;
    this.#surroundings = surroundings;
  }

  get status(): BusStatus {
    return this.#bus.status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    return this.#bus.onStatus(listener);
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    if (topic === this.#stream) await this.#bus.log.append(topic, bytes);
    else await this.#bus.publish(topic, bytes);
  }

  async join(topic: string, receive: Receive): Promise<Leave> {
    if (topic !== this.#stream) return this.#bus.join(topic, receive);
    const { warn } = this.#surroundings;
    const { leave } = await this.#bus.log.follow(topic, {
      entry: ({ bytes }) => receive(bytes),
      gap: () => {
        const text = `Messages of other servers were trimmed from the ${topic} before they were read; raise maxLen`;
        warn("BOWLINE_BUS_MESSAGE_LOST", text);
      },
    });
    return leave;
  }

  async subscribers(topic: string): Promise<number> {
    return (await this.#bus.subscribers?.(topic)) ?? 0;
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}
