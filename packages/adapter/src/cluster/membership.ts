// Which other nodes there are: each has a lease, which every sign of life renews.
// Place: bus -> cluster (**membership**) -> cluster adapters, which ask no node that has gone
//
//   unknown --it says that it lives--> known --its lease ends, or it says goodbye--> unknown
//
// Rules: only who introduces itself becomes known, while every message of a known node is a sign of life; while the broker
//        is away no lease ends, since nobody can be heard; how many there are is bounded, whoever writes to the broker.

import type { NodeId } from "./message.ts";

/** Another node. */
export interface Peer {
  readonly id: NodeId;
  /** The first characters of the session ids that it gives. */
  readonly name: string;
}

interface Lease extends Peer {
  heardAtMs: number;
}

/** More nodes than this are no cluster of ours but somebody who makes names up. */
export const MAX_NODES = 10_000;

/** The other nodes of a cluster. */
export class Membership {
  readonly #leaseMs: number;
  readonly #now: () => number;
  readonly #leases: Map<NodeId, Lease> = new Map();
  /** Made when somebody asks for a name after a change. */
  #byName: Map<string, NodeId> | undefined;

  /**
   * @param leaseMs milliseconds of silence after which a node counts as gone.
   * @param now the time in milliseconds, without that in which nobody could be heard because this process stood still.
   */
  constructor(leaseMs: number, now: () => number) {
    this.#leaseMs = leaseMs;
    this.#now = now;
  }

  get size(): number {
    return this.#leases.size;
  }

  /** The nodes there are now. */
  ids(): Set<NodeId> {
    return new Set(this.#leases.keys());
  }

  names(): string[] {
    return [...this.#leases.values()].map(({ name }) => name);
  }

  nameOf(id: NodeId): string | undefined {
    return this.#leases.get(id)?.name;
  }

  /** The node of a name; of two that have the same one, the one that keeps it. */
  idOf(name: string): NodeId | undefined {
    this.#byName ??= this.#listNames();
    return this.#byName.get(name);
  }

  /** A node introduces itself. @returns whether it was unknown; undefined where no more are taken in. */
  introduced({ id, name }: Peer): boolean | undefined {
    const known = this.#leases.get(id);
    if (known === undefined && this.#leases.size >= MAX_NODES) return undefined;
    this.#leases.set(id, { id, name, heardAtMs: this.#now() });
    if (known?.name !== name) this.#byName = undefined;
    return known === undefined;
  }

  /** Something has come from a node. */
  heard(id: NodeId): void {
    const known = this.#leases.get(id);
    if (known !== undefined) known.heardAtMs = this.#now();
  }

  /** A node has gone. @returns what it was; undefined where it was unknown. */
  gone(id: NodeId): Peer | undefined {
    const known = this.#leases.get(id);
    if (known === undefined) return undefined;
    this.#leases.delete(id);
    this.#byName = undefined;
    return known;
  }

  /** Takes out the nodes that have been silent for too long. */
  expire(): Peer[] {
    const silentSinceMs = this.#now() - this.#leaseMs;
    const silent = [...this.#leases.values()].filter(({ heardAtMs }) => heardAtMs < silentSinceMs);
    for (const { id } of silent) this.#leases.delete(id);
    if (silent.length > 0) this.#byName = undefined;
    return silent;
  }

  /** Nobody could be heard up to now: every lease begins anew. */
  renewAll(): void {
    const now = this.#now();
    for (const lease of this.#leases.values()) lease.heardAtMs = now;
  }

  #listNames(): Map<string, NodeId> {
    const byName = new Map<string, NodeId>();
    // The same everywhere: of two with one name the first in the order of ids has it.
    const ordered = [...this.#leases.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
    for (const { id, name } of ordered) if (!byName.has(name)) byName.set(name, id);
    return byName;
  }
}
