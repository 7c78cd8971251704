// Decides what a history shows: which messages were lost, came twice, out of order, or to whom they were not for.
// Place: history -> **checker** -> tests, the table of faults
// Rules: each stream is judged for each receiver by itself; a message is owed when it was sent between "joined" and
//        "leaving", allowed between "joining" and "left"; what was only offered is owed when it was acknowledged during the
//        same stay, and allowed in any case; a loss counts as told when the receiver was made to begin anew before it got
//        anything later of that stream; the checker believes nothing but the notes.

import type { HistoryEvent } from "./history.ts";

/** What one receiver got of one stream. */
export interface StreamVerdict {
  readonly stream: string;
  readonly receiver: string;
  /** How many messages had to come. */
  readonly owed: number;
  /** How many came, each one counted as often as it came. */
  readonly received: number;
  /** Owed, never come, and the receiver could not know. */
  readonly lost: readonly number[];
  /** Owed, never come, but the receiver began anew and knew. */
  readonly told: readonly number[];
  /** Come again; one entry for each time. */
  readonly duplicated: readonly number[];
  /** Come after a later one. */
  readonly reordered: readonly number[];
  /** Come, but never sent, or come before it was. */
  readonly phantom: readonly number[];
  /** Come, though it was sent while the receiver was not listening. */
  readonly leaked: readonly number[];
}

/** How long it took until everybody had something that was sent after a fault. */
export interface Recovery {
  readonly what: string;
  /** Milliseconds until the last receiver had it; undefined where one never did, or nothing was sent any more. */
  readonly afterMs: number | undefined;
}

/** What a history shows. */
export interface HistoryVerdict {
  readonly streams: readonly StreamVerdict[];
  readonly recoveries: readonly Recovery[];
  readonly owed: number;
  readonly lost: number;
  readonly told: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly phantom: number;
  readonly leaked: number;
}

type Span = "out" | "entering" | "in" | "leaving";

const SPAN_AFTER = { joining: "entering", joined: "in", leaving: "leaving", left: "out" } as const;

/** A message on its way to one receiver. */
interface Passage {
  readonly number: number;
  /** During which stay it was handed over; undefined where the receiver was not in. */
  readonly stay: number | undefined;
  readonly isAllowed: boolean;
  isOwed: boolean;
  /** Whether its loss would be told by now. */
  isTold: boolean;
  arrivals: number;
}

/** Follows one stream to one receiver. */
class Follower {
  readonly #stream: string;
  readonly #receiver: string;
  readonly #passages = new Map<number, Passage>();
  /** Sent, and nothing later has come: what a new beginning tells the loss of. */
  #open: Passage[] = [];
  readonly #duplicated: number[] = [];
  readonly #reordered: number[] = [];
  readonly #phantom: number[] = [];
  readonly #leaked: number[] = [];
  #span: Span = "out";
  /** How often the receiver has come in. */
  #stays = 0;
  #latest = -1;
  #received = 0;

  constructor(stream: string, receiver: string) {
    this.#stream = stream;
    this.#receiver = receiver;
  }

  move(kind: keyof typeof SPAN_AFTER): void {
    this.#span = SPAN_AFTER[kind];
    if (kind === "joined") this.#stays += 1;
  }

  sent(number: number): void {
    this.offered(number);
    this.acknowledged(number);
  }

