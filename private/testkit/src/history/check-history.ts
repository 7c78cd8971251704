// Decides what a history shows: which messages were lost, came twice, out of order, or to whom they were not for.
// Place: history -> **checker** -> tests, the table of faults
// Rules: each stream is judged for each receiver by itself (follower.ts says how); the checker believes nothing but the notes.

import { Follower, type StreamVerdict } from "./follower.ts";
import type { HistoryEvent } from "./history.ts";

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
  for (let at = from; at < events.length; at++) {
    const event = events[at];
    if (event === undefined) break;
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
