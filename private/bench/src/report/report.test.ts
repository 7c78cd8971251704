import { expect, test } from "vitest";
import type { BenchResult, ResultRow } from "../result.ts";
import { renderReport } from "./report.ts";

const ECHO: ResultRow = {
  metric: "echo",
  key: "echo.cpu",
  label: "echo + ack",
  unit: "µs",
  clients: 1000,
  values: { bowline: [20, 22], "socket.io 4.8": [40, 33], ws: [16, 18] },
  loadUtilisation: { bowline: 0.5, ws: 0.95 },
};

const RESULT: BenchResult = {
  format: 1,
  date: "2026-01-02T03:04:05.000Z",
  mode: "full",
  rounds: 2,
  durationS: 90,
  machine: {
    cpu: "A processor",
    cores: 2,
    system: "Linux 6",
    node: "v20.0.0",
    pinned: [0, 1],
    loadAverage: [0.1, 1.2],
  },
  versions: { ws: "8.0.0" },
  processes: [],
  rows: [ECHO],
};

/** The cells of the only row. */
function cells(result: BenchResult): readonly string[] {
  const line = renderReport(result).split("\n")[2] ?? "";
  return line.split("|").map((cell) => cell.trim());
}

test("a row has minimum and median of each peer, ratios, targets and how it stands to them", () => {
  expect(cells(RESULT)).toEqual([
    "",
    "echo + ack [1000], µs",
    "20.0 / 21.0",
    "33.0 / 36.5",
    "",
    "ws 16.0 / 17.0",
    "1.75x / 1.65x",
    "1.8x (2.3x), at most 1.00 of ws",
    "below, below (1.25)",
    "",
  ]);
});

test("rows below their targets are listed by name", () => {
  expect(renderReport(RESULT)).toContain("Below their targets: echo + ack.");
});

test("a result whose rows reach their targets says so", () => {
  const values = { bowline: [10], "socket.io 4.8": [40], ws: [16] };
  expect(renderReport({ ...RESULT, rows: [{ ...ECHO, values }] })).toContain("Every row with a target reaches it.");
});

test("a result without targets does not claim to reach them", () => {
  const report = renderReport({ ...RESULT, rows: [{ ...ECHO, key: "other" }] });
  expect(report).toContain("None of these rows has a target that could be judged.");
});

test("peers on other engines have a table of their own", () => {
  const values = { bowline: [10], "socket.io 4.8": [40], uWS: [5, 6] };
  const lines = renderReport({ ...RESULT, rows: [{ ...ECHO, values }] }).split("\n");
  const title = lines.indexOf("On other engines than Node's:");
  expect(lines.slice(title + 2, title + 5)).toEqual([
    "| [clients], unit       |     Bowline |         uWS |",
    "| --------------------- | ----------: | ----------: |",
    "| echo + ack [1000], µs | 10.0 / 10.0 | 5.00 / 5.50 |",
  ]);
});

test("a peer that could not be measured is told with the reason", () => {
  const report = renderReport({ ...RESULT, absent: { uWS: "npm did not install it" } });
  expect(report).toContain("- uWS was not measured: npm did not install it");
});

test("a load process without time to spare is told, with the peer", () => {
  expect(renderReport(RESULT)).toContain("- echo + ack, ws: the load process was busy for 95 % of the time");
});

test("a result without anything to beware of warns of nothing", () => {
  expect(renderReport({ ...RESULT, rows: [{ ...ECHO, loadUtilisation: {} }] })).not.toContain("Beware");
});

test("processes that were not pinned, and quick runs, are told", () => {
  const report = renderReport({ ...RESULT, mode: "quick", machine: { ...RESULT.machine, pinned: null } });
  expect(report).toContain("- Server and load process were not pinned to processors of their own.");
  expect(report).toContain("- A quick run: its figures are rough.");
});

test("a machine that was busy with other things is told", () => {
  const machine = { ...RESULT.machine, loadAverage: [7, 2] as const };
  expect(renderReport({ ...RESULT, machine })).toContain("- Other programs kept the machine busy");
});

test("says when, on what and with which versions it was measured", () => {
  const report = renderReport(RESULT);
  expect(report).toContain(
    "Measured 2026-01-02 03:04 UTC in 90 s, 2 rounds; Node 20.0.0; A processor, 2 cores, Linux 6;",
  );
  expect(report).toContain("Packages: ws 8.0.0.");
});
