// Rules of a broker that is broken or in the hands of somebody else: what makes no sense is told in a warning, is done by
// nobody, and neither throws through the adapter's subclass nor rejects a promise that nobody has.
import { describe, expect, it, vi } from "vitest";
import { CountingNode, createMemoryCluster, HeartbeatNode } from "../../test-support/memory-cluster.ts";
import { type ClusterMessage, type ClusterResponse, MessageType } from "./message.ts";

const EVERYBODY = { rooms: [], except: [], flags: {} };
const FLAGS = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };

/** Here what no server would send is taken for what one does, as the wire does it. */
function forged(message: unknown): ClusterMessage & ClusterResponse;
function forged(message: unknown): unknown {
  return message;
}

/** Lets promises that are settled already have their say. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

function createMember() {
  const cluster = createMemoryCluster((nsp, broker) => new CountingNode(nsp, broker));
  return { ...cluster.start("x"), cluster };
}

const HEAD = { uid: "stranger", nsp: "/" };

describe("a message of a broker", () => {
  it.each<readonly [unknown]>([
    [undefined],
    [null],
    ["text"],
    [7],
    [[]],
    [{}],
    [{ type: MessageType.BROADCAST }],
    [{ ...HEAD, uid: undefined, type: MessageType.HEARTBEAT }],
    [{ ...HEAD, uid: {}, type: MessageType.BROADCAST, data: { packet: { type: 2, data: ["a"] }, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: null }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: null, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 2, data: "a" }, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 2 }, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 99, data: ["a"] }, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 1 }, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 2, data: [Number.NaN] }, opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 2, data: ["a"] } } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 2, data: ["a"] }, opts: {} } }],
    [{ ...HEAD, type: MessageType.BROADCAST, data: { packet: { type: 2, data: ["a"] }, opts: { rooms: "all" } } }],
    [{ ...HEAD, type: MessageType.SOCKETS_JOIN, data: { opts: {}, rooms: ["r"] } }],
    [{ ...HEAD, type: MessageType.SOCKETS_JOIN, data: { opts: EVERYBODY, rooms: 5 } }],
    [{ ...HEAD, type: MessageType.SOCKETS_LEAVE, data: { opts: EVERYBODY } }],
    [{ ...HEAD, type: MessageType.DISCONNECT_SOCKETS, data: { opts: { except: [] }, close: true } }],
    [{ ...HEAD, type: MessageType.DISCONNECT_SOCKETS, data: { opts: { rooms: [{}], except: [] } } }],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS }],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS, data: null }],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS, data: { requestId: "q" } }],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS, data: { requestId: "q", opts: {} } }],
    [{ ...HEAD, type: MessageType.SERVER_SIDE_EMIT, data: {} }],
    [{ ...HEAD, type: MessageType.SERVER_SIDE_EMIT, data: { packet: 5, requestId: "q" } }],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS_RESPONSE }],
    [{ ...HEAD, type: MessageType.BROADCAST_ACK, data: null }],
  ])("that is %j changes nothing here, and is told in a warning", async (message) => {
    const { node, delivered, done, warnings, cluster } = createMember();
    node.onMessage(forged(message));
    await settle();
    expect([delivered, done, cluster.broker.log]).toEqual([[], [], []]);
    expect(warnings).toEqual([expect.stringContaining("BOWLINE_CLUSTER: Cannot take a message of another server")]);
  });

  it("that is of a kind of later versions is nobody's business", () => {
    const { node, warnings } = createMember();
    node.onMessage(forged({ ...HEAD, type: 99, data: {} }));
    expect(warnings).toEqual([]);
  });

  it("that is of another namespace is not done in this one", () => {
    const { node, delivered } = createMember();
    const data = { packet: { type: 2, data: ["a"] }, opts: EVERYBODY };
    node.onMessage(forged({ uid: "stranger", nsp: "/secret", type: MessageType.BROADCAST, data }));
    expect(delivered).toEqual([]);
  });

  it("has clients answer no question but those that are asked here", () => {
    const { node, nsp } = createMember();
    const deliver = vi.spyOn(nsp, "deliver");
    const packet = { type: 2, data: ["a"], id: 7, nsp: "/secret", attachments: 3 };
    node.onMessage(forged({ ...HEAD, type: MessageType.BROADCAST, data: { packet, opts: EVERYBODY } }));
    expect(deliver.mock.calls.map(([given]) => given)).toEqual([{ type: 2, data: ["a"], nsp: "/" }]);
  });

  it.each([undefined, "100", -5, 1e12])("has nobody wait for answers for ever, with the time %s", (timeout) => {
    const { node, clock, forgotten } = createMember();
    const data = { packet: { type: 2, data: ["a"] }, opts: { ...EVERYBODY, flags: { timeout } }, requestId: "q" };
    node.onMessage(forged({ ...HEAD, type: MessageType.BROADCAST, data }));
    clock.advance(5_000);
    expect(forgotten).toEqual([7]);
  });

  it("that has sockets join and leave rooms by numbers means those that have them for their names", () => {
    const { node, sockets } = createMember();
    const named: unknown[] = [];
    for (const change of ["join", "leave"])
      Reflect.set(sockets.get("x") ?? {}, change, (...rooms: unknown[]) => void named.push(rooms.flat()));
    for (const type of [MessageType.SOCKETS_JOIN, MessageType.SOCKETS_LEAVE])
      node.onMessage(forged({ ...HEAD, type, data: { opts: EVERYBODY, rooms: [42] } }));
    expect(named).toEqual([["42"], ["42"]]);
  });

  it("that does not say that connections are to end leaves them", () => {
    const { node, done } = createMember();
    node.onMessage(forged({ ...HEAD, type: MessageType.DISCONNECT_SOCKETS, data: { opts: EVERYBODY, close: "yes" } }));
    expect(done).toEqual(["x is sent away"]);
  });

  it("that names rooms by numbers, as upstream's servers may, reaches those who are in them", () => {
    const { node, delivered } = createMember();
    void node.addAll("x", new Set(["42"]));
    const data = { packet: { type: 2, data: ["a"] }, opts: { ...EVERYBODY, rooms: [42] } };
    node.onMessage(forged({ ...HEAD, type: MessageType.BROADCAST, data }));
    expect(delivered).toEqual(['["a"] to x']);
  });

  it("of which there are thousands without sense, among others, costs a warning a minute at most", () => {
    const { node, warnings, clock } = createMember();
    const sendBoth = (): void => {
      node.onMessage(forged({ ...HEAD, type: MessageType.FETCH_SOCKETS }));
      node.onMessage(forged({ ...HEAD, type: MessageType.HEARTBEAT }));
    };
    for (let sent = 0; sent < 1000; sent++) sendBoth();
    expect(warnings).toHaveLength(1);
    clock.advance(60_000);
    for (let sent = 0; sent < 1000; sent++) sendBoth();
    expect(warnings).toHaveLength(2);
  });
});

describe("an answer of a broker", () => {
  it.each<readonly [unknown]>([
    [undefined],
    [null],
    ["text"],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS_RESPONSE }],
    [{ ...HEAD, type: MessageType.BROADCAST_CLIENT_COUNT, data: null }],
  ])("that is %j throws nothing at the adapter that brings it", (response) => {
    const { node, warnings } = createMember();
    node.onResponse(forged(response));
    expect(warnings).toEqual([expect.stringContaining("BOWLINE_CLUSTER: Cannot take a message of another server")]);
  });

  it("tells of no sockets that are none", async () => {
    const { node, cluster, sockets } = createMember();
    cluster.start();
    cluster.broker.failure = new Error("connection refused");
    const found = node.fetchSockets(FLAGS);
    await settle();
    const [requestId = ""] = node.requests.keys();
    const good = { id: "far", handshake: {}, rooms: ["r"], data: {} };
    const answers = [null, 5, "x", {}, { id: 7, rooms: [] }, { id: "y", rooms: 5 }, good];
    node.onResponse(
      forged({ ...HEAD, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId, sockets: answers } }),
    );
    expect(await found).toEqual([sockets.get("x"), good]);
  });

  it.each([Number.NaN, -1, 0.5, "2", null, Number.POSITIVE_INFINITY])(
    "does not count %s clients",
    async (clientCount) => {
      const { node } = createMember();
      const receivers = vi.fn();
      node.broadcastWithAck({ type: 2, data: ["a"] }, { ...FLAGS, flags: { timeout: 1000 } }, receivers, vi.fn());
      const [requestId = ""] = node.ackRequests.keys();
      const data = { requestId, clientCount };
      node.onResponse(forged({ ...HEAD, type: MessageType.BROADCAST_CLIENT_COUNT, data }));
      expect(receivers.mock.calls).toEqual([[1]]);
    },
  );

  it("tells once how many clients a server has asked, however often it comes", () => {
    const { node } = createMember();
    const receivers = vi.fn();
    node.broadcastWithAck({ type: 2, data: ["a"] }, { ...FLAGS, flags: { timeout: 1000 } }, receivers, vi.fn());
    const [requestId = ""] = node.ackRequests.keys();
    const count = { type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId, clientCount: 3 } };
    for (const uid of ["a", "a", "b", "a"]) node.onResponse(forged({ ...HEAD, uid, ...count }));
    expect(receivers.mock.calls).toEqual([[1], [3], [3]]);
  });
});

describe("servers that come and go", () => {
  function createHeartbeat() {
    const cluster = createMemoryCluster((nsp, broker) => new HeartbeatNode(nsp, broker));
    return { ...cluster.start("x"), cluster };
  }

  it("are none of this namespace where they say that they are of another, or have no name", () => {
    const { node } = createHeartbeat();
    node.onMessage(forged({ uid: "stranger", nsp: "/secret", type: MessageType.HEARTBEAT }));
    node.onMessage(forged({ nsp: "/", type: MessageType.HEARTBEAT }));
    node.onMessage(forged({ uid: { toString: 1 }, nsp: "/", type: MessageType.HEARTBEAT }));
    node.onMessage(forged(null));
    expect(node.nodesMap.size).toBe(0);
  });

  it("by the hundred thousand are not believed, are forgotten with their silence, and every question ends", async () => {
    const { node, cluster, sockets } = createHeartbeat();
    for (let id = 0; id < 100_000; id++) {
      node.onMessage(forged({ uid: `n${id}`, nsp: "/", type: MessageType.HEARTBEAT }));
    }
    expect(node.nodesMap.size).toBe(10_000);
    const found = node.fetchSockets(FLAGS);
    await settle();
    cluster.clock.advance(5_000);
    expect(await found).toEqual([sockets.get("x")]);
    expect([node.nodesMap.size, node.requests.size]).toEqual([0, 0]);
  });

  it("that say goodbye without having been there cost nothing, however many questions are open", async () => {
    const { node } = createHeartbeat();
    node.onMessage(forged({ uid: "there", nsp: "/", type: MessageType.HEARTBEAT }));
    const settled = vi.fn();
    for (let asked = 0; asked < 1000; asked++) void node.serverSideEmit(["a", settled]);
    await settle();
    const open = node.requests;
    const looks = vi.spyOn(open, "values");
    for (let id = 0; id < 1000; id++)
      node.onMessage(forged({ uid: `g${id}`, nsp: "/", type: MessageType.ADAPTER_CLOSE }));
    expect([looks.mock.calls.length, open.size]).toEqual([0, 1000]);
    node.onMessage(forged({ uid: "there", nsp: "/", type: MessageType.ADAPTER_CLOSE }));
    expect([settled.mock.calls.length, open.size]).toEqual([1000, 0]);
  });
});
