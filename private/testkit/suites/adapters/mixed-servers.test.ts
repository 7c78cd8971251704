// Official servers of 4.8 with the official base of adapters, and ours with our base, in one cluster: each does with the
// other what it does with its like.
import { ClusterAdapterWithHeartbeat } from "@bowline/adapter";
import { Server } from "@bowline/server";
import { adapterSuite } from "./adapter-suite.ts";
import { connectInMemory } from "./in-memory-broker.ts";
import { loadOfficialAdapters } from "./official-adapters.ts";
import { loadOfficialServer } from "./official-server.ts";

const OfficialServer = loadOfficialServer();
const official = loadOfficialAdapters().ClusterAdapterWithHeartbeat;

adapterSuite({
  name: "our server, an official one and ours again",
  connect: () => connectInMemory(ClusterAdapterWithHeartbeat, official),
  serverClass: (index) => (index % 2 === 1 ? OfficialServer : Server),
});
adapterSuite({
  name: "an official server, ours and an official one again",
  connect: () => connectInMemory(official, ClusterAdapterWithHeartbeat),
  serverClass: (index) => (index % 2 === 1 ? Server : OfficialServer),
  listsOwnSocketsOnly: "upstream's lists the sockets of its own server",
});
