// A broker in memory: servers that are connected by it hear each other's messages, after a trip through bytes.
// Place: server -> adapter -> **broker** -> adapters of the other servers

import { deserialize, serialize } from "node:v8";
import type {
  AdapterConstructor,
  ClusterAdapterWithHeartbeat,
  ClusterMessage,
  ClusterResponse,
  NodeId,
} from "@bowline/adapter";
import type { Connection } from "./adapter-suite.ts";

type Base = typeof ClusterAdapterWithHeartbeat;

/** Connects servers whose adapters are built on these classes, one for each, in turn. */
export function connectInMemory(...bases: readonly [Base, ...Base[]]): Connection {
  const nodes = new Set<InstanceType<Base>>();

  /** A message as another process would read it. */
  function copy(message: ClusterMessage): ClusterMessage;
  function copy(message: ClusterResponse): ClusterResponse;
  function copy(message: unknown): unknown {
    const read: unknown = deserialize(serialize(message));
    return read;
  }

  function createClass(Heartbeats: Base): AdapterConstructor {
    return class InMemory extends Heartbeats {
      override init(): Promise<void> | void {
        nodes.add(this);
        return super.init();
      }

      override close(): Promise<void> | void {
        const closed = super.close();
        nodes.delete(this);
        return closed;
      }

      protected override async doPublish(message: ClusterMessage): Promise<string> {
        const copied = copy(message);
        for (const node of [...nodes]) if (node.nsp.name === message.nsp) node.onMessage(copied);
        return "";
      }

      protected override async doPublishResponse(to: NodeId, response: ClusterResponse): Promise<void> {
        const copied = copy(response);
        for (const node of nodes) if (node.uid === to) node.onResponse(copied);
      }
    };
  }
  return {
    adapter: (index) => createClass(bases[index % bases.length] ?? bases[0]),
    close: () => nodes.clear(),
  };
}
