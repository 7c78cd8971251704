// A channel between threads of one process, as a link: two broadcast channels, one to the hub and one to the thread.
// Place: bus -> **link between threads** -> hub
// Rules: the program's own messages between threads are not touched; the other side says what it has taken, and when it
//        closes, since a channel does not, and what waits could not be bounded otherwise.

import { BroadcastChannel } from "node:worker_threads";
import type { Link, LinkEvents } from "../hub/link.ts";

/** What goes over a channel: a batch, so many bytes that have been taken, or the end. */
export type ThreadMessage =
  | { readonly link: string; readonly batch: Uint8Array }
  | { readonly link: string; readonly taken: number }
  | { readonly link: string; readonly isClosed: true };

/** The channel on which the hub listens. */
export const HUB_CHANNEL = "bowline:hub";

/** The channel on which the thread's side of a link listens. */
export function channelOfLink(link: string): string {
  return `${HUB_CHANNEL}:${link}`;
}

/** Names a link of a thread. @param number another one for each link. */
export function nameLink(thread: number, number: number): string {
  return `${thread}:${number}`;
}

/** The thread that a link is of. */
export function threadOf(link: string): number {
  return Number.parseInt(link, 10);
}

/** Reads what came over a channel; undefined for what is not ours. */
export function readThreadMessage(message: unknown): ThreadMessage | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const link: unknown = Reflect.get(message, "link");
  if (typeof link !== "string") return undefined;
  const batch: unknown = Reflect.get(message, "batch");
  if (batch instanceof Uint8Array) return { link, batch };
  const taken: unknown = Reflect.get(message, "taken");
  if (typeof taken === "number") return { link, taken };
  return Reflect.get(message, "isClosed") === true ? { link, isClosed: true } : undefined;
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
  readonly #name: string;
  readonly #there: BroadcastChannel;
  readonly #ended: () => void;
  #events: LinkEvents | undefined;
  #isClosed = false;

  /**
   * @param name the same on both sides.
   * @param there the channel to the other side; closed with the link.
   * @param ended called when either side has closed it.
   */
  constructor(name: string, there: BroadcastChannel, ended: () => void) {
    this.#name = name;
    this.#there = there;
    this.#ended = ended;
  }

  /** Tells whom to call. */
  listen(events: LinkEvents): void {
    this.#events = events;
  }

  /** Something has come from the other side. */
  received(message: ThreadMessage): void {
    if (this.#isClosed) return;
    if ("isClosed" in message) {
      this.#end();
      this.#events?.closed();
    } else if ("taken" in message) {
      this.waitingBytes = Math.max(0, this.waitingBytes - message.taken);
      this.#events?.drained();
    } else {
      this.#events?.received(message.batch);
      this.#say({ link: this.#name, taken: message.batch.byteLength });
    }
  }

  send(batch: Uint8Array): void {
    if (this.#isClosed) return;
    this.waitingBytes += batch.byteLength;
    this.#say({ link: this.#name, batch });
  }

  close(): void {
    this.#say({ link: this.#name, isClosed: true });
    this.#end();
  }

  #say(message: ThreadMessage): void {
    if (!this.#isClosed) this.#there.postMessage(message);
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#there.close();
    this.#ended();
  }
}
