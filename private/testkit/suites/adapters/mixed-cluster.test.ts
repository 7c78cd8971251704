// Servers of one cluster whose adapters are built on our base and on the official one: they understand each other.
import { ClusterAdapterWithHeartbeat } from "@bowline/adapter";
import { adapterSuite } from "./adapter-suite.ts";
import { connectInMemory } from "./in-memory-broker.ts";
import { loadOfficialAdapters } from "./official-adapters.ts";

const official = loadOfficialAdapters().ClusterAdapterWithHeartbeat;

adapterSuite({
  name: "our and the official cluster adapter together",
  connect: () => connectInMemory(ClusterAdapterWithHeartbeat, official),
});
adapterSuite({
  name: "the official cluster adapter and ours together",
  connect: () => connectInMemory(official, ClusterAdapterWithHeartbeat),
  listsOwnSocketsOnly: "upstream's lists the sockets of its own server",
});
