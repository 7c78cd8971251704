// A channel between threads of one process, as a link: two broadcast channels, one to the hub and one to the thread.
// Place: bus -> **link between threads** -> hub
// Rules: the program's own messages between threads are not touched; the other side says what it has taken, since a channel
//        does not, and what waits could not be bounded otherwise.

import { BroadcastChannel } from "node:worker_threads";
import type { Link, LinkEvents } from "../hub/link.ts";

/** A batch on its way. */
export interface ThreadBatch {
  /** The thread that it is of, where it goes to the hub. */
  readonly from: number;
  readonly batch: Uint8Array;
}

/** So many bytes have been taken. */
export interface ThreadReceipt {
  readonly from: number;
  readonly taken: number;
}

/** The channel on which the hub listens. */
export const HUB_CHANNEL = "bowline:hub";

/** The channel on which a thread listens. */
export function channelOfThread(thread: number): string {
  return `${HUB_CHANNEL}:${thread}`;
}

/** Reads what came over a channel; undefined for what is not ours. */
export function readThreadMessage(message: unknown): ThreadBatch | ThreadReceipt | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const from: unknown = Reflect.get(message, "from");
  if (typeof from !== "number") return undefined;
  const batch: unknown = Reflect.get(message, "batch");
  if (batch instanceof Uint8Array) return { from, batch };
  const taken: unknown = Reflect.get(message, "taken");
  return typeof taken === "number" ? { from, taken } : undefined;
}

/** Listens on a channel, without keeping the process alive. */
export function openChannel(name: string, receive?: (message: unknown) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  if (receive !== undefined) {
    channel.onmessage = (event: unknown) => {
      const data: unknown = typeof event === "object" && event !== null ? Reflect.get(event, "data") : undefined;
      receive(data);
    };
  }
  channel.unref();
  return channel;
}

/** A link over two channels. */
export class ThreadLink implements Link {
  waitingBytes = 0;
  readonly #thread: number;
  readonly #there: BroadcastChannel;
  #events: LinkEvents | undefined;
  #isClosed = false;

  /**
   * @param thread the one that is not the hub's.
   * @param there the channel to the other side; closed with the link.
   */
  constructor(thread: number, there: BroadcastChannel) {
    this.#thread = thread;
    this.#there = there;
  }

  /** Tells whom to call. */
  listen(events: LinkEvents): void {
    this.#events = events;
  }

  /** Something has come from the other side. */
  received(message: ThreadBatch | ThreadReceipt): void {
    if (this.#isClosed) return;
    if ("taken" in message) {
      this.waitingBytes = Math.max(0, this.waitingBytes - message.taken);
      this.#events?.drained();
      return;
    }
    this.#events?.received(message.batch);
    const receipt: ThreadReceipt = { from: this.#thread, taken: message.batch.byteLength };
    if (!this.#isClosed) this.#there.postMessage(receipt);
  }

  send(batch: Uint8Array): void {
    if (this.#isClosed) return;
    this.waitingBytes += batch.byteLength;
    const message: ThreadBatch = { from: this.#thread, batch };
    this.#there.postMessage(message);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#there.close();
  }
}