  offered(number: number): void {
    const [stay, isAllowed] = [this.#stay, this.#span !== "out"];
    const passage: Passage = { number, stay, isAllowed, isOwed: false, isTold: false, arrivals: 0 };
    this.#passages.set(number, passage);
    this.#open.push(passage);
  }

  acknowledged(number: number): void {
    const passage = this.#passages.get(number);
    if (passage?.stay !== undefined && passage.stay === this.#stay) passage.isOwed = true;
  }

  arrived(number: number): void {
    this.#received += 1;
    const passage = this.#passages.get(number);
    if (passage === undefined) {
      this.#phantom.push(number);
      return;
    }
    passage.arrivals += 1;
    if (passage.arrivals > 1) {
      this.#duplicated.push(number);
      return;
    }
    if (!passage.isAllowed) this.#leaked.push(number);
    if (number < this.#latest) this.#reordered.push(number);
    else this.#latest = number;
    this.#open = this.#open.filter((other) => other.number > this.#latest);
  }

  beganAnew(): void {
    for (const passage of this.#open) passage.isTold = true;
    this.#open = [];
  }

  get #stay(): number | undefined {
    return this.#span === "in" ? this.#stays : undefined;
  }

  verdict(): StreamVerdict {
    const owed = [...this.#passages.values()].filter(({ isOwed }) => isOwed);
    const missing = owed.filter(({ arrivals }) => arrivals === 0);
    return {
      stream: this.#stream,
      receiver: this.#receiver,
      owed: owed.length,
      received: this.#received,
      lost: missing.filter(({ isTold }) => !isTold).map(({ number }) => number),
      told: missing.filter(({ isTold }) => isTold).map(({ number }) => number),
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      phantom: this.#phantom,
      leaked: this.#leaked,
    };
  }
}

/** Every stream with every receiver, whether or not they ever met. */
function followersOf(events: readonly HistoryEvent[]): Map<string, Map<string, Follower>> {
  const receivers = new Set(events.flatMap((event) => ("receiver" in event ? [event.receiver] : [])));
  const streams = new Set(events.flatMap((event) => ("stream" in event ? [event.stream] : [])));
  const pair = (stream: string) =>
    new Map([...receivers].map((receiver) => [receiver, new Follower(stream, receiver)] as const));
  return new Map([...streams].map((stream) => [stream, pair(stream)] as const));
}

function play(events: readonly HistoryEvent[], followers: ReadonlyMap<string, ReadonlyMap<string, Follower>>): void {
  const wereConnected = new Set<string>();
  const of = (stream: string): ReadonlyMap<string, Follower> => followers.get(stream) ?? new Map();
  for (const event of events) {
    switch (event.kind) {
      case "sent":
      case "offered":
      case "acknowledged":
        for (const follower of of(event.stream).values()) follower[event.kind](event.number);
        break;
      case "received":
        of(event.stream).get(event.receiver)?.arrived(event.number);
        break;
      case "joining":
      case "joined":
      case "leaving":
      case "left":
        of(event.stream).get(event.receiver)?.move(event.kind);
        break;
      case "connected":
        if (!event.recovered && wereConnected.has(event.receiver)) {
          for (const stream of followers.values()) stream.get(event.receiver)?.beganAnew();
        }
        wereConnected.add(event.receiver);
        break;
      case "disconnected":
      case "fault":
      case "healed":
        break;
      default:
        event satisfies never;
    }
  }
}

/** When each receiver had the first message that was sent after a fault, and of those the latest. */
function recoveryFrom(
  events: readonly HistoryEvent[],
  from: number,
  receivers: ReadonlySet<string>,
): number | undefined {
  const fault = events[from];
  const sentSince = new Set<string>();
  const waiting = new Set(receivers);
  for (const event of events.slice(from)) {
    if (event.kind === "sent" || event.kind === "offered") sentSince.add(`${event.number} of ${event.stream}`);
    if (event.kind === "received" && sentSince.has(`${event.number} of ${event.stream}`))
      waiting.delete(event.receiver);
    if (waiting.size === 0 && sentSince.size > 0) return event.at - (fault?.at ?? event.at);
  }
  return undefined;
}

function recoveriesIn(events: readonly HistoryEvent[]): Recovery[] {
  const receivers = new Set(events.flatMap((event) => (event.kind === "joined" ? [event.receiver] : [])));
  return events.flatMap((event, index) =>
    event.kind === "fault" ? [{ what: event.what, afterMs: recoveryFrom(events, index, receivers) }] : [],
  );
}

/**
 * Judges a history.
 * @param events the notes, in their order, to the end: what has not come by then never will.
 */
export function checkHistory(events: readonly HistoryEvent[]): HistoryVerdict {
  const followers = followersOf(events);
  play(events, followers);
  const streams = [...followers.values()].flatMap((stream) => [...stream.values()].map((one) => one.verdict()));
  type Fault = "lost" | "told" | "duplicated" | "reordered" | "phantom" | "leaked";
  const count = (fault: Fault): number => streams.reduce((sum, verdict) => sum + verdict[fault].length, 0);
  return {
    streams,
    recoveries: recoveriesIn(events),
    owed: streams.reduce((sum, { owed }) => sum + owed, 0),
    lost: count("lost"),
    told: count("told"),
    duplicated: count("duplicated"),
    reordered: count("reordered"),
    phantom: count("phantom"),
    leaked: count("leaked"),
  };
}
