// Servers whose adapters are built on our base for clusters.
import { ClusterAdapterWithHeartbeat } from "@bowline/adapter";
import { adapterSuite } from "./adapter-suite.ts";
import { connectInMemory } from "./in-memory-broker.ts";

adapterSuite({ name: "our cluster adapter", connect: () => connectInMemory(ClusterAdapterWithHeartbeat) });
