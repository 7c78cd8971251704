// The order of all measurements, and the rows that their figures are gathered in.
// Place: run -> **schedule** -> measure
// Rules: rounds inside a metric, peers inside a round (A B C A B C ...): what the machine does meanwhile hits all alike.

import type { Measurement } from "./load/job.ts";
import type { Metric } from "./metrics/metric.ts";
import type { PeerName } from "./peers/peer.ts";
import type { ResultRow } from "./result.ts";

/** One measurement to make. */
export interface Visit {
  readonly metric: Metric;
  readonly peer: PeerName;
  readonly round: number;
}

/** All measurements, in their order. */
export function plan(metrics: readonly Metric[], peers: readonly PeerName[], rounds: number): readonly Visit[] {
  return metrics.flatMap((metric) => {
    const visited = metric.peers.filter((peer) => peers.includes(peer));
    const most = metric.kind === "solo" ? (metric.mostRounds ?? rounds) : rounds;
    return Array.from({ length: Math.min(rounds, most) }, (_, round) =>
      visited.map((peer) => ({ metric, peer, round })),
    ).flat();
  });
}

/** Gathers measurements into rows. */
export class Gathering {
  readonly #measured = new Map<Visit, Measurement>();

  /**
   * Takes in a measurement.
   *
   * @throws RangeError when one of the metric's figures is no positive number.
   */
  add(visit: Visit, measurement: Measurement): void {
    for (const { from } of visit.metric.figures) {
      const value = measurement.figures[from];
      if (value === undefined || !Number.isFinite(value) || value <= 0) {
        throw new RangeError(`Cannot use "${from}" of ${visit.metric.name} of ${visit.peer}: it is ${value}`);
      }
    }
    this.#measured.set(visit, measurement);
  }

  /**
   * The rows, in the order of the metrics.
   *
   * @param clientsOf - How many clients a metric had.
   */
  rows(visits: readonly Visit[], clientsOf: (metric: Metric) => number | undefined): readonly ResultRow[] {
    const metrics = [...new Set(visits.map((visit) => visit.metric))];
    return metrics.flatMap((metric) => {
      const own = visits.filter((visit) => visit.metric === metric && this.#measured.has(visit));
      // A round without a peer would leave nothing to compare with.
      const isWhole = (peer: PeerName) =>
        visits.every((visit) => visit.metric !== metric || visit.peer !== peer || this.#measured.has(visit));
      const peers = [...new Set(own.map((visit) => visit.peer))].filter(isWhole);
      const of = (peer: PeerName) => own.filter((visit) => visit.peer === peer);
      const clients = clientsOf(metric);
      return metric.figures.map(({ key, from, label, unit }) => ({
        metric: metric.name,
        key,
        label,
        unit,
        ...(clients === undefined ? {} : { clients }),
        values: Object.fromEntries(peers.map((peer) => [peer, of(peer).map((visit) => this.#figure(visit, from))])),
        loadUtilisation: Object.fromEntries(
          peers.map((peer) => [peer, Math.max(...of(peer).map((visit) => this.#utilisation(visit)))]),
        ),
      }));
    });
  }

  #figure(visit: Visit, from: string): number {
    return round(this.#measured.get(visit)?.figures[from] ?? Number.NaN);
  }

  #utilisation(visit: Visit): number {
    return round(this.#measured.get(visit)?.loadUtilisation ?? 0);
  }
}

/** Four significant digits: what is behind them is noise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
