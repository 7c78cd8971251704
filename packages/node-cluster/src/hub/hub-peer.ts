// A worker, as the hub sees it: what it has joined, how far it has read the logs that it follows, and what waits for it.
// Place: bus -> link -> **peer** -> hub
// Rules: a worker that takes nothing costs no more than `maxQueuedBytes`: messages for it are dropped then, and it is told how
//        many; entries of a log wait in the log itself, and what goes from there before it was told is a gap.

import { encodeFrame, Kind } from "./frame.ts";
import type { HubLog } from "./hub-log.ts";
import { type Link, Outbox } from "./link.ts";

/** A worker that is connected. */
export class HubPeer {
  /** The topics that it has joined. */
  readonly topics: Set<string> = new Set();
  /** The topics whose log it follows, each with the number of the last entry that it was told of. */
  readonly followed: Map<string, number> = new Map();
  /** Whether it has said hello. */
  isWelcome = false;
  /** What others are told, and on which topic, when its link ends. */
  will: { readonly topic: string; readonly bytes: Uint8Array } | undefined;
  readonly #link: Link;
  readonly #outbox: Outbox;
  readonly #maxQueuedBytes: number;
  /** Topics that have entries which it has not been told of yet. */
  readonly #behind: Set<string> = new Set();
  #done = 0;
  /** Whether somebody may be waiting for what is done. */
  #isDoneDue = false;
  #lost = 0;

  constructor(link: Link, maxQueuedBytes: number) {
    this.#link = link;
    this.#outbox = new Outbox(link);
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** What waits for it, in bytes. */
  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  /** Whether it is to get nothing more that could be left out. */
  get isOverloaded(): boolean {
    return this.#outbox.waitingBytes > this.#maxQueuedBytes;
  }

  /** A request without an answer is done; that is told at the next flush. */
  done(): void {
    this.#done += 1;
    this.#isDoneDue = true;
  }

  /** As `done`, but it is enough to tell it along with something else, or at the next `flushDone`. */
  doneInPassing(): void {
    this.#done += 1;
  }

  /** Says something that has to be said. */
  say(frame: Uint8Array): void {
    this.#sayDone();
    this.#outbox.push(frame);
  }

  /** Hands on a message, unless too much waits already. @returns whether it was handed on. */
  message(frame: Uint8Array): boolean {
    if (this.isOverloaded) {
      this.#lost += 1;
      return false;
    }
    this.#outbox.push(frame);
    return true;
  }

  /** A topic has a new entry. */
  appended(topic: string): void {
    this.#behind.add(topic);
  }

  /** Hands over what waits, as far as the link takes it. */
  flush(log: HubLog): void {
    if (this.#isDoneDue || !this.#outbox.isEmpty) this.#sayDone();
    this.#outbox.flush();
    for (const topic of this.#behind) {
      if (this.#outbox.isFull) break;
      this.#catchUp(topic, log);
    }
    // Told when there is room again, and not for each message.
    if (this.#lost > 0 && this.#outbox.waitingBytes * 2 <= this.#maxQueuedBytes) {
      this.#outbox.push(encodeFrame(Kind.LOST, this.#lost));
      this.#lost = 0;
    }
    this.#outbox.flush();
  }

  /** Tells what is done, if that was not told along with anything. */
  flushDone(): void {
    this.#sayDone();
    this.#outbox.flush();
  }

  /** Begins anew: what it had joined is forgotten. */
  reset(): void {
    this.topics.clear();
    this.followed.clear();
    this.#behind.clear();
    this.will = undefined;
    this.#done = 0;
    this.#isDoneDue = false;
    this.#lost = 0;
  }

  close(): void {
    this.#link.close();
  }

  #sayDone(): void {
    if (this.#done === 0) return;
    this.#outbox.push(encodeFrame(Kind.DONE, this.#done));
    this.#done = 0;
    this.#isDoneDue = false;
  }

  #catchUp(topic: string, log: HubLog): void {
    let told = this.followed.get(topic);
    if (told !== undefined && !log.reaches(topic, told)) this.say(encodeFrame(Kind.GAP, topic));
    while (told !== undefined && !this.#outbox.isFull) {
      const entry = log.nextAfter(topic, told);
      if (entry === undefined) break;
      told = entry.number;
      this.followed.set(topic, told);
      this.#outbox.push(encodeFrame(Kind.ENTRY, topic, log.offsetOf(told), entry.bytes));
      this.#outbox.flush();
    }
    if (told === undefined || log.nextAfter(topic, told) === undefined) this.#behind.delete(topic);
  }
}
