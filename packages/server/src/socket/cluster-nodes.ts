// The nodes of a cluster in the form that the engine knows them by.
// Place: engine server -> node link -> **cluster nodes** -> cluster -> bus
// Rules: an engine that takes the place of another one takes its messages over; a message has room for what the cluster puts
//        around it, and is never so long that others wait behind it.

import type { NodeLink } from "../engine/forwarding/node-link.ts";

/** A cluster, as far as engines need it. */
export interface NodesOfCluster {
  readonly name: string;
  readonly nodes: readonly string[];
  readonly bus: { readonly maxMessageBytes: number };
  send(node: string, kind: string, bytes: Uint8Array): Promise<void>;
  receive(kind: string, receiver: (bytes: Uint8Array, from: string) => void): () => void;
  onGone(listener: (node: string) => void): () => void;
}

/** What a cluster puts around a message, at most. */
const WRAPPING_BYTES = 512;

/** More would keep others waiting. */
const LONGEST_MESSAGE_BYTES = 256 * 1024;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Makes links to the nodes of a cluster, for one engine after the other. */
export class ClusterNodes {
  readonly #cluster: NodesOfCluster;
  #ends: (() => void)[] = [];

  constructor(cluster: NodesOfCluster) {
    this.#cluster = cluster;
  }

  /** A link for a new engine; the one before hears nothing more. */
  link(): NodeLink {
    const cluster = this.#cluster;
    for (const end of this.#ends) end();
    const ends: (() => void)[] = [];
    this.#ends = ends;
    return {
      get name() {
        return cluster.name;
      },
      get maxMessageBytes() {
        return Math.min(cluster.bus.maxMessageBytes - WRAPPING_BYTES, LONGEST_MESSAGE_BYTES);
      },
      knows: (node) => cluster.nodes.includes(node),
      send: (node, kind, bytes) => cluster.send(node, kind, bytes).then(() => undefined, asError),
      receive: (kind, listener) => void ends.push(cluster.receive(kind, listener)),
      onGone: (listener) => void ends.push(cluster.onGone(listener)),
    };
  }
}
