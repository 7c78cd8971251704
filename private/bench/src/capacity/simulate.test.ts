import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ResultRow } from "../result.ts";
import { costsIn, readCosts } from "./measured-costs.ts";
import { simulate, withSizing } from "./simulate.ts";

const row = (key: string, values: readonly number[]): ResultRow => ({
  metric: "",
  key,
  label: "",
  unit: "µs",
  values: { bowline: values },
  loadUtilisation: {},
});

const SERVERS = { rows: [row("memory.rss", [12]), row("broadcast.cpu", [2]), row("echo.cpu", [12])] };
const CLUSTERS = {
  rows: [row("alone.cpu", [20]), row("redis.cpu", [40, 50, 60]), row("redis.receive", [25]), row("redis.broker", [40])],
};
const COSTS = costsIn(SERVERS, CLUSTERS);

const line = (text: string, name: string) => text.split("\n").find((found) => found.startsWith(`| ${name} `));
const cells = (text: string, name: string) =>
  line(text, name)
    ?.split("|")
    .map((cell) => cell.trim())
    .slice(2, -1);

test("calculates with medians of the bench: publishing is what a server of a cluster costs more", () => {
  expect(COSTS.map(({ name, value }) => [name, value])).toEqual([
    ["connectionKib", 12],
    ["deliveryUs", 2],
    ["eventUs", 12],
    ["publishUs", 30],
    ["receiveUs", 25],
    ["brokerUs", 10],
  ]);
});

test("is refused where the bench has not measured a row", () => {
  expect(() => costsIn({ rows: [] }, CLUSTERS)).toThrow('Cannot calculate with "memory.rss"');
});

test("calls an estimate what no run has measured", () => {
  expect(cells(simulate([], costsIn(SERVERS, undefined)), "to publish an event")?.[1]).toBe("an estimate, no row");
});

test("says which row each cost is of", () => {
  expect(cells(simulate([], COSTS), "to publish an event")).toEqual([
    "30.0 µs",
    "`redis`, publishing server, less `alone`",
  ]);
});

test("sizes what the options say, and the rest as by default", () => {
  const table = simulate(["--connections", "10000", "--broadcastsPerS", "0", "--eventsPerS", "0"], COSTS);
  expect(cells(table, "nodes (one process each)")).toEqual(["1, as the memory asks"]);
});

test("without options it sizes one million and ten millions", () => {
  expect(cells(simulate([], COSTS), "connections per node")).toHaveLength(3);
});

test("without interest routing a broadcast goes to every node, and with rooms together to one", () => {
  const idle = ["--broadcastsPerS", "0", "--eventsPerS", "0", "--roomSize", "1000"];
  const reach = (...more: string[]) => cells(simulate([...idle, ...more], COSTS), "nodes that a broadcast goes to");
  expect([reach("--no-interest-routing"), reach("--rooms-together")]).toEqual([["8.0"], ["1.0"]]);
});

test("lists its options", () => {
  expect(simulate(["--help"], COSTS)).toContain("--roomSize NUMBER");
});

test("refuses an option that it does not know", () => {
  expect(() => simulate(["--rooms", "1"], COSTS)).toThrow("Unknown option");
});

test("docs/scaling.md shows what the command prints", () => {
  const page = readFileSync(new URL("../../../../docs/scaling.md", import.meta.url), "utf8");
  expect(withSizing(page, readCosts())).toBe(page);
});
