// Connected servers, in tables and charts: what each way to connect them costs beside upstream's.
// Place: result -> **clusters** -> output, document
// Rules: minimum and median of all rounds, and ratios, as everywhere; each table is of one question; what a busy machine does
//        to the figures is said below.

import { SPREADS } from "../metrics/cluster-metrics.ts";
import { REFERENCE } from "../peers/peer.ts";
import { type BenchResult, peersOf, type ResultRow } from "../result.ts";
import { summarise } from "../statistics.ts";
import { judge } from "../targets.ts";
import { renderCharts } from "./charts.ts";
import { renderLineChart, type Series } from "./line-chart.ts";
import { cell, circumstances, ratioCell, warnings } from "./report.ts";
import type { ChartFile } from "./scaling.ts";
import { renderTable } from "./table.ts";

const NAME = "clusters";
const SIDES = ["bowline", REFERENCE] as const;

function demands(row: ResultRow): string {
  return judge(row)
    .map(({ target, standing }) => (target.kind === "ratio" ? `${target.must.toFixed(2)}x: ${standing}` : standing))
    .join(", ");
}

function tableOf(rows: readonly ResultRow[]): string {
  const head = ["minimum / median", "Bowline", REFERENCE, "times cheaper", "target"];
  const cells = rows.map((row) => [
    `${row.label}, ${row.unit}`,
    cell(row, "bowline"),
    cell(row, REFERENCE),
    ratioCell(row),
    demands(row),
  ]);
  return renderTable(head, cells);
}

/** Deliveries in a second by the number of servers: what the time for each says the other way round. */
function deliveriesOf(rows: readonly ResultRow[]): readonly string[] {
  const measured = SPREADS.flatMap((nodes) => rows.find(({ key }) => key === `spread-${nodes}.wall`) ?? []);
  const isWhole = measured.every(({ values }) => SIDES.every((peer) => values[peer] !== undefined));
  if (!isWhole || measured.length < SPREADS.length) return [];
  const perSecond = (us: number) => Math.round(1e6 / us).toLocaleString("en-GB");
  const cells = SIDES.map((peer) => [
    peer === "bowline" ? "Bowline" : peer,
    ...measured.map(({ values }) => {
      const { minimum, median } = summarise(values[peer] ?? []);
      return `${perSecond(minimum)} / ${perSecond(median)}`;
    }),
  ]);
  const head = ["deliveries per second, best / median", ...SPREADS.map((nodes) => `${nodes} servers`)];
  return [renderTable(head, cells)];
}

/** What a delivery costs all servers together, by their number. */
function spreadChart(rows: readonly ResultRow[]): readonly ChartFile[] {
  const series: readonly Series[] = SIDES.map((peer) => ({
    name: peer,
    isOurs: peer === "bowline",
    points: SPREADS.flatMap((size) => {
      const values = rows.find(({ key }) => key === `spread-${size}.cpu`)?.values[peer];
      return values === undefined ? [] : [{ size, value: summarise(values).median }];
    }),
  }));
  if (series.some(({ points }) => points.length < SPREADS.length)) return [];
  const svg = renderLineChart("all servers together, per delivery", "servers", "µs", series);
  return [{ name: `${NAME}-spread.svg`, svg }];
}

/** What is known of clusters, as Markdown and as files that it shows. */
export function renderClusters(result: BenchResult): {
  readonly markdown: string;
  readonly files: readonly ChartFile[];
} {
  const rows = result.rows.filter((row) => peersOf(row).length > 0);
  const isSpread = ({ metric }: ResultRow) => metric.startsWith("spread-");
  const bars = renderCharts({ ...result, rows: rows.filter((row) => !isSpread(row)) });
  const files = [...bars.map(({ name, svg }) => ({ name: `${NAME}-${name}`, svg })), ...spreadChart(rows)];
  const links = files.map(({ name }) => `[${name.slice(NAME.length + 1, -".svg".length)}](benchmarks/${name})`);
  const warned = warnings(result).map((text) => `- ${text}`);
  const markdown = [
    tableOf(rows),
    ...deliveriesOf(rows),
    `As pictures: ${links.join(", ")}.`,
    ...(warned.length === 0 ? [] : [`Beware:\n\n${warned.join("\n")}`]),
    `${circumstances(result)} Every value is in [${NAME}.json](benchmarks/${NAME}.json).`,
  ];
  return { markdown: markdown.join("\n\n"), files };
}
