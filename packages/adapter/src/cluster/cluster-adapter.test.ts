// Rules of a cluster: what is sent to rooms reaches all servers once, questions are answered by all or end, and what a
// server or the broker does wrong harms nobody.
import { describe, expect, it, vi } from "vitest";
import { CountingNode, createMemoryCluster } from "../../test-support/memory-cluster.ts";
import type { BroadcastPacket } from "../contract.ts";
import { IncompleteAnswersError } from "./incomplete-answers.ts";
import { type ClusterMessage, MessageType } from "./message.ts";

const PACKET: BroadcastPacket = { type: 2, data: ["a"] };
const EVERYBODY = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };
const SESSIONS = { maxDisconnectionDurationMs: 1000, retentionMs: 2000, maxLogBytes: 1e6 };

function createCluster(sessions?: typeof SESSIONS) {
  return createMemoryCluster((nsp, broker) => new CountingNode(nsp, broker), sessions);
}

/** Lets promises that are settled already have their say. */
async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

/** Calls the function at the end of a server-side event. */
function answerBy(answer: unknown, ...values: readonly unknown[]): void {
  if (typeof answer === "function") Reflect.apply(answer, undefined, values);
}

/** A message as a server of a later version, or a broken one, might send it. */
function strange(text: string): ClusterMessage;
function strange(text: string): unknown {
  const read: unknown = JSON.parse(text);
  return read;
}

describe("a broadcast in a cluster", () => {
  it("reaches the sockets of all servers, each once, as it is addressed", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y", "z")];
    void one.node.broadcast(PACKET, { rooms: new Set(["all"]), except: new Set(["z"]), flags: { volatile: true } });
    await settle();
    expect([one.delivered, two.delivered]).toEqual([['["a"] to x'], ['["a"] to y']]);
    expect(two.flagsSeen).toEqual([{ volatile: true }]);
  });

  it("that is local stays in its process", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    const local = { ...EVERYBODY, flags: { local: true } };
    void one.node.broadcast(PACKET, local);
    one.node.broadcastWithAck(PACKET, local, vi.fn(), vi.fn());
    one.node.addSockets(local, ["r"]);
    one.node.delSockets(local, ["r"]);
    one.node.disconnectSockets(local, true);
    expect(await one.node.fetchSockets(local)).toEqual([one.sockets.get("x")]);
    expect([one.delivered.length, two.delivered, cluster.broker.log]).toEqual([2, [], []]);
    expect(one.done).toEqual(["x joins r", "x leaves r", "x is sent away for good"]);
  });

  it("has no offset where sessions are not kept, and is delivered before the broker has it", () => {
    const cluster = createCluster();
    const one = cluster.start("x");
    void one.node.broadcast(PACKET, EVERYBODY);
    expect([one.delivered, one.offsets]).toEqual([['["a"] to x'], [undefined]]);
  });

  it("has the offset of the broker's log everywhere, where sessions are kept", async () => {
    const cluster = createCluster(SESSIONS);
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await one.node.broadcast(PACKET, EVERYBODY);
    expect([one.delivered, two.delivered]).toEqual([['["a"] at o1 to x'], ['["a"] at o1 to y']]);
  });

  it("has none where it is volatile or wants an answer", async () => {
    const cluster = createCluster(SESSIONS);
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await one.node.broadcast(PACKET, { ...EVERYBODY, flags: { volatile: true } });
    one.node.broadcastWithAck(PACKET, EVERYBODY, vi.fn(), vi.fn());
    expect([one.offsets, two.offsets]).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it("reaches the sockets of its own process while the broker is away", async () => {
    const cluster = createCluster(SESSIONS);
    const one = cluster.start("x");
    cluster.broker.failure = new Error("connection refused");
    await one.node.broadcast(PACKET, EVERYBODY);
    expect([one.delivered, one.warnings]).toEqual([
      ['["a"] to x'],
      ['BOWLINE_CLUSTER: Cannot reach the other servers of "/": connection refused'],
    ]);
  });

  it("that cannot be encoded is reported where the broker's log comes first", async () => {
    const cluster = createCluster(SESSIONS);
    const one = cluster.start("x");
    const mistake = new TypeError("no JSON for that");
    one.nsp.deliver = () => {
      throw mistake;
    };
    await one.node.broadcast(PACKET, EVERYBODY);
    expect(one.uncaught).toEqual([mistake]);
  });
});

