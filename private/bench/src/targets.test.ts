import { expect, test } from "vitest";
import { CLUSTER_METRICS } from "./metrics/cluster-metrics.ts";
import { METRICS } from "./metrics/metrics.ts";
import type { ResultRow } from "./result.ts";
import { judge, TARGETS, type Target } from "./targets.ts";

const TARGET: Target = { kind: "ratio", key: "echo.cpu", against: "socket.io 4.8", must: 2, stretch: 3 };

function row(ours: readonly number[], theirs: readonly number[]): ResultRow {
  const values = { bowline: ours, "socket.io 4.8": theirs };
  return { metric: "echo", key: "echo.cpu", label: "echo", unit: "µs", values, loadUtilisation: {} };
}

const standings = (subject: ResultRow) => judge(subject, [TARGET]).map((verdict) => verdict.standing);

test("a target is met when the median ratio and the ratio of the minima reach it", () => {
  expect(standings(row([10, 10], [20, 20]))).toEqual(["met"]);
});

test("a target is not met by the minima alone", () => {
  expect(standings(row([10, 30, 30], [25, 30, 30]))).toEqual(["below"]);
});

test("a target is not met by the median alone", () => {
  expect(standings(row([10, 10, 10], [11, 30, 30]))).toEqual(["below"]);
});

test("what reaches the further mark is told so", () => {
  expect(standings(row([10], [30]))).toEqual(["stretch"]);
});

test("a row without the peer of the target has no verdict", () => {
  expect(judge({ ...row([1], [2]), values: { bowline: [1] } }, [TARGET])).toEqual([]);
});

test("a row of another key has no verdict", () => {
  expect(judge({ ...row([1], [2]), key: "connect.cpu" }, [TARGET])).toEqual([]);
});

test.each([
  [9, "met"],
  [9.1, "below"],
])("a row of %d whose limit is 9 is %s", (value, standing) => {
  expect(judge(row([value], [20]), [{ kind: "limit", key: "echo.cpu", most: 9 }])).toMatchObject([{ standing }]);
});

test("every target is of a row that is measured, against a peer that takes part in it", () => {
  const measured = [...METRICS, ...CLUSTER_METRICS].flatMap((metric) =>
    metric.figures.flatMap(({ key }) => metric.peers.map((peer) => `${key} ${peer}`)),
  );
  const wanted = TARGETS.map((target) => `${target.key} ${target.kind === "ratio" ? target.against : "bowline"}`);
  expect(wanted.filter((name) => !measured.includes(name))).toEqual([]);
});
