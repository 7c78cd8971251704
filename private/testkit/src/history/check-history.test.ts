import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkHistory, type HistoryVerdict } from "./check-history.ts";
import { History, type HistoryEvent } from "./history.ts";

type Note = Parameters<History["note"]>[0];

/** A history of these notes, one each millisecond. */
function historyOf(...notes: readonly Note[]): readonly HistoryEvent[] {
  let now = 0;
  const history = new History(() => now++);
  for (const note of notes) history.note(note);
  return history.events;
}

const joined = (receiver = "r", stream = "s"): Note[] => [
  { kind: "connected", receiver, recovered: false },
  { kind: "joining", stream, receiver },
  { kind: "joined", stream, receiver },
];
const left = (receiver = "r", stream = "s"): Note[] => [
  { kind: "leaving", stream, receiver },
  { kind: "left", stream, receiver },
];
const sent = (number: number, stream = "s"): Note => ({ kind: "sent", stream, number });
const offered = (number: number): Note => ({ kind: "offered", stream: "s", number });
const acknowledged = (number: number): Note => ({ kind: "acknowledged", stream: "s", number });
const received = (number: number, receiver = "r", stream = "s"): Note => ({
  kind: "received",
  stream,
  number,
  receiver,
});
const returned = (recovered: boolean, receiver = "r"): Note[] => [
  { kind: "disconnected", receiver, reason: "transport close" },
  { kind: "connected", receiver, recovered },
];

/** Only the counts. */
function counts({ owed, lost, told, duplicated, reordered, phantom, leaked }: HistoryVerdict) {
  return { owed, lost, told, duplicated, reordered, phantom, leaked };
}

const CLEAN = { lost: 0, told: 0, duplicated: 0, reordered: 0, phantom: 0, leaked: 0 };

describe("what a history shows", () => {
  test("messages that come once and in order are as they should be", () => {
    const events = historyOf(...joined(), sent(0), sent(1), received(0), received(1));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 2 });
  });

  test("a message that does not come is lost", () => {
    const events = historyOf(...joined(), sent(0), sent(1), received(1));
    expect(checkHistory(events).streams[0]?.lost).toEqual([0]);
  });

  test("a message that comes again is a duplicate each time, and none that is out of order", () => {
    const events = historyOf(...joined(), sent(0), sent(1), received(0), received(1), received(0), received(0));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 2, duplicated: 2 });
  });

  test("a message that comes after a later one is out of order, and not lost", () => {
    const events = historyOf(...joined(), sent(0), sent(1), sent(2), received(2), received(0), received(1));
    expect(checkHistory(events).streams[0]).toMatchObject({ reordered: [0, 1], lost: [] });
  });

  test("a message that nobody sent is a phantom", () => {
    const events = historyOf(...joined(), sent(0), received(0), received(7));
    expect(checkHistory(events).streams[0]?.phantom).toEqual([7]);
  });

  test("a message that comes before it was sent is a phantom", () => {
    const events = historyOf(...joined(), received(0), sent(0));
    expect(checkHistory(events)).toMatchObject({ phantom: 1, lost: 1 });
  });

  test("streams and receivers are judged apart", () => {
    const events = historyOf(...joined("a"), ...joined("b", "t"), sent(0), sent(0, "t"), received(0, "a"));
    expect(checkHistory(events)).toMatchObject({ owed: 2, lost: 1, leaked: 0 });
  });

  test("a receiver that is not in a room is owed nothing, and gets what it should not where something comes", () => {
    const events = historyOf(...joined("a"), ...joined("b", "t"), sent(0), received(0, "a"), received(0, "b"));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 1, leaked: 1 });
  });

  test("while a receiver joins or leaves a message may come, and need not", () => {
    const [connected, joining, isIn] = joined();
    const [leaving, isOut] = left();
    const spans = [connected, joining, sent(0), sent(1), isIn, leaving, sent(2), sent(3), isOut];
    const notes = spans.filter((note) => note !== undefined);
    expect(counts(checkHistory(historyOf(...notes, received(1), received(3))))).toEqual({ ...CLEAN, owed: 0 });
  });

  test("what is sent after a receiver has left must not come", () => {
    const events = historyOf(...joined(), ...left(), sent(0), received(0));
    expect(checkHistory(events).leaked).toBe(1);
  });

  test("a loss is told when the receiver begins anew before it gets anything later", () => {
    const events = historyOf(...joined(), sent(0), ...returned(false), sent(1), received(1));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 2, told: 1 });
  });

  test("a loss is not told when the session is said to be recovered", () => {
    const events = historyOf(...joined(), sent(0), ...returned(true), sent(1), received(1));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 2, lost: 1 });
  });

  test("a loss is not told by a new beginning that comes after later messages have come", () => {
    const events = historyOf(...joined(), sent(0), sent(1), received(1), ...returned(false));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 2, lost: 1 });
  });

  test("what was only offered may come, and need not", () => {
    const events = historyOf(...joined(), offered(0), offered(1), offered(2), received(1));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 0 });
  });

  test("what was offered and acknowledged has to come, once and in order", () => {
    const takeIn = [offered(0), offered(1), offered(2), offered(3), acknowledged(0), acknowledged(1), acknowledged(2)];
    const events = historyOf(...joined(), ...takeIn, received(2), received(1), received(1));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 3, lost: 1, reordered: 1, duplicated: 1 });
  });

  test("what was acknowledged after the receiver had left and come in again is not owed", () => {
    const events = historyOf(...joined(), offered(0), ...left(), ...joined(), acknowledged(0));
    expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: 0 });
  });

  test("a fault is over when everybody has something that was sent after it", () => {
    const fault: Note = { kind: "fault", what: "kill" };
    const events = historyOf(
      ...joined("a"),
      ...joined("b"),
      sent(0),
      fault,
      received(0, "a"),
      received(0, "b"),
      sent(1),
      received(1, "a"),
      received(1, "b"),
    );
    expect(checkHistory(events).recoveries).toEqual([{ what: "kill", afterMs: 5 }]);
  });

  test("a fault that somebody hears nothing after is never over", () => {
    const fault: Note = { kind: "fault", what: "kill" };
    const events = historyOf(...joined("a"), ...joined("b"), fault, sent(0), received(0, "a"));
    expect(checkHistory(events).recoveries).toEqual([{ what: "kill", afterMs: undefined }]);
  });
});