describe("a broadcast with an ack in a cluster", () => {
  it("counts and hears the clients of all servers", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y", "z")];
    const [count, answer] = [vi.fn(), vi.fn()];
    one.node.broadcastWithAck(PACKET, { ...EVERYBODY, flags: { timeout: 100 } }, count, answer);
    await settle();
    one.replies.get("x")?.(["from x", "and more"]);
    two.replies.get("z")?.(["from z", "and more"]);
    await settle();
    expect([count.mock.calls, answer.mock.calls]).toEqual([
      [[1], [2]],
      [["from x", "and more"], ["from z"]],
    ]);
  });

  it("is forgotten when its time is up, also by the other servers", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start(), cluster.start("y")];
    const answer = vi.fn();
    one.node.broadcastWithAck(PACKET, { ...EVERYBODY, flags: { timeout: 100 } }, vi.fn(), answer);
    await settle();
    expect(one.node.ackRequests.size).toBe(1);
    cluster.clock.advance(100);
    two.replies.get("y")?.(["late"]);
    await settle();
    expect([one.node.ackRequests.size, two.forgotten, answer.mock.calls]).toEqual([0, [7], []]);
  });
});

describe("sockets of a cluster", () => {
  it("are found on all servers: those of this process themselves, of others what is known", async () => {
    const cluster = createCluster();
    const [one] = [cluster.start("x"), cluster.start("y")];
    expect(await one.node.fetchSockets({ rooms: new Set(["all"]) })).toEqual([
      one.sockets.get("x"),
      { id: "y", handshake: { of: "y" }, rooms: ["y"], data: { name: "y" } },
    ]);
    expect(await one.node.sockets(new Set(["all"]))).toEqual(new Set(["x", "y"]));
    expect(one.node.requests.size).toBe(0);
  });

  it("join, leave and are sent away on all servers", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    one.node.addSockets(EVERYBODY, ["r"]);
    one.node.delSockets(EVERYBODY, ["r", "s"]);
    one.node.disconnectSockets(EVERYBODY, true);
    await settle();
    expect([one.done, two.done]).toEqual([
      ["x joins r", "x leaves r", "x leaves s", "x is sent away for good"],
      ["y joins r", "y leaves r", "y leaves s", "y is sent away for good"],
    ]);
  });

  it("are not found when a server keeps silent: the question ends with an error", async () => {
    const cluster = createCluster();
    const [one, two, three] = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
    two.node.onMessage = vi.fn();
    const found = one.node.fetchSockets(EVERYBODY);
    await settle();
    expect([one.node.requests.size, three.warnings]).toEqual([1, []]);
    cluster.clock.advance(5000);
    await expect(found).rejects.toThrow("timeout reached: only 1 responses received out of 2");
    expect([one.node.requests.size, cluster.clock.pendingTimers]).toEqual([0, 0]);
  });

  it("are those of this process where there is no other server", async () => {
    const cluster = createCluster();
    const one = cluster.start("x");
    expect(await one.node.fetchSockets(EVERYBODY)).toEqual([one.sockets.get("x")]);
    expect(cluster.broker.log).toEqual([]);
  });
});

describe("an event for the other servers", () => {
  it("reaches each of them, and not the one that sends it", async () => {
    const cluster = createCluster();
    const [one, two, three] = [cluster.start(), cluster.start(), cluster.start()];
    void one.node.serverSideEmit(["reload", 1]);
    await settle();
    expect([one.serverSide, two.serverSide, three.serverSide]).toEqual([[], [["reload", 1]], [["reload", 1]]]);
  });

  it("is answered by all of them, each once", async () => {
    const cluster = createCluster();
    const [one, two, three] = [cluster.start(), cluster.start(), cluster.start()];
    const answers = vi.fn();
    two.nsp._onServerSideEmit = ([, answer]) => {
      answerBy(answer, "two", "and more");
      answerBy(answer, "again");
    };
    three.nsp._onServerSideEmit = ([, answer]) => answerBy(answer, "three");
    void one.node.serverSideEmit(["who", answers]);
    await settle();
    expect(answers.mock.calls).toEqual([[null, ["two", "three"]]]);
  });

  it("is answered by nobody where there is no other server", async () => {
    const cluster = createCluster();
    const answers = vi.fn();
    void cluster.start().node.serverSideEmit(["who", answers]);
    await settle();
    expect(answers.mock.calls).toEqual([[null, []]]);
  });

  it("ends with an error and the answers that came, when a server keeps silent", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start(), cluster.start(), cluster.start()];
    const answers = vi.fn();
    two.nsp._onServerSideEmit = ([, answer]) => answerBy(answer, "two");
    void one.node.serverSideEmit(["who", answers]);
    await settle();
    cluster.clock.advance(5000);
    const error = new IncompleteAnswersError("timeout reached: only 1 responses received out of 2", ["two"], []);
    expect(answers.mock.calls).toEqual([[error, ["two"]]]);
  });

  it("is answered as well where the broker brings answers to everybody, as messages", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start(), cluster.start()];
    const [mine, others] = [vi.fn(), vi.fn()];
    void one.node.serverSideEmit(["who", mine]);
    void two.node.serverSideEmit(["who", others]);
    await settle();
    const [requestId = ""] = one.node.requests.keys();
    const answer = { type: MessageType.SERVER_SIDE_EMIT_RESPONSE, data: { requestId, packet: 1 }, nsp: "/" };
    for (const { node } of [one, two]) node.onMessage({ ...answer, uid: two.node.uid });
    expect([mine.mock.calls, others.mock.calls]).toEqual([[[null, [1]]], []]);
  });

  it("that waits for answers ends when the adapter is closed", async () => {
    const cluster = createCluster();
    const [one] = [cluster.start(), cluster.start()];
    const answers = vi.fn();
    one.node.broadcastWithAck(PACKET, EVERYBODY, vi.fn(), vi.fn());
    void one.node.serverSideEmit(["who", answers]);
    await settle();
    void one.node.close();
    expect(answers.mock.calls).toEqual([[expect.any(Error), []]]);
    expect([one.node.requests.size, one.node.ackRequests.size, cluster.clock.pendingTimers]).toEqual([0, 0, 0]);
  });
});

