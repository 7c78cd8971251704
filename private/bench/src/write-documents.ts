// Files that are kept: results, and what docs/benchmarks.md shows of them.
// Place: run -> result -> **write documents** -> document

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./processes.ts";
import { renderChartList, renderCharts } from "./report/charts.ts";
import { renderClusters } from "./report/clusters.ts";
import { type Part, replacePart, whyNotClusters, whyNotForDocuments, whyNotScaling } from "./report/document.ts";
import { renderReport } from "./report/report.ts";
import { type ChartFile, renderScaling } from "./report/scaling.ts";
import { type BenchResult, formatResult, readResult } from "./result.ts";

const DOCUMENT = join(ROOT, "docs", "benchmarks.md");
const DOCUMENT_RESULT = join(ROOT, "docs", "benchmarks.json");
const CHARTS = join(ROOT, "docs", "benchmarks");
const CLUSTERS_RESULT = join(CHARTS, "clusters.json");
const SCALING_RESULT = join(CHARTS, "scaling.json");

/** Keeps a result in a file. */
export function keep(path: string, result: BenchResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, formatResult(result));
}

function writeFiles(files: readonly ChartFile[]): void {
  mkdirSync(CHARTS, { recursive: true });
  for (const { name, svg } of files) writeFileSync(join(CHARTS, name), svg);
}

/** Puts a part into the document. */
export function writePart(part: Part, content: string): void {
  writeFileSync(DOCUMENT, replacePart(readFileSync(DOCUMENT, "utf8"), part, content));
}

function readKept(from: string, whyNot: (result: BenchResult) => string | undefined): BenchResult {
  if (!existsSync(from)) throw new Error(`Cannot read "${from}": it does not exist; run \`npm run bench\` first`);
  const result = readResult(readFileSync(from, "utf8"));
  const reason = whyNot(result);
  if (reason !== undefined) throw new Error(`Cannot put "${from}" into the document: ${reason}`);
  return result;
}

/**
 * Puts a kept result into the document, with its charts.
 *
 * @returns When it was measured.
 * @throws Error when it is not fit for that.
 */
export function writeDocument(from: string): string {
  const result = readKept(from, whyNotForDocuments);
  writePart("bench", renderReport(result));
  writePart("charts", renderChartList(result));
  writeFiles(renderCharts(result));
  keep(DOCUMENT_RESULT, { ...result, processes: [] });
  return result.date;
}

/**
 * Puts what is known of scaling into the document, with its charts.
 *
 * @returns When it was measured.
 * @throws Error when it is not fit for that.
 */
export function writeScaling(from: string): string {
  const result = readKept(from, whyNotScaling);
  const { markdown, files } = renderScaling(result);
  writePart("scaling", markdown);
  writeFiles(files);
  keep(SCALING_RESULT, { ...result, processes: [] });
  return result.date;
}

/**
 * Puts what is known of clusters into the document, with its charts.
 *
 * @returns When it was measured.
 * @throws Error when it is not fit for that.
 */
export function writeClusters(from: string): string {
  const result = readKept(from, whyNotClusters);
  const { markdown, files } = renderClusters(result);
  writePart("clusters", markdown);
  writeFiles(files);
  keep(CLUSTERS_RESULT, { ...result, processes: [] });
  return result.date;
}
