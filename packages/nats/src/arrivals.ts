// What comes out of a stream, for one who takes it piece by piece.
// Place: cluster <- log (**arrivals**) <- JetStream
// Rules: order holds; one waits at a time.

import type { StreamMessage } from "./jetstream-types.ts";

/** Messages that nobody has taken yet. */
export class Arrivals {
  #messages: StreamMessage[] = [];
  #wake: () => void = () => undefined;

  readonly add = (message: StreamMessage): void => {
    this.#messages.push(message);
    this.#wake();
  };

  /** Takes what has come, once there is something. */
  async take(): Promise<readonly StreamMessage[]> {
    if (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#messages;
    this.#messages = [];
    return taken;
  }
}
