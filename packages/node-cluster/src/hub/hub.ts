// What the primary is for its workers: it hands their messages on, keeps the log in order, and sessions that outlive them.
// Place: bus -> link -> **hub** -> links of the other workers
// Rules: requests of one worker are done in their order, and each is answered; what one worker sends cannot harm another;
//        everything that is kept has a bound; a worker whose link closes is forgotten, and the others hear its last will at
//        once, while what it has appended and put stays.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import {
  bytesAt,
  decodeFrames,
  encodeFrame,
  type Field,
  type Frame,
  Kind,
  numberAt,
  textAt,
  VERSION,
} from "./frame.ts";
import { HubLog } from "./hub-log.ts";
import type { HubOptions } from "./hub-options.ts";
import { HubPeer } from "./hub-peer.ts";
import { type FencedValue, HubStore } from "./hub-store.ts";
import type { Link, LinkEvents } from "./link.ts";

/** An answer to READ has no more than this many bytes, but for one entry, which may be longer. */
const READ_BYTES = 256 * 1024;

/** So long it may take until whoever publishes is told that it is done, in milliseconds. */
export const DONE_MS = 5;

/** So many logs that begin in one second are told apart. */
const EPOCHS_A_SECOND = 36 * 36;

/** What the hub needs of its process. */
export interface HubSurroundings {
  readonly clock: Clock;
  readonly wallTimeMs: () => number;
  /** A number from 0 to 1. */
  readonly fraction: () => number;
  readonly warn: (code: string, text: string) => void;
}

/** What the hub holds at the moment. */
export interface HubStatus {
  /** Buses that are connected. */
  readonly peers: number;
  readonly topics: number;
  readonly logBytes: number;
  readonly storeBytes: number;
  /** What waits for workers that have not taken it yet, in bytes. */
  readonly queuedBytes: number;
  /** Messages that were dropped since a worker did not take them in time. */
  readonly dropped: number;
}

/** The one in the middle. */
export class Hub {
  readonly #options: HubOptions;
  readonly #surroundings: HubSurroundings;
  readonly #peers: Set<HubPeer> = new Set();
  /** Who has joined each topic. */
  readonly #members: Map<string, Set<HubPeer>> = new Map();
  readonly #log: HubLog;
  readonly #store: HubStore;
  #dropped = 0;
  #stopExpiry: Cancel | undefined;
  #stopDone: Cancel | undefined;

  constructor(options: HubOptions, surroundings: HubSurroundings) {
    const { maxLogBytes, retentionMs, maxStoreBytes } = options;
    this.#options = options;
    this.#surroundings = surroundings;
    // Later than that of a primary before this one, and another one where both began in one second.
    const seconds = Math.floor(surroundings.wallTimeMs() / 1000);
    const epoch = seconds * EPOCHS_A_SECOND + Math.floor(surroundings.fraction() * EPOCHS_A_SECOND);
    this.#log = new HubLog(epoch, { maxBytes: maxLogBytes, retentionMs });
    this.#store = new HubStore(maxStoreBytes);
  }