/** A history without a fault: streams to receivers that all listen to all of them. */
function faultless(streams: number, receivers: number, messages: number): readonly HistoryEvent[] {
  const all = Array.from({ length: receivers }, (_, index) => `r${index}`);
  const names = Array.from({ length: streams }, (_, index) => `s${index}`);
  const beginnings = all.flatMap((receiver) => names.flatMap((stream) => joined(receiver, stream).slice(1)));
  const traffic = Array.from({ length: messages }, (_, number) =>
    names.flatMap((stream) => [sent(number, stream), ...all.map((receiver) => received(number, receiver, stream))]),
  );
  return historyOf(...beginnings, ...traffic.flat());
}

/** The places of the notes of arrivals. */
const arrivalsIn = (events: readonly HistoryEvent[]): number[] =>
  events.flatMap(({ kind }, index) => (kind === "received" ? [index] : []));

const runs = fc.record({
  streams: fc.integer({ min: 1, max: 3 }),
  receivers: fc.integer({ min: 1, max: 4 }),
  messages: fc.integer({ min: 3, max: 20 }),
  pick: fc.nat(),
});

/** Plays a change to faultless histories. */
function provesMutant(
  change: (events: HistoryEvent[], place: number) => void,
  expected: Partial<HistoryVerdict>,
): void {
  fc.assert(
    fc.property(runs, ({ streams, receivers, messages, pick }) => {
      const events = [...faultless(streams, receivers, messages)];
      expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: streams * receivers * messages });
      const places = arrivalsIn(events);
      change(events, places[pick % places.length] ?? 0);
      expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: streams * receivers * messages, ...expected });
    }),
    { seed: 20_261_128, numRuns: 100 },
  );
}

describe("mutants of faultless histories are found, and nothing else is", () => {
  test("one arrival is dropped", () => {
    provesMutant((events, place) => void events.splice(place, 1), { lost: 1 });
  });

  test("one arrival is noted twice", () => {
    provesMutant((events, place) => void events.push(...events.slice(place, place + 1)), { duplicated: 1 });
  });

  test("a message arrives that was never sent", () => {
    provesMutant(
      (events, place) => {
        const arrival = events[place];
        if (arrival?.kind === "received") events.push({ ...arrival, number: 1_000_000 });
      },
      { phantom: 1 },
    );
  });

  test("a message arrives of a stream that nobody sends, as another cluster's would", () => {
    provesMutant(
      (events, place) => {
        const arrival = events[place];
        if (arrival?.kind === "received") events.splice(place, 0, { ...arrival, stream: "foreign" });
      },
      { phantom: 1 },
    );
  });

  test("a message arrives at somebody who is not in the room", () => {
    provesMutant(
      (events, place) => {
        const arrival = events[place];
        if (arrival?.kind === "received") events.splice(place, 0, { ...arrival, receiver: "stranger" });
      },
      { leaked: 1 },
    );
  });

  test("two arrivals of one stream at one receiver are swapped", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(), (messages, pick) => {
        const number = pick % (messages - 1);
        const before = Array.from({ length: messages }, (_, index) => index);
        const after = [...before.slice(0, number), number + 1, number, ...before.slice(number + 2)];
        const events = historyOf(...joined(), ...before.map((at) => sent(at)), ...after.map((at) => received(at)));
        expect(counts(checkHistory(events))).toEqual({ ...CLEAN, owed: messages, reordered: 1 });
      }),
      { seed: 20_261_128, numRuns: 100 },
    );
  });
});
