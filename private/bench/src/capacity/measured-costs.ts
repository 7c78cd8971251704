// What the model calculates with: figures of the bench, each with the row that it is of.
// Place: docs/benchmarks.json, docs/benchmarks/clusters.json -> **measured costs** -> simulate
// Rules: nothing is rounded or made up here; medians of ours; what no run has measured is called an estimate;
//        a row that a run lacks is an error, and not a zero.

import { existsSync, readFileSync } from "node:fs";
import { type BenchResult, type ResultRow, readResult } from "../result.ts";
import { summarise } from "../statistics.ts";
import type { UnitCosts } from "./capacity.ts";

const DOCS = new URL("../../../../docs/", import.meta.url);

/** One cost: how it comes out of the rows, and how that is said. */
export interface MeasuredCost {
  readonly name: keyof UnitCosts;
  readonly what: string;
  readonly unit: string;
  readonly value: number;
  readonly from: string;
}

function middle(rows: readonly ResultRow[], key: string): number {
  const values = rows.find((row) => row.key === key)?.values.bowline;
  if (values === undefined) throw new RangeError(`Cannot calculate with "${key}": the bench has no such row`);
  return summarise(values).median;
}

/** What stands in for rows of clusters as long as no run of them is kept. */
const ESTIMATES = { publishUs: 50, receiveUs: 40, brokerUs: 10 } as const;

type Rows = Pick<BenchResult, "rows">;

function clusterCosts(clusters: Rows | undefined): readonly MeasuredCost[] {
  const cost = (name: keyof typeof ESTIMATES, what: string, from: string, value: (rows: Rows["rows"]) => number) => ({
    name,
    what,
    unit: "µs",
    value: clusters === undefined ? ESTIMATES[name] : value(clusters.rows),
    from: clusters === undefined ? "an estimate, no row" : from,
  });
  return [
    cost(
      "publishUs",
      "to publish an event",
      "`redis`, publishing server, less `alone`",
      (rows) => middle(rows, "redis.cpu") - middle(rows, "alone.cpu"),
    ),
    cost("receiveUs", "to take an event from the broker", "`redis`, server without clients", (rows) =>
      middle(rows, "redis.receive"),
    ),
    cost(
      "brokerUs",
      "a message, in or out, at the broker",
      "a quarter of `redis`, broker: one message in, three out",
      (rows) => middle(rows, "redis.broker") / 4,
    ),
  ];
}

/**
 * The costs in two results of the bench.
 *
 * @param servers - The whole run, of single servers.
 * @param clusters - The run with connected servers; undefined where none is kept.
 * @throws RangeError when a row is missing.
 */
export function costsIn({ rows }: Rows, clusters: Rows | undefined): readonly MeasuredCost[] {
  const [memory, delivery, event] = [
    middle(rows, "memory.rss"),
    middle(rows, "broadcast.cpu"),
    middle(rows, "echo.cpu"),
  ];
  return [
    { name: "connectionKib", what: "memory of an idle connection", unit: "KiB", value: memory, from: "`memory`, RSS" },
    { name: "deliveryUs", what: "one event to one client", unit: "µs", value: delivery, from: "`broadcast`" },
    { name: "eventUs", what: "an event of a client, with its answer", unit: "µs", value: event, from: "`echo`" },
    ...clusterCosts(clusters),
  ];
}

/** The costs in the results that the documents have. */
export function readCosts(): readonly MeasuredCost[] {
  const kept = new URL("benchmarks/clusters.json", DOCS);
  const read = (file: URL) => readResult(readFileSync(file, "utf8"));
  return costsIn(read(new URL("benchmarks.json", DOCS)), existsSync(kept) ? read(kept) : undefined);
}

/** The costs as the model takes them. */
export function unitCosts(costs: readonly MeasuredCost[]): UnitCosts {
  const of = (name: keyof UnitCosts): number => costs.find((cost) => cost.name === name)?.value ?? Number.NaN;
  return {
    connectionKib: of("connectionKib"),
    deliveryUs: of("deliveryUs"),
    publishUs: of("publishUs"),
    receiveUs: of("receiveUs"),
    eventUs: of("eventUs"),
    brokerUs: of("brokerUs"),
  };
}
