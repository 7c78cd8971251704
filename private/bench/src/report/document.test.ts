import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { METRICS } from "../metrics/metrics.ts";
import { type BenchResult, readResult } from "../result.ts";
import { renderChartList, renderCharts } from "./charts.ts";
import { replacePart, whyNotForDocuments } from "./document.ts";
import { renderReport } from "./report.ts";

const DOCS = new URL("../../../../docs/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, DOCS), "utf8");

const WHOLE: BenchResult = {
  ...readResult('{"format":1,"rows":[],"machine":{}}'),
  mode: "full",
  rounds: 4,
  rows: METRICS.flatMap((metric) =>
    metric.figures.map(({ key, label, unit }) => ({
      metric: metric.name,
      key,
      label,
      unit,
      values: Object.fromEntries(metric.peers.map((peer) => [peer, [1]])),
      loadUtilisation: {},
    })),
  ),
};

describe("replacePart", () => {
  test("puts the content between the markers and leaves the rest alone", () => {
    const document = "# Title\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nrest\n";
    expect(replacePart(document, "bench", "new")).toBe(
      "# Title\n<!-- bench: begin -->\n\nnew\n\n<!-- bench: end -->\nrest\n",
    );
  });

  test.each(["no markers", "<!-- bench: begin -->", "<!-- bench: end --><!-- bench: begin -->"])(
    "refuses a document with %s",
    (document) => {
      expect(() => replacePart(document, "bench", "new")).toThrow(SyntaxError);
    },
  );
});

describe("whyNotForDocuments", () => {
  test("a whole run is fit for the document", () => {
    expect(whyNotForDocuments(WHOLE)).toBeUndefined();
  });

  test.each([
    ["a quick run", { ...WHOLE, mode: "quick" }, "it is from a quick run"],
    ["a run of two rounds", { ...WHOLE, rounds: 2 }, "it has 2 rounds, fewer than 4"],
    ["a run without echo", { ...WHOLE, rows: WHOLE.rows.slice(1) }, "it lacks peers or figures of echo.cpu"],
  ])("%s is not", (_what, result, reason) => {
    expect(whyNotForDocuments(result)).toBe(reason);
  });
});

describe("docs/benchmarks.md", () => {
  test("shows the figures of docs/benchmarks.json", () => {
    const document = read("benchmarks.md");
    expect(replacePart(document, "bench", renderReport(readResult(read("benchmarks.json"))))).toBe(document);
  });

  test("leads to the pictures of docs/benchmarks.json, and they are there", () => {
    const document = read("benchmarks.md");
    const result = readResult(read("benchmarks.json"));
    expect(replacePart(document, "charts", renderChartList(result))).toBe(document);
    const files = renderCharts(result);
    expect(files.filter(({ name, svg }) => read(`benchmarks/${name}`) !== svg)).toEqual([]);
  });
});
