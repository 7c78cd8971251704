// What a node has to tell of its cluster: numbers, trace points, and a warning for each kind of trouble.
// Place: beside cluster -> recurring warnings -> the outlet for warnings; trace points

import { SILENT, type TracePoint } from "@bowline/protocol/internal";
import type { AdapterSurroundings } from "../contract.ts";
import type { BusStatus } from "./bus.ts";
import type { DropReason, OutboxEvents } from "./outbox.ts";
import { RecurringWarning, reasonOf } from "./recurring-warning.ts";

const TROUBLES = ["away", "dropped", "refused", "failed"] as const;

/** Tells of one cluster. */
export class ClusterReports implements OutboxEvents {
  readonly #maxQueuedBytes: number;
  /** There once a server is there: before that nothing is told. */
  #warnings: ReadonlyMap<(typeof TROUBLES)[number], RecurringWarning> = new Map();
  #dropped = 0;
  #refused = 0;
  #statusPoint: TracePoint = SILENT("cluster.status");
  #droppedPoint: TracePoint = SILENT("cluster.dropped");
  #refusedPoint: TracePoint = SILENT("cluster.refused");
  #nodePoint: TracePoint = SILENT("cluster.node");

  constructor(maxQueuedBytes: number) {
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  get counters(): { readonly dropped: number; readonly refused: number } {
    return { dropped: this.#dropped, refused: this.#refused };
  }

  begin(surroundings: AdapterSurroundings): void {
    const { trace = SILENT, clock, warn } = surroundings;
    const createWarning = () => new RecurringWarning(clock, (text) => warn("BOWLINE_CLUSTER", text));
    this.#warnings = new Map(TROUBLES.map((trouble) => [trouble, createWarning()]));
    this.#statusPoint = trace("cluster.status");
    this.#droppedPoint = trace("cluster.dropped");
    this.#refusedPoint = trace("cluster.refused");
    this.#nodePoint = trace("cluster.node");
  }

  status(status: BusStatus): void {
    if (this.#statusPoint.active) this.#statusPoint.publish({ status });
    if (status === "up") for (const warning of this.#warnings.values()) warning.over();
    if (status !== "down") return;
    const kept = `clients of this server are served; up to ${this.#maxQueuedBytes} bytes wait until the broker is back`;
    this.#warnings.get("away")?.give(`Cannot reach the other servers: the broker is away; ${kept}`);
  }

  /** A node has come, has gone, or has another name. */
  node(name: string, change: "come" | "gone" | "renamed"): void {
    if (this.#nodePoint.active) this.#nodePoint.publish({ node: name, change });
  }

  dropped(reason: DropReason, { message }: Error): void {
    this.#dropped++;
    if (this.#droppedPoint.active) this.#droppedPoint.publish({ reason, message, dropped: this.#dropped });
    // What does not wait was dropped on purpose, and is told of with the broker's absence.
    if (reason !== "away")
      this.#warnings.get("dropped")?.give(`A message does not reach the other servers: ${message}`);
  }

  published(): void {
    this.#warnings.get("dropped")?.over();
  }

  unconfirmed({ message }: Error): void {
    this.#warnings.get("failed")?.give(message);
  }

  /** Something came that is not believed. */
  refused(error: unknown): void {
    this.#refused++;
    const reason = reasonOf(error);
    if (this.#refusedPoint.active) this.#refusedPoint.publish({ reason, refused: this.#refused });
    this.#warnings.get("refused")?.give(`Cannot take a message of another server: ${reason}`);
  }

  failed(what: string, error: unknown): void {
    this.#warnings.get("failed")?.give(`${what}: ${reasonOf(error)}`);
  }
}
