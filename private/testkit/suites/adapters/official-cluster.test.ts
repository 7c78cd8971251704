// Servers of ours whose adapters are built on the official base for clusters, as those of third parties are.
import { adapterSuite } from "./adapter-suite.ts";
import { connectInMemory } from "./in-memory-broker.ts";
import { loadOfficialAdapters } from "./official-adapters.ts";

adapterSuite({
  name: "the official cluster adapter",
  connect: () => connectInMemory(loadOfficialAdapters().ClusterAdapterWithHeartbeat),
  listsOwnSocketsOnly: "upstream's lists the sockets of its own server",
});
