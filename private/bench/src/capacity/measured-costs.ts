// What the model calculates with: figures of the bench, each with the row that it is of.
// Place: docs/benchmarks.json, docs/benchmarks/clusters.json -> **measured costs** -> simulate
// Rules: nothing is rounded or made up here; medians of ours; a row that was not measured is an error, and not a zero.

import { readFileSync } from "node:fs";
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

/**
 * The costs in two results of the bench.
 *
 * @param servers - The whole run, of single servers.
 * @param clusters - The run with connected servers.
 * @throws RangeError when a row is missing.
 */
export function costsIn(
  { rows: servers }: Pick<BenchResult, "rows">,
  { rows: clusters }: Pick<BenchResult, "rows">,
): readonly MeasuredCost[] {
  const alone = middle(clusters, "alone.cpu");
  return [
    {
      name: "connectionKib",
      what: "memory of an idle connection",
      unit: "KiB",
      value: middle(servers, "memory.rss"),
      from: "`memory`, RSS",
    },
    {
      name: "deliveryUs",
      what: "one event to one client",
      unit: "µs",
      value: middle(servers, "broadcast.cpu"),
      from: "`broadcast`",
    },
    {
      name: "eventUs",
      what: "an event of a client, with its answer",
      unit: "µs",
      value: middle(servers, "echo.cpu"),
      from: "`echo`",
    },
    {
      name: "publishUs",
      what: "to publish an event",
      unit: "µs",
      value: middle(clusters, "redis.cpu") - alone,
      from: "`redis`, publishing server, less `alone`",
    },
    {
      name: "receiveUs",
      what: "to take an event from the broker",
      unit: "µs",
      value: middle(clusters, "redis.receive"),
      from: "`redis`, server without clients",
    },
    {
      name: "brokerUs",
      what: "a message, in or out, at the broker",
      unit: "µs",
      value: middle(clusters, "redis.broker") / 4,
      from: "a quarter of `redis`, broker: one message in, three out",
    },
  ];
}

/** The costs in the results that the documents have. */
export function readCosts(): readonly MeasuredCost[] {
  const read = (name: string) => readResult(readFileSync(new URL(name, DOCS), "utf8"));
  return costsIn(read("benchmarks.json"), read("benchmarks/clusters.json"));
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
