// What a node has to tell of its cluster: numbers, trace points, and one warning for each kind of trouble until it is over.
// Place: beside cluster -> the outlet for warnings, trace points
// Rules: a broker that is away fails every message, and somebody may send nothing but nonsense: neither fills a log.

import { SILENT, type TracePoint } from "@bowline/protocol/internal";
import type { AdapterSurroundings } from "../contract.ts";
import type { BusStatus } from "./bus.ts";
import type { DropReason, OutboxEvents } from "./outbox.ts";

type Trouble = "away" | "dropped" | "refused" | "failed";

/** Tells of one cluster. */
export class ClusterReports implements OutboxEvents {
  readonly #maxQueuedBytes: number;
  readonly #troubles: Set<Trouble> = new Set();
  #surroundings: AdapterSurroundings | undefined;
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
    this.#surroundings = surroundings;
    const { trace = SILENT } = surroundings;
    this.#statusPoint = trace("cluster.status");
    this.#droppedPoint = trace("cluster.dropped");
    this.#refusedPoint = trace("cluster.refused");
    this.#nodePoint = trace("cluster.node");
  }

  status(status: BusStatus): void {
    if (this.#statusPoint.active) this.#statusPoint.publish({ status });
    if (status === "up") this.#troubles.clear();
    if (status !== "down") return;
    const kept = `clients of this server are served; up to ${this.#maxQueuedBytes} bytes wait until the broker is back`;
    this.#warnOnce("away", `Cannot reach the other servers: the broker is away; ${kept}`);
  }

  /** A node has come, has gone, or has another name. */
  node(name: string, change: "come" | "gone" | "renamed"): void {
    if (this.#nodePoint.active) this.#nodePoint.publish({ node: name, change });
  }

  dropped(reason: DropReason, { message }: Error): void {
    this.#dropped++;
    if (this.#droppedPoint.active) this.#droppedPoint.publish({ reason, message, dropped: this.#dropped });
    // What does not wait was dropped on purpose, and is told of with the broker's absence.
    if (reason !== "away") this.#warnOnce("dropped", `A message does not reach the other servers: ${message}`);
  }

  published(): void {
    this.#troubles.delete("dropped");
  }

  /** Something came that is not believed. */
  refused(error: unknown): void {
    this.#refused++;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.#refusedPoint.active) this.#refusedPoint.publish({ reason, refused: this.#refused });
    this.#warnOnce("refused", `Cannot take a message of another server: ${reason}`);
  }

  failed(what: string, error: unknown): void {
    this.#warnOnce("failed", `${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  #warnOnce(trouble: Trouble, text: string): void {
    if (this.#troubles.has(trouble)) return;
    this.#troubles.add(trouble);
    this.#surroundings?.warn("BOWLINE_CLUSTER", text);
  }
}
