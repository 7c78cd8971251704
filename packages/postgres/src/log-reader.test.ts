import { expect, test } from "vitest";
import { type KeptEntry, LogReader } from "./log-reader.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A reader over a table that the test fills; what it tells is in `told`. */
function scene(): { reader: LogReader; told: string[]; table: KeptEntry[]; reads: () => number } {
  const told: string[] = [];
  const table: KeptEntry[] = [];
  let reads = 0;
  const reader = new LogReader(
    {
      fromBase64: bytes,
      async *readBehind({ seq }) {
        reads++;
        await Promise.resolve();
        yield* table.filter((entry) => entry.seq > seq);
      },
      failed: () => told.push("failed"),
      thrown: () => told.push("thrown"),
    },
    { entry: (entry) => told.push(new TextDecoder().decode(entry.bytes)), gap: () => told.push("(gap)") },
    { epoch: 1, seq: 5 },
  );
  return { reader, told, table, reads: () => reads };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("an entry that follows on the last is told without a read", () => {
  const { reader, told, reads } = scene();
  reader.appended({ epoch: 1, seq: 6, base64: "six" });
  reader.appended({ epoch: 1, seq: 7, base64: "seven" });
  expect([told, reads()]).toEqual([["six", "seven"], 0]);
});

test("an entry that was told already is not told again", () => {
  const { reader, told } = scene();
  for (const seq of [5, 6, 6, 1]) reader.appended({ epoch: 1, seq, base64: String(seq) });
  expect(told).toEqual(["6"]);
});

test("an entry behind others that did not come has them read first", async () => {
  const { reader, told, table } = scene();
  table.push(...[6, 7, 8].map((seq) => ({ epoch: 1, seq, bytes: bytes(String(seq)) })));
  reader.appended({ epoch: 1, seq: 8, base64: "8" });
  await settled();
  expect(told).toEqual(["6", "7", "8"]);
});

test("what is appended while it reads is neither lost nor doubled", async () => {
  const { reader, told, table } = scene();
  table.push({ epoch: 1, seq: 6, bytes: bytes("6") });
  reader.resume();
  table.push({ epoch: 1, seq: 7, bytes: bytes("7") });
  reader.appended({ epoch: 1, seq: 7, base64: "7" });
  await settled();
  expect(told).toEqual(["6", "7"]);
});

test("entries that are gone are told as a gap", async () => {
  const { reader, told, table } = scene();
  table.push({ epoch: 1, seq: 9, bytes: bytes("9") });
  reader.appended({ epoch: 1, seq: 9, base64: undefined });
  await settled();
  expect(told).toEqual(["(gap)", "9"]);
});

test("a reader that was stopped tells nothing more", async () => {
  const { reader, told, table } = scene();
  table.push({ epoch: 1, seq: 6, bytes: bytes("6") });
  reader.resume();
  reader.stop();
  reader.appended({ epoch: 1, seq: 7, base64: "7" });
  await settled();
  expect(told).toEqual([]);
});
