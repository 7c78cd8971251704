// The comparison can fail: it sees what is missing, added, moved or no longer true.
// Place: **tests** -> comparison

import { describe, expect, test } from "vitest";
import { ALL_MODES } from "./case.ts";
import { CASES } from "./cases.ts";
import { type Difference, differencesFor, expectedLines } from "./compare.ts";
import { describeValue } from "./describe-value.ts";
import { DIFFERENCES } from "./differences.ts";
import {
  MIXED_PAIRINGS,
  OTHER_VERSION_PAIRINGS,
  OUR_CLIENT_PAIRINGS,
  OUR_OWN_PAIRINGS,
  OUR_SERVER_PAIRINGS,
  peersName,
} from "./pairings.ts";
import { makeTranscript } from "./transcript.ts";

const reference = ["client: connect", "client: news(1)", "server: connection"];

function difference(theirs: readonly string[], ours: readonly string[]): Difference {
  return {
    script: "a case",
    pairings: ["our server with client 4.8"],
    modes: ["polling"],
    reason: "a reason",
    changes: [{ theirs, ours }],
  };
}

describe("expected lines", () => {
  test("are those of the reference where nothing differs", () => {
    expect(expectedLines(reference, [])).toEqual(reference);
  });

  test("have our lines in the place of the official ones", () => {
    expect(expectedLines(reference, [difference(["client: news(1)"], ["client: news(2)", "client: news(3)"])])).toEqual(
      ["client: connect", "client: news(2)", "client: news(3)", "server: connection"],
    );
  });

  test("refuse a difference whose official lines are not there", () => {
    expect(() => expectedLines(reference, [difference(["client: news(7)"], [])])).toThrow(
      "no lines\n  client: news(7)",
    );
  });

  test("refuse a difference without official lines", () => {
    expect(() => expectedLines(reference, [difference([], ["client: more"])])).toThrow("no lines");
  });
});

describe("differences", () => {
  test("hold for their case, pairing and transports only", () => {
    const all = [difference(["client: connect"], [])];
    const [withLegacy, withModern] = OUR_SERVER_PAIRINGS;
    expect(withLegacy && differencesFor(all, "a case", withLegacy, "polling")).toEqual([]);
    expect(withModern && differencesFor(all, "a case", withModern, "polling")).toEqual(all);
    expect(withModern && differencesFor(all, "a case", withModern, "websocket")).toEqual([]);
    expect(withModern && differencesFor(all, "another", withModern, "polling")).toEqual([]);
  });

  test("are listed for cases, pairings and transports that there are", () => {
    const pairings = [
      ...OUR_SERVER_PAIRINGS,
      ...OUR_CLIENT_PAIRINGS,
      ...OTHER_VERSION_PAIRINGS,
      ...OUR_OWN_PAIRINGS,
      ...MIXED_PAIRINGS,
    ];
    expect(CASES.map(({ name }) => name)).toEqual(expect.arrayContaining(DIFFERENCES.map(({ script }) => script)));
    expect(pairings.map(peersName)).toEqual(expect.arrayContaining(DIFFERENCES.flatMap((entry) => entry.pairings)));
    expect(ALL_MODES).toEqual(expect.arrayContaining(DIFFERENCES.flatMap((entry) => entry.modes)));
  });
});

describe("a transcript", () => {
  test("keeps the order within a lane and sorts the lanes", () => {
    const transcript = makeTranscript();
    transcript.lane("server").add("one");
    transcript.lane("client").add("b");
    transcript.lane("server").add("two");
    transcript.lane("client").add("a");
    expect(transcript.lines()).toEqual(["client: b", "client: a", "server: one", "server: two"]);
  });

  test("takes nothing more once it is sealed", () => {
    const transcript = makeTranscript();
    transcript.lane("client").add("in time");
    transcript.seal();
    transcript.lane("client").add("too late");
    expect(transcript.lines()).toEqual(["client: in time"]);
  });
});

describe("described values", () => {
  test("tell apart what user code can tell apart", () => {
    const values = [
      null,
      undefined,
      "1",
      1,
      [],
      {},
      Buffer.from([1]),
      Uint8Array.of(1),
      Uint8Array.of(1).buffer,
      ["1"],
      [1],
    ];
    expect(new Set(values.map(describeValue)).size).toBe(values.length);
  });

  test("show a long string by length and digest", () => {
    expect(describeValue("x".repeat(900_000))).toMatch(/^string\(900000\) sha1 [0-9a-f]{12}$/);
  });
});
