import { describe, expect, test } from "vitest";
import { nodesWithMembers, sizeCluster, type Topology, type UnitCosts } from "./capacity.ts";

const COSTS: UnitCosts = {
  connectionKib: 10,
  deliveryUs: 2,
  publishUs: 20,
  receiveUs: 20,
  eventUs: 10,
  brokerUs: 5,
};

const TOPOLOGY: Topology = {
  connections: 1_000_000,
  roomSize: 10,
  broadcastsPerS: 1000,
  eventsPerS: 0,
  messageBytes: 1024,
  nodeMib: 1000,
  nodeLoad: 0.5,
  interestRouting: true,
  roomsTogether: false,
  heartbeatIntervalMs: 3000,
};

describe("a cluster on paper", () => {
  test("has as many nodes as the memory of its connections fills", () => {
    const idle = { ...TOPOLOGY, broadcastsPerS: 0 };
    expect(sizeCluster(COSTS, idle)).toMatchObject({ limit: "memory", nodes: 10, connectionsPerNode: 100_000 });
  });

  test("has more where their work is more than those can do", () => {
    const busy = { ...TOPOLOGY, broadcastsPerS: 0, eventsPerS: 1_000_000 };
    expect(sizeCluster(COSTS, busy)).toMatchObject({ limit: "processor", nodes: 20, loadPerNode: 0.5 });
  });

  test("sends a broadcast to every node unless it knows who has members", () => {
    const everywhere = sizeCluster(COSTS, { ...TOPOLOGY, interestRouting: false });
    const { nodesPerBroadcast } = sizeCluster(COSTS, TOPOLOGY);
    expect([everywhere.nodesPerBroadcast, nodesPerBroadcast]).toEqual([10, expect.closeTo(6.513, 3)]);
  });

  test("has the broker carry each broadcast in once and out once for each node, and the signs of life", () => {
    const { brokerMessagesPerS } = sizeCluster(COSTS, { ...TOPOLOGY, interestRouting: false });
    expect(brokerMessagesPerS).toBeCloseTo(1000 * 11 + (10 / 3) * 11);
  });

  test("needs more brokers where the messages are too many for one", () => {
    const { brokers } = sizeCluster({ ...COSTS, brokerUs: 100 }, { ...TOPOLOGY, interestRouting: false });
    expect(brokers).toBe(3);
  });

  test("sends a broadcast to one node where the members of a room are together", () => {
    expect(sizeCluster(COSTS, { ...TOPOLOGY, roomsTogether: true }).nodesPerBroadcast).toBeCloseTo(1, 9);
  });

  test("is refused where each node that is added makes more work than it takes on", () => {
    const flood = { ...TOPOLOGY, interestRouting: false, broadcastsPerS: 30_000 };
    expect(() => sizeCluster(COSTS, flood)).toThrow("each node that is added makes more work");
  });

  test.each([
    [{ connections: -1 }, 'Cannot use connections "-1"'],
    [{ nodeLoad: 0 }, 'Cannot use nodeLoad "0"'],
    [{ roomSize: Number.NaN }, 'Cannot use roomSize "NaN"'],
  ])("is refused for numbers that make no sense: %o", (change, message) => {
    expect(() => sizeCluster(COSTS, { ...TOPOLOGY, ...change })).toThrow(message);
  });
});

test("one member is on one node, and many are on all", () => {
  expect([nodesWithMembers(100, 1), nodesWithMembers(5, 1000)]).toEqual([expect.closeTo(1, 9), expect.closeTo(5, 9)]);
});
