// A chart for each metric of a result, and the list of them in the document.
// Place: result -> **charts** -> document

import type { BenchResult, ResultRow } from "../result.ts";
import { renderBarChart } from "./bar-chart.ts";
import type { ChartFile } from "./scaling.ts";

function metricsOf({ rows }: BenchResult): ReadonlyMap<string, readonly ResultRow[]> {
  const metrics = new Map<string, ResultRow[]>();
  for (const row of rows) metrics.set(row.metric, [...(metrics.get(row.metric) ?? []), row]);
  return metrics;
}

/** The files, one for each metric. */
export function renderCharts(result: BenchResult): readonly ChartFile[] {
  return [...metricsOf(result)].map(([metric, rows]) => ({ name: `${metric}.svg`, svg: renderBarChart(metric, rows) }));
}

/** Where they are, as Markdown. */
export function renderChartList(result: BenchResult): string {
  const links = [...metricsOf(result).keys()].map((metric) => `[${metric}](benchmarks/${metric}.svg)`);
  return `As bars, one picture for each metric: ${links.join(", ")}.`;
}
