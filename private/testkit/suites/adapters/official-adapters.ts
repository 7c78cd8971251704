// The official socket.io-adapter, as the official socket.io of 4.8 brings it along.
// Rules: the one place where it is loaded; that its classes look like ours is what the suites test.

import { createRequire } from "node:module";
import type {
  Adapter,
  ClusterAdapter,
  ClusterAdapterWithHeartbeat,
  MessageType,
  SessionAwareAdapter,
} from "@bowline/adapter";

/** What the package exports. */
export interface OfficialAdapters {
  readonly Adapter: typeof Adapter;
  readonly SessionAwareAdapter: typeof SessionAwareAdapter;
  readonly ClusterAdapter: typeof ClusterAdapter;
  readonly ClusterAdapterWithHeartbeat: typeof ClusterAdapterWithHeartbeat;
  readonly MessageType: typeof MessageType;
}

/** Loads the package. */
export function loadOfficialAdapters(): OfficialAdapters;
export function loadOfficialAdapters(): unknown {
  const requireHere = createRequire(import.meta.url);
  const requireThere = createRequire(requireHere.resolve("socket.io-v4/package.json"));
  const loaded: unknown = requireThere("socket.io-adapter");
  return loaded;
}