describe("what goes wrong in a cluster", () => {
  it("is told to whoever asks where nobody says how many servers there are", async () => {
    const cluster = createCluster();
    const one = cluster.start("x");
    one.node.serverCount = () => new Promise(() => undefined);
    const found = one.node.fetchSockets({ ...EVERYBODY, flags: { timeout: 100 } }).catch((error: unknown) => error);
    await settle();
    cluster.clock.advance(100);
    expect(await found).toMatchObject({
      message: "timeout reached: nobody has told how many servers there are",
      results: [one.sockets.get("x")],
      missing: [],
    });
  });

  it("is told once while the broker is away, and again after it has been back for a while", async () => {
    const cluster = createCluster();
    const one = cluster.start("x");
    cluster.broker.failure = new Error("away");
    void one.node.broadcast(PACKET, EVERYBODY);
    void one.node.broadcast(PACKET, EVERYBODY);
    await settle();
    cluster.broker.failure = undefined;
    void one.node.broadcast(PACKET, EVERYBODY);
    await settle();
    cluster.clock.advance(60_000);
    cluster.broker.failure = new Error("away again");
    void one.node.broadcast(PACKET, EVERYBODY);
    await settle();
    expect(one.warnings.map((text) => text.split(": ")[2])).toEqual(["away", "away again"]);
  });

  it("costs a warning where an answer cannot be sent", async () => {
    const cluster = createCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    void one.node.fetchSockets(EVERYBODY).catch(() => undefined);
    await Promise.resolve();
    cluster.broker.failure = new Error("away");
    await settle();
    cluster.clock.advance(5000);
    expect([...one.warnings, ...two.warnings]).toEqual([
      'BOWLINE_CLUSTER: Cannot reach the other servers of "/": away',
    ]);
  });

  it("costs a warning where a message makes no sense", () => {
    const one = createCluster().start("x");
    const broken = strange('{"type":3,"uid":"other","nsp":"/","data":{}}');
    one.node.onMessage(broken);
    expect(one.warnings).toEqual([expect.stringMatching(/^BOWLINE_CLUSTER: Cannot take a message of another server/)]);
  });

  it("is not a message or an answer of a kind that is not known", () => {
    const one = createCluster().start("x");
    one.node.onMessage(strange('{"type":99,"uid":"other","nsp":"/","data":{}}'));
    one.node.onMessage({ type: MessageType.HEARTBEAT, uid: "other", nsp: "/" });
    expect([one.warnings, one.delivered]).toEqual([[], []]);
  });

  it("is not an answer that nobody waits for", () => {
    const one = createCluster().start("x");
    const sender = { uid: "other", nsp: "/" };
    one.node.onResponse({ ...sender, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "r", sockets: [] } });
    one.node.onResponse({
      ...sender,
      type: MessageType.SERVER_SIDE_EMIT_RESPONSE,
      data: { requestId: "r", packet: 1 },
    });
    one.node.onResponse({
      ...sender,
      type: MessageType.BROADCAST_CLIENT_COUNT,
      data: { requestId: "r", clientCount: 1 },
    });
    one.node.onResponse({ ...sender, type: MessageType.BROADCAST_ACK, data: { requestId: "r", packet: 1 } });
    expect(one.warnings).toEqual([]);
  });
});

describe("the kinds of messages", () => {
  it("are known by name and by number", () => {
    expect([MessageType.BROADCAST, MessageType[3], MessageType[13]]).toEqual([3, "BROADCAST", "ADAPTER_CLOSE"]);
  });
});
