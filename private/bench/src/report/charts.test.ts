import { describe, expect, test } from "vitest";
import { type BenchResult, type ResultRow, readResult } from "../result.ts";
import { renderBarChart } from "./bar-chart.ts";
import { renderChartList, renderCharts } from "./charts.ts";
import { renderLineChart } from "./line-chart.ts";
import { renderScaling } from "./scaling.ts";
import { escapeXml } from "./svg.ts";
import { renderTimeChart } from "./time-chart.ts";

const ROW: ResultRow = {
  metric: "echo",
  key: "echo.cpu",
  label: "echo + ack",
  unit: "µs",
  clients: 1000,
  values: { bowline: [10, 20], "socket.io 4.8": [40, 40] },
  loadUtilisation: {},
};

const RESULT: BenchResult = {
  ...readResult('{"format":1,"rows":[],"machine":{}}'),
  date: "2026-01-02T03:04:05.000Z",
  rounds: 2,
  durationS: 90,
  rows: [ROW, { ...ROW, metric: "memory", key: "memory.rss" }, { ...ROW, metric: "memory", key: "memory.heap" }],
};

/** The numbers of an attribute, in their order. */
function numbers(svg: string, element: string, attribute: string): readonly number[] {
  return Array.from(svg.matchAll(new RegExp(`<${element} [^>]*\\b${attribute}="(\\d+)"`, "g")), ([, value]) =>
    Number(value),
  );
}

describe("bars", () => {
  const svg = renderBarChart("echo", [ROW]);

  test("are as long as the medians", () => {
    const [ours = 0, theirs = 0] = numbers(svg, "rect", "width");
    expect(ours / theirs).toBeCloseTo(15 / 40, 2);
  });

  test("have a mark at the minimum", () => {
    const [left = 0] = numbers(svg, "rect", "x");
    const [, whole = 0] = numbers(svg, "rect", "width");
    expect(numbers(svg, "line", "x1")[0]).toBe(left + whole / 4);
  });

  test("are told in words for those who cannot see them", () => {
    expect(svg).toContain('<title id="title">echo: less is better</title>');
    expect(svg).toContain("echo + ack, µs: bowline 15.0, socket.io 4.8 40.0.</desc>");
  });

  test("have a picture for each metric, which the list leads to", () => {
    expect(renderCharts(RESULT).map(({ name }) => name)).toEqual(["echo.svg", "memory.svg"]);
    expect(renderChartList(RESULT)).toContain("[echo](benchmarks/echo.svg), [memory](benchmarks/memory.svg).");
  });
});

describe("lines", () => {
  test("rise by the figure from 0, and run by the logarithm of the size", () => {
    const points = [
      { size: 10, value: 1 },
      { size: 100, value: 1 },
      { size: 1000, value: 2 },
    ];
    const svg = renderLineChart("echo", "clients", "µs", [{ name: "bowline", isOurs: true, points }]);
    const [first = 0, second = 0, third = 0] = numbers(svg, "circle", "cx");
    expect(second - first).toBe(third - second);
    const [low = 0, , high = 0] = numbers(svg, "circle", "cy");
    const [floor = 0] = numbers(svg, "line", "y1");
    expect((floor - high) / (floor - low)).toBeCloseTo(2, 1);
  });
});

describe("scaling", () => {
  const at = (size: number, ours: number, theirs: number): ResultRow => ({
    ...ROW,
    key: `connections.echo@${size}`,
    values: { bowline: [ours], "socket.io 4.8": [theirs] },
  });
  const { markdown, files } = renderScaling({ ...RESULT, rows: [at(100, 10, 20), at(10_000, 11, 30)] });

  test("is the factor between the smallest and the largest size", () => {
    expect(markdown).toContain(
      "From 100 to 10,000 connections, echo + ack changes by a factor of 1.10 for bowline, 1.50 for socket.io 4.8.",
    );
  });

  test("has a picture, which is shown, and the figures", () => {
    expect(files.map(({ name }) => name)).toEqual(["scaling-connections-echo.svg"]);
    expect(markdown).toContain("![echo + ack by connections](benchmarks/scaling-connections-echo.svg)");
    expect(markdown).toContain("| socket.io 4.8   | 20.0 |   30.0 |");
  });
});

test("text cannot end what it stands in", () => {
  expect(escapeXml('{ "a" } <b> & c')).toBe("{ &quot;a&quot; } &lt;b&gt; &amp; c");
});

describe("panels over time", () => {
  const points = (values: readonly number[]) => values.map((value, at) => ({ at, value }));
  const svg = renderTimeChart("A run", "minutes", [
    {
      title: "memory, MB",
      lines: [
        { name: "heap", isOurs: true, points: points([10, 10, 10]) },
        { name: "resident", isOurs: false, points: points([20, 30, 40]) },
      ],
    },
    { title: "delay, ms", lines: [{ name: "99 %", isOurs: true, points: points([1, 5, 2]) }] },
  ]);
  const lines = Array.from(svg.matchAll(/<polyline points="([^"]*)" class="(\w+) line"/g), ([, places = "", side]) => ({
    side,
    heights: places.split(" ").map((place) => Number(place.split(",")[1])),
  }));

  test("have a line for each figure, ours in its own colour", () => {
    expect(lines.map(({ side }) => side)).toEqual(["ours", "theirs", "ours"]);
  });

  test("show what is flat as flat, and what rises as rising", () => {
    const [flat, rising] = lines.map(({ heights }) => heights);
    expect(new Set(flat).size).toBe(1);
    expect(rising).toEqual([...(rising ?? [])].sort((a, b) => b - a));
  });

  test("tell the range of each line to those who cannot see it", () => {
    expect(svg).toContain("delay, ms, 99 %: from 1.00 to 5.00, at the end 2.00.");
  });
});