  get status(): HubStatus {
    let queuedBytes = 0;
    for (const peer of this.#peers) queuedBytes += peer.waitingBytes;
    return {
      peers: [...this.#peers].filter(({ isWelcome }) => isWelcome).length,
      topics: this.#members.size,
      logBytes: this.#log.bytes,
      storeBytes: this.#store.bytes,
      queuedBytes,
      dropped: this.#dropped,
    };
  }

  /** Lets a worker in. @returns what its link has to tell. */
  connect(link: Link): LinkEvents {
    const peer = new HubPeer(link, this.#options.maxQueuedBytes);
    this.#peers.add(peer);
    return {
      received: (batch) => this.#received(peer, batch),
      drained: () => peer.flush(this.#log),
      closed: () => this.#ended(peer),
    };
  }

  /** Lets go of everything and everybody. */
  close(): void {
    this.#stopExpiry?.();
    this.#stopExpiry = undefined;
    this.#stopDone?.();
    this.#stopDone = undefined;
    for (const peer of [...this.#peers]) {
      this.#forget(peer);
      peer.close();
    }
  }

  #received(peer: HubPeer, batch: Uint8Array): void {
    if (!this.#peers.has(peer)) return;
    try {
      for (const frame of decodeFrames(batch)) this.#perform(peer, frame);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#surroundings.warn("BOWLINE_HUB", `Cannot go on with a worker: ${reason}`);
      this.#ended(peer);
      peer.close();
    }
    this.#flushAll();
  }

  #flushAll(): void {
    for (const peer of this.#peers) peer.flush(this.#log);
  }

  #perform(peer: HubPeer, frame: Frame): void {
    if (frame.kind === Kind.HELLO) {
      this.#leaveAll(peer);
      peer.reset();
      peer.isWelcome = true;
      peer.say(encodeFrame(Kind.WELCOME, VERSION, numberAt(frame, 1), this.#options.maxMessageBytes));
    } else if (peer.isWelcome) {
      this.#answer(peer, frame);
    } else {
      peer.say(encodeFrame(Kind.RESET));
    }
  }

  #answer(peer: HubPeer, frame: Frame): void {
    const now = this.#surroundings.clock.now();
    switch (frame.kind) {
      case Kind.PUBLISH:
        this.#publish(peer, textAt(frame, 0), bytesAt(frame, 1));
        peer.doneInPassing();
        this.#tellDoneLater();
        return;
      case Kind.JOIN:
        this.#join(peer, textAt(frame, 0));
        peer.done();
        return;
      case Kind.LEAVE:
        this.#leave(peer, textAt(frame, 0));
        peer.done();
        return;
      case Kind.COUNT:
        answer(peer, this.#members.get(textAt(frame, 0))?.size ?? 0);
        return;
      case Kind.APPEND:
        answer(peer, this.#append(textAt(frame, 0), bytesAt(frame, 1), now));
        return;
      case Kind.FOLLOW:
        this.#follow(peer, textAt(frame, 0), textAt(frame, 1));
        return;
      case Kind.UNFOLLOW:
        peer.followed.delete(textAt(frame, 0));
        peer.done();
        return;
      case Kind.READ:
        this.#read(peer, frame);
        return;
      case Kind.REACHES: {
        const number = this.#log.numberOf(textAt(frame, 1));
        answer(peer, number !== undefined && this.#log.reaches(textAt(frame, 0), number) ? 1 : 0);
        return;
      }
      case Kind.PUT:
        this.#store.put(textAt(frame, 0), bytesAt(frame, 1), numberAt(frame, 2), numberAt(frame, 3), now);
        this.#expireLater();
        peer.done();
        return;
      case Kind.TAKE:
        answerValue(peer, this.#store.take(textAt(frame, 0), now));
        return;
      case Kind.CLAIM:
        answerValue(peer, this.#store.claim(textAt(frame, 0), now));
        return;
      case Kind.DROP:
        this.#store.drop(textAt(frame, 0), numberAt(frame, 1), now);
        peer.done();
        return;
      case Kind.WILL:
        // As in the log: a part of a batch must not keep the whole one.
        peer.will = { topic: textAt(frame, 0), bytes: bytesAt(frame, 1).slice() };
        peer.done();
        return;
      default:
        peer.say(
          encodeFrame(Kind.REFUSED, `the primary knows no request of kind ${frame.kind}: is it of another version?`),
        );
    }
  }

  #publish(sender: HubPeer, topic: string, bytes: Uint8Array): void {
    const members = this.#members.get(topic);
    if (members === undefined || (members.size === 1 && members.has(sender))) return;
    // One frame for all of them.
    const frame = encodeFrame(Kind.MESSAGE, topic, bytes);
    for (const peer of members) if (peer !== sender && !peer.message(frame)) this.#dropped += 1;
  }

  #append(topic: string, bytes: Uint8Array, now: number): string {
    const number = this.#log.append(topic, bytes, now);
    for (const peer of this.#peers) if (peer.followed.has(topic)) peer.appended(topic);
    this.#expireLater();
    return this.#log.offsetOf(number);
  }

  #follow(peer: HubPeer, topic: string, after: string): void {
    const last = this.#log.lastNumber;
    const number = after === "" ? last : this.#log.numberOf(after);
    const goesOn = number !== undefined && this.#log.reaches(topic, number);
    const from = goesOn ? number : last;
    peer.followed.set(topic, from);
    peer.appended(topic);
    answer(peer, this.#log.offsetOf(from), goesOn ? 0 : 1);
  }

  #read(peer: HubPeer, frame: Frame): void {
    if (peer.isOverloaded) {
      peer.say(encodeFrame(Kind.REFUSED, "too much waits for this worker already"));
      return;
    }
    const [topic, after, upTo] = [textAt(frame, 0), textAt(frame, 1), textAt(frame, 2)];
    const end = upTo === "" ? this.#log.lastNumber : (this.#log.numberOf(upTo) ?? 0);
    const found: Field[] = [];
    let bytes = 0;
    let number = this.#log.numberOf(after) ?? end;
    let entry = this.#log.nextAfter(topic, number);
    while (entry !== undefined && entry.number <= end && bytes < READ_BYTES) {
      found.push(this.#log.offsetOf(entry.number), entry.bytes);
      bytes += entry.bytes.byteLength;
      number = entry.number;
      entry = this.#log.nextAfter(topic, number);
    }
    const hasMore = entry !== undefined && entry.number <= end;
    answer(peer, this.#log.offsetOf(end), hasMore ? 1 : 0, ...found);
  }

  #join(peer: HubPeer, topic: string): void {
    peer.topics.add(topic);
    const members = this.#members.get(topic);
    if (members === undefined) this.#members.set(topic, new Set([peer]));
    else members.add(peer);
  }

  #leave(peer: HubPeer, topic: string): void {
    peer.topics.delete(topic);
    const members = this.#members.get(topic);
    if (members?.delete(peer) === true && members.size === 0) this.#members.delete(topic);
  }

  #leaveAll(peer: HubPeer): void {
    for (const topic of [...peer.topics]) this.#leave(peer, topic);
  }

  #forget(peer: HubPeer): void {
    this.#leaveAll(peer);
    this.#peers.delete(peer);
  }

  /** The link of a worker is over; told once. */
  #ended(peer: HubPeer): void {
    if (!this.#peers.has(peer)) return;
    this.#forget(peer);
    if (peer.will === undefined) return;
    this.#publish(peer, peer.will.topic, peer.will.bytes);
    this.#flushAll();
  }

  /** A message of its own for each that was published would cost its sender more than the message itself. */
  #tellDoneLater(): void {
    this.#stopDone ??= this.#surroundings.clock.after(DONE_MS, () => {
      this.#stopDone = undefined;
      for (const peer of this.#peers) peer.flushDone();
    });
  }

  /** What is kept goes when its time has come, also when nothing happens any more. */
  #expireLater(): void {
    this.#stopExpiry ??= this.#surroundings.clock.coarse(EXPIRY_MS, () => {
      this.#stopExpiry = undefined;
      const now = this.#surroundings.clock.now();
      const next = this.#log.expire(now);
      this.#store.expire(now);
      if (next !== undefined || this.#store.bytes > 0) this.#expireLater();
    });
  }
}

const EXPIRY_MS = 5_000;

function answerValue(peer: HubPeer, found: FencedValue | undefined): void {
  found === undefined ? answer(peer) : answer(peer, found.value, found.fence);
}

function answer(peer: HubPeer, ...fields: readonly Field[]): void {
  peer.say(encodeFrame(Kind.ANSWER, ...fields));
}
