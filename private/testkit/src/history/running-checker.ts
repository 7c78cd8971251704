// Judges a history while it is made: what has come is forgotten, and a receiver that has gone is judged and forgotten, so that
// a run of hours needs no more memory than one of minutes.
// Place: senders, receivers, nemesis -> **running checker** -> soak
// Rules: the same followers as those of the checker of whole histories, with the same words; what comes to a receiver that
//        does not listen to its stream was for somebody else, or was never sent.

import { Follower, type StreamVerdict } from "./follower.ts";
import type { HistoryEvent } from "./history.ts";

type WithoutTime<Event> = Event extends HistoryEvent ? Omit<Event, "at"> : never;

/** A note, without its time. */
export type Note = WithoutTime<HistoryEvent>;

interface Stream {
  /** The number that comes next. */
  next: number;
  readonly followers: Map<string, Follower>;
}

interface Receiver {
  wasConnected: boolean;
  readonly streams: Set<string>;
}

const NOTHING = { owed: 0, received: 0, lost: [], told: [], duplicated: [], reordered: [], phantom: [], leaked: [] };

/** A checker that is told what happens as it happens. */
export class RunningChecker {
  readonly #streams = new Map<string, Stream>();
  readonly #receivers = new Map<string, Receiver>();
  readonly #judge: (verdict: StreamVerdict) => void;

  /** @param judge hears of each stream that is over for a receiver, and at once of what came and was not for it. */
  constructor(judge: (verdict: StreamVerdict) => void) {
    this.#judge = judge;
  }

  /** How many streams are followed to receivers just now. */
  get size(): number {
    let size = 0;
    for (const { followers } of this.#streams.values()) size += followers.size;
    return size;
  }

  note(event: Note): void {
    switch (event.kind) {
      case "sent":
      case "offered":
      case "acknowledged":
        this.#sent(event.kind, event.stream, event.number);
        return;
      case "received":
        this.#received(event.stream, event.number, event.receiver);
        return;
      case "joining":
        this.#follow(event.stream, event.receiver).move(event.kind);
        return;
      case "joined":
      case "leaving":
        this.#streams.get(event.stream)?.followers.get(event.receiver)?.move(event.kind);
        return;
      case "left":
        this.#end(event.stream, event.receiver);
        return;
      case "connected":
        this.#connected(event.receiver, event.recovered);
        return;
      case "disconnected":
      case "fault":
      case "healed":
        return;
      default:
        event satisfies never;
    }
  }

  /** Whether a receiver has got everything that it is owed. */
  isSettled(receiver: string): boolean {
    const streams = this.#receivers.get(receiver)?.streams ?? [];
    return [...streams].every((stream) => this.#streams.get(stream)?.followers.get(receiver)?.isSettled ?? true);
  }

  /** Whether everybody has got everything of a stream. */
  isDelivered(stream: string): boolean {
    return [...(this.#streams.get(stream)?.followers.values() ?? [])].every(({ isSettled }) => isSettled);
  }

  /** Judges a receiver that has gone, for whatever it listens to. */
  forgetReceiver(receiver: string): void {
    for (const stream of [...(this.#receivers.get(receiver)?.streams ?? [])]) this.#end(stream, receiver);
    this.#receivers.delete(receiver);
  }

  /** Judges a stream that nobody sends any more. */
  forgetStream(stream: string): void {
    for (const receiver of [...(this.#streams.get(stream)?.followers.keys() ?? [])]) this.#end(stream, receiver);
    this.#streams.delete(stream);
  }

  #sent(kind: "sent" | "offered" | "acknowledged", name: string, number: number): void {
    const stream = this.#streamOf(name);
    if (kind !== "acknowledged") stream.next = number + 1;
    for (const follower of stream.followers.values()) follower[kind](number);
  }

  #received(stream: string, number: number, receiver: string): void {
    const known = this.#streams.get(stream);
    const follower = known?.followers.get(receiver);
    if (follower !== undefined) follower.arrived(number);
    else {
      const what = number < (known?.next ?? 0) ? "leaked" : "phantom";
      this.#judge({ ...NOTHING, stream, receiver, [what]: [number] });
    }
  }

  #connected(name: string, isRecovered: boolean): void {
    const receiver = this.#receiverOf(name);
    if (!isRecovered && receiver.wasConnected) {
      for (const stream of receiver.streams) this.#streams.get(stream)?.followers.get(name)?.beganAnew();
    }
    receiver.wasConnected = true;
  }

  #follow(stream: string, receiver: string): Follower {
    const { followers } = this.#streamOf(stream);
    const follower = followers.get(receiver) ?? new Follower(stream, receiver, true);
    followers.set(receiver, follower);
    this.#receiverOf(receiver).streams.add(stream);
    return follower;
  }

  #end(stream: string, receiver: string): void {
    const followers = this.#streams.get(stream)?.followers;
    const follower = followers?.get(receiver);
    if (follower === undefined) return;
    this.#judge(follower.verdict());
    followers?.delete(receiver);
    this.#receivers.get(receiver)?.streams.delete(stream);
  }

  #streamOf(name: string): Stream {
    const stream = this.#streams.get(name) ?? { next: 0, followers: new Map() };
    this.#streams.set(name, stream);
    return stream;
  }

  #receiverOf(name: string): Receiver {
    const receiver = this.#receivers.get(name) ?? { wasConnected: false, streams: new Set() };
    this.#receivers.set(name, receiver);
    return receiver;
  }
}
