// Sizing on paper: how many nodes a number of connections needs, what they say to each other, and what the broker carries.
// Place: measured costs + topology -> **model** -> `npm run simulate`, docs/scaling.md
// Rules: every number comes in; the model multiplies and rounds up, and knows nothing of any machine. With interest routing
//        a broadcast goes to the nodes that have members; members are spread evenly, which is the worst case for it.

/** What things cost on one machine, as measured. */
export interface UnitCosts {
  /** Memory of an idle connection, in KiB. */
  readonly connectionKib: number;
  /** Processor time for one event to one client, in µs. */
  readonly deliveryUs: number;
  /** Processor time to publish one event to the broker, in µs. */
  readonly publishUs: number;
  /** Processor time to take one event from the broker, in µs, without what is delivered. */
  readonly receiveUs: number;
  /** Processor time for one event of a client, in µs. */
  readonly eventUs: number;
  /** Processor time of the broker for one message, in or out, in µs. */
  readonly brokerUs: number;
}

/** What is to be served. */
export interface Topology {
  readonly connections: number;
  /** Members of a room. */
  readonly roomSize: number;
  /** Broadcasts to rooms each second, from all nodes. */
  readonly broadcastsPerS: number;
  /** Events of clients each second, from all of them. */
  readonly eventsPerS: number;
  /** Bytes of a broadcast on its way to the broker. */
  readonly messageBytes: number;
  /** Memory that a node may use for connections, in MiB. */
  readonly nodeMib: number;
  /** Share of a processor, a node's or the broker's, that may be in use, from 0 to 1. */
  readonly nodeLoad: number;
  /** Whether a broadcast goes only to nodes that have members. */
  readonly interestRouting: boolean;
  /** Whether the members of a room are all on one node. */
  readonly roomsTogether: boolean;
  /** Milliseconds between two signs of life of a node. */
  readonly heartbeatIntervalMs: number;
}

/** What it takes. */
export interface Capacity {
  /** What decides how many nodes there are. */
  readonly limit: "memory" | "processor";
  readonly nodes: number;
  readonly connectionsPerNode: number;
  readonly memoryPerNodeMib: number;
  /** On all nodes together. */
  readonly memoryGib: number;
  /** Share of a node's processor. */
  readonly loadPerNode: number;
  /** How many nodes a broadcast goes to. */
  readonly nodesPerBroadcast: number;
  /** Into the broker and out of it, each second. */
  readonly brokerMessagesPerS: number;
  /** Those among them that say nothing but that a node lives. */
  readonly signsOfLifePerS: number;
  readonly brokerMibPerS: number;
  /** Brokers of one processor, or shards, that carry this. */
  readonly brokers: number;
}

const MOST_ROUNDS = 100;

/** On how many of some nodes at least one of so many members is, where each is anywhere with the same chance. */
export function nodesWithMembers(nodes: number, members: number): number {
  return nodes * (1 - (1 - 1 / nodes) ** members);
}

function checkPositive(values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "number" && !(value >= 0 && Number.isFinite(value))) {
      throw new RangeError(`Cannot use ${name} "${value}": give a number that is not below 0`);
    }
  }
}

/** Processor time that a second takes, in µs, on all nodes together. */
function workUs(costs: UnitCosts, topology: Topology, nodesPerBroadcast: number): number {
  const { broadcastsPerS, eventsPerS, roomSize } = topology;
  const perBroadcast = costs.publishUs + nodesPerBroadcast * costs.receiveUs + roomSize * costs.deliveryUs;
  return broadcastsPerS * perBroadcast + eventsPerS * costs.eventUs;
}

/**
 * Sizes a cluster.
 * @throws RangeError for numbers that make no sense, and where more nodes only make more work.
 */
export function sizeCluster(costs: UnitCosts, topology: Topology): Capacity {
  checkPositive(costs);
  checkPositive(topology);
  const { connections, roomSize, nodeMib, nodeLoad, interestRouting, roomsTogether } = topology;
  if (!(nodeLoad > 0 && nodeLoad <= 1)) {
    throw new RangeError(`Cannot use nodeLoad "${nodeLoad}": give a share above 0 and up to 1`);
  }
  const reach = (nodes: number): number =>
    interestRouting ? nodesWithMembers(nodes, roomsTogether ? Math.min(roomSize, 1) : roomSize) : nodes;
  const forMemory = Math.max(1, Math.ceil((connections * costs.connectionKib) / 1024 / nodeMib));
  let nodes = forMemory;
  for (let round = 0; ; round++) {
    const needed = Math.ceil(workUs(costs, topology, reach(nodes)) / (nodeLoad * 1e6));
    if (needed <= nodes) break;
    if (round === MOST_ROUNDS || needed > connections) {
      throw new RangeError("Cannot size the cluster: each node that is added makes more work than it takes on");
    }
    nodes = needed;
  }
  const nodesPerBroadcast = reach(nodes);
  const signsOfLifePerS = ((nodes * 1000) / topology.heartbeatIntervalMs) * (1 + nodes);
  const broadcastMessages = topology.broadcastsPerS * (1 + nodesPerBroadcast);
  const messages = broadcastMessages + signsOfLifePerS;
  const connectionsPerNode = Math.ceil(connections / nodes);
  return {
    limit: nodes > forMemory ? "processor" : "memory",
    nodes,
    connectionsPerNode,
    memoryPerNodeMib: (connectionsPerNode * costs.connectionKib) / 1024,
    memoryGib: (connections * costs.connectionKib) / 1024 / 1024,
    loadPerNode: workUs(costs, topology, nodesPerBroadcast) / nodes / 1e6,
    nodesPerBroadcast,
    brokerMessagesPerS: messages,
    signsOfLifePerS,
    brokerMibPerS: (broadcastMessages * topology.messageBytes) / 1024 / 1024,
    brokers: Math.max(1, Math.ceil((messages * costs.brokerUs) / (nodeLoad * 1e6))),
  };
}
