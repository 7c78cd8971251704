import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

test("sizes what the options say, and the rest as by default", () => {
  const table = simulate(["--connections", "10000", "--broadcastsPerS", "0", "--eventsPerS", "0"]);
  expect(table).toContain("| nodes (one process each) | 1, as the memory asks |");
});

test("without interest routing a broadcast goes to every node", () => {
  const idle = ["--broadcastsPerS", "0", "--eventsPerS", "0", "--roomSize", "1"];
  expect(simulate(idle)).toContain("| nodes that a broadcast goes to | 1.0 |");
  expect(simulate([...idle, "--no-interest-routing"])).toContain("| nodes that a broadcast goes to | 8.0 |");
});

test("lists its options", () => {
  expect(simulate(["--help"])).toContain("--roomSize NUMBER");
});

test("refuses an option that it does not know", () => {
  expect(() => simulate(["--rooms", "1"])).toThrow("Unknown option");
});
