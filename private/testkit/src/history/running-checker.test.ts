// The running checker gives the verdicts of the one that judges whole histories, and forgets meanwhile.
import { describe, expect, test } from "vitest";
import type { StreamVerdict } from "./follower.ts";
import { type Note, RunningChecker } from "./running-checker.ts";

const STREAM = "to anna";
const JOINS: readonly Note[] = [
  { kind: "joining", stream: STREAM, receiver: "anna" },
  { kind: "connected", receiver: "anna", recovered: false },
  { kind: "joined", stream: STREAM, receiver: "anna" },
];
const sent = (number: number): Note => ({ kind: "sent", stream: STREAM, number });
const received = (number: number): Note => ({ kind: "received", stream: STREAM, number, receiver: "anna" });
const LEAVES: Note = { kind: "left", stream: STREAM, receiver: "anna" };

function judge(...notes: readonly Note[]): { readonly checker: RunningChecker; readonly verdicts: StreamVerdict[] } {
  const verdicts: StreamVerdict[] = [];
  const checker = new RunningChecker((verdict) => verdicts.push(verdict));
  for (const note of [...JOINS, ...notes]) checker.note(note);
  return { checker, verdicts };
}

const CLEAN = { lost: [], told: [], duplicated: [], reordered: [], phantom: [], leaked: [] };

describe("a receiver that leaves is judged", () => {
  test.each<[string, readonly Note[], object]>([
    ["with everything", [sent(0), sent(1), received(0), received(1)], { owed: 2, received: 2 }],
    ["with a loss that it does not know of", [sent(0), sent(1), received(1)], { owed: 2, received: 1, lost: [0] }],
    [
      "with a loss that it knows of",
      [sent(0), { kind: "connected", receiver: "anna", recovered: false }, sent(1), received(1)],
      { owed: 2, received: 1, told: [0] },
    ],
    ["with one that came twice", [sent(0), received(0), received(0)], { owed: 1, received: 2, duplicated: [0] }],
    ["with one that came late", [sent(0), sent(1), received(1), received(0)], { owed: 2, received: 2, reordered: [0] }],
    ["with one that nobody has sent", [sent(0), received(0), received(7)], { owed: 1, received: 2, phantom: [7] }],
    [
      "owed what was acknowledged after it had come",
      [
        { kind: "offered", stream: STREAM, number: 0 },
        received(0),
        { kind: "acknowledged", stream: STREAM, number: 0 },
      ],
      { owed: 1, received: 1 },
    ],
    ["owed nothing that was only offered", [{ kind: "offered", stream: STREAM, number: 0 }], { owed: 0, received: 0 }],
  ])("%s", (_, notes, expected) => {
    const { verdicts } = judge(...notes, LEAVES);
    expect(verdicts).toEqual([{ ...CLEAN, stream: STREAM, receiver: "anna", ...expected }]);
  });
});

test("what comes to somebody who has left was for somebody else, and what was never sent is a phantom", () => {
  const { verdicts } = judge(sent(0), received(0), LEAVES, sent(1), received(1), received(5));
  expect(verdicts.slice(1)).toMatchObject([{ leaked: [1] }, { phantom: [5] }]);
});

test("who has what it is owed is settled, and so is who knows of its losses", () => {
  const { checker } = judge(sent(0));
  expect([checker.isSettled("anna"), checker.isDelivered(STREAM)]).toEqual([false, false]);
  checker.note(received(0));
  expect([checker.isSettled("anna"), checker.isDelivered(STREAM)]).toEqual([true, true]);
  checker.note(sent(1));
  checker.note({ kind: "connected", receiver: "anna", recovered: false });
  expect(checker.isSettled("anna")).toBe(true);
});

test("nothing is followed once receivers, or streams, are forgotten", () => {
  const { checker, verdicts } = judge(sent(0), received(0));
  expect(checker.size).toBe(1);
  checker.forgetReceiver("anna");
  expect([checker.size, verdicts.length]).toEqual([0, 1]);
  const other = judge(sent(0));
  other.checker.forgetStream(STREAM);
  expect([other.checker.size, other.verdicts]).toMatchObject([0, [{ lost: [0] }]]);
});
