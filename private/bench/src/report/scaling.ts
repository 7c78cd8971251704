// How costs grow, in words and charts: what the largest size costs beside the smallest.
// Place: result -> **scaling** -> output, document
// Rules: a factor of 1 is flat; medians of the rounds.

import { SCALES, type Scale } from "../metrics/scaling-metrics.ts";
import { type PeerName, REFERENCE } from "../peers/peer.ts";
import type { BenchResult } from "../result.ts";
import { median } from "../statistics.ts";
import { renderLineChart, type Series } from "./line-chart.ts";
import { renderTable } from "./table.ts";

const PEERS: readonly PeerName[] = ["bowline", REFERENCE];

/** The lines of a scale: what each peer's figure was at each size. */
function seriesOf(scale: Scale, { rows }: BenchResult): readonly Series[] {
  const own = rows.filter(({ key }) => key.startsWith(`${scale.name}@`));
  return PEERS.map((peer) => ({
    name: peer,
    isOurs: peer === "bowline",
    points: own.flatMap(({ key, values }) => {
      const measured = values[peer];
      const size = Number(key.slice(scale.name.length + 1));
      return measured === undefined || measured.length === 0 ? [] : [{ size, value: median(measured) }];
    }),
  })).filter(({ points }) => points.length > 0);
}

function growth({ points }: Series): number {
  return (points.at(-1)?.value ?? Number.NaN) / (points.at(0)?.value ?? Number.NaN);
}

/** How flat a scale is, in a sentence. */
function sentenceOf({ label, of }: Scale, series: readonly Series[]): string {
  const sizes = series[0]?.points.map(({ size }) => size.toLocaleString("en-GB")) ?? [];
  const factors = series.map((line) => `${growth(line).toFixed(2)} for ${line.name}`);
  return `From ${sizes.at(0)} to ${sizes.at(-1)} ${of}, ${label} changes by a factor of ${factors.join(", ")}.`;
}

function tableOf({ of, unit }: Scale, series: readonly Series[]): string {
  const sizes = series[0]?.points.map(({ size }) => size) ?? [];
  const figureAt = (line: Series, size: number) => line.points.find((point) => point.size === size)?.value;
  const rows = series.map((line) => [line.name, ...sizes.map((size) => figureAt(line, size)?.toPrecision(3) ?? "")]);
  return renderTable([`${of}, ${unit}`, ...sizes.map((size) => size.toLocaleString("en-GB"))], rows);
}

/** A file beside the document. */
export interface ChartFile {
  readonly name: string;
  readonly svg: string;
}

/** What is known of scaling, as Markdown and as files that it shows. */
export function renderScaling(result: BenchResult): {
  readonly markdown: string;
  readonly files: readonly ChartFile[];
} {
  const shown = SCALES.map((scale) => ({ scale, series: seriesOf(scale, result) })).filter(
    ({ series }) => series.length > 0,
  );
  const files = shown.map(({ scale, series }) => ({
    name: `scaling-${scale.name.replace(".", "-")}.svg`,
    svg: renderLineChart(scale.label, scale.of, scale.unit, series),
  }));
  const parts = shown.flatMap(({ scale, series }, index) => [
    sentenceOf(scale, series),
    `![${scale.label} by ${scale.of}](benchmarks/${files[index]?.name})`,
    tableOf(scale, series),
  ]);
  const { date, rounds, durationS } = result;
  const when = `Measured ${date.slice(0, 16).replace("T", " ")} UTC in ${durationS} s, ${rounds} rounds; medians. Every value is in [scaling.json](benchmarks/scaling.json).`;
  return { markdown: [...parts, when].join("\n\n"), files };
}
