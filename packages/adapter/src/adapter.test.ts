// Rules of rooms in memory: a room lives as long as it has members, and a broadcast reaches each addressee once.
import { describe, expect, it, vi } from "vitest";
import { createFakeNamespace, type FakeNamespaceOptions } from "../test-support/fake-namespace.ts";
import { Adapter } from "./adapter.ts";
import type { BroadcastPacket } from "./contract.ts";

/** An adapter, and sockets of these names, each in its own room. */
function createAdapter(...ids: readonly string[]) {
  return createAdapterWith({}, ...ids);
}

function createAdapterWith(options: FakeNamespaceOptions, ...ids: readonly string[]) {
  const namespace = createFakeNamespace(options);
  const adapter = new Adapter(namespace.nsp);
  namespace.add(...ids);
  for (const id of ids) void adapter.addAll(id, new Set([id]));
  return { adapter, ...namespace };
}

const PACKET: BroadcastPacket = { type: 2, data: ["a"] };

function rooms(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names);
}

describe("rooms", () => {
  it("exist while they have members", () => {
    const { adapter } = createAdapter("x", "y");
    void adapter.addAll("x", rooms("a", "b"));
    void adapter.addAll("y", rooms("a"));
    expect([...adapter.rooms]).toEqual([
      ["x", rooms("x")],
      ["y", rooms("y")],
      ["a", rooms("x", "y")],
      ["b", rooms("x")],
    ]);
    void adapter.del("x", "a");
    void adapter.del("x", "b");
    expect([[...adapter.rooms.keys()], adapter.socketRooms("x")]).toEqual([["x", "y", "a"], rooms("x")]);
    void adapter.del("y", "a");
    expect([...adapter.rooms.keys()]).toEqual(["x", "y"]);
  });

  it("lose a socket that leaves them all", () => {
    const { adapter } = createAdapter("x", "y");
    void adapter.addAll("x", rooms("a"));
    void adapter.addAll("y", rooms("a"));
    adapter.delAll("x");
    expect([...adapter.rooms.keys()]).toEqual(["y", "a"]);
    expect([adapter.socketRooms("x"), [...adapter.sids.keys()]]).toEqual([undefined, ["y"]]);
  });

  it("do not mind a socket or a room that is not there", () => {
    const { adapter } = createAdapter("x");
    void adapter.del("nobody", "a");
    void adapter.del("x", "nowhere");
    adapter.delAll("nobody");
    expect([...adapter.rooms.keys()]).toEqual(["x"]);
  });

  it("are all gone when the adapter is closed", () => {
    const { adapter } = createAdapter("x");
    void adapter.close();
    expect([adapter.rooms.size, adapter.sids.size]).toEqual([0, 0]);
  });
});

describe("an adapter that keeps rooms by itself, in the maps it finds", () => {
  class OwnRooms extends Adapter {
    override addAll(id: string, names: ReadonlySet<string>): void {
      if (!this.sids.has(id)) this.sids.set(id, new Set());
      for (const name of names) {
        this.sids.get(id)?.add(name);
        if (!this.rooms.has(name)) this.rooms.set(name, new Set());
        this.rooms.get(name)?.add(id);
      }
    }
    override delAll(id: string): void {
      for (const name of this.sids.get(id) ?? []) {
        const members = this.rooms.get(name);
        if (members?.delete(id) === true && members.size === 0) this.rooms.delete(name);
      }
      this.sids.delete(id);
    }
  }

  it("reaches those who are in there", () => {
    const { nsp, add, delivered } = createFakeNamespace();
    const adapter = new OwnRooms(nsp);
    add("x", "y");
    adapter.addAll("x", rooms("x", "a"));
    adapter.addAll("y", rooms("y", "a"));
    void adapter.broadcast(PACKET, { rooms: rooms("a"), except: rooms("y") });
    adapter.delAll("x");
    void adapter.broadcast(PACKET, { rooms: rooms() });
    void adapter.broadcast(PACKET, { rooms: rooms("a") });
    expect(delivered).toEqual(['["a"] to x', '["a"] to y', '["a"] to y']);
    expect([...adapter.rooms]).toEqual([
      ["a", rooms("y")],
      ["y", rooms("y")],
    ]);
  });
});

describe("the events of rooms", () => {
  it("tell who joins and leaves, and which rooms come and go", () => {
    const { adapter } = createAdapter();
    const told: string[] = [];
    adapter.on("create-room", (room) => told.push(`${room} is made`));
    adapter.on("join-room", (room, id) => told.push(`${id} joins ${room}`));
    adapter.on("leave-room", (room, id) => told.push(`${id} leaves ${room}`));
    adapter.on("delete-room", (room) => told.push(`${room} is gone`));
    void adapter.addAll("x", rooms("x", "a"));
    void adapter.addAll("y", rooms("a"));
    void adapter.addAll("y", rooms("a"));
    void adapter.del("y", "a");
    void adapter.del("y", "a");
    adapter.delAll("x");
    expect(told).toEqual([
      "x is made",
      "x joins x",
      "a is made",
      "x joins a",
      "y joins a",
      "y leaves a",
      "x leaves x",
      "x is gone",
      "x leaves a",
      "a is gone",
    ]);
  });
});

describe("a broadcast", () => {
  it("without rooms is for everybody", () => {
    const { adapter, delivered } = createAdapter("x", "y");
    void adapter.broadcast(PACKET, { rooms: rooms() });
    expect(delivered).toEqual(['["a"] to x', '["a"] to y']);
  });

  it("to several rooms reaches each member once", () => {
    const { adapter, delivered } = createAdapter("x", "y", "z");
    void adapter.addAll("x", rooms("a", "b"));
    void adapter.addAll("y", rooms("b"));
    void adapter.broadcast(PACKET, { rooms: rooms("a", "b", "nowhere") });
    expect(delivered).toEqual(['["a"] to x', '["a"] to y']);
  });

  it("leaves out the members of rooms", () => {
    const { adapter, delivered } = createAdapter("x", "y", "z");
    void adapter.addAll("x", rooms("a"));
    void adapter.addAll("y", rooms("a"));
    void adapter.broadcast(PACKET, { rooms: rooms("a"), except: rooms("y", "z") });
    expect(delivered).toEqual(['["a"] to x']);
  });

  it("passes over ids whose sockets are not in the namespace", () => {
    const { adapter, delivered } = createAdapter("x");
    void adapter.addAll("joining", rooms("a"));
    void adapter.broadcast(PACKET, { rooms: rooms("a") });
    void adapter.broadcast(PACKET, { rooms: rooms() });
    expect(delivered).toEqual(['["a"] to x']);
  });

  it("hands its flags over, none where it has none", () => {
    const { adapter, flagsSeen } = createAdapter();
    void adapter.broadcast(PACKET, { rooms: rooms(), flags: { volatile: true } });
    void adapter.broadcast(PACKET, { rooms: rooms() });
    expect(flagsSeen).toEqual([{ volatile: true }, {}]);
  });

  it("is of the namespace of the adapter, whatever the packet says", () => {
    const { adapter, namesSeen } = createAdapterWith({ name: "/room-1" });
    void adapter.broadcast(PACKET, { rooms: rooms() });
    void adapter.broadcast({ ...PACKET, nsp: "/room-1" }, { rooms: rooms() });
    void adapter.broadcast({ ...PACKET, nsp: "/_0" }, { rooms: rooms() });
    expect(namesSeen).toEqual(["/room-1", "/room-1", "/room-1"]);
  });

  it("with an ack tells how many are asked, and the arguments of each answer", () => {
    const { adapter, replies, delivered } = createAdapter("x", "y");
    const [count, answer] = [vi.fn(), vi.fn()];
    adapter.broadcastWithAck(PACKET, { rooms: rooms(), flags: { timeout: 5 } }, count, answer);
    replies.get("y")?.(["yes", 2]);
    expect([count.mock.calls, answer.mock.calls, delivered.length]).toEqual([[[2]], [["yes", 2]], 2]);
  });

  it("with an ack has answers forgotten once they come too late", () => {
    const { adapter, replies, forgotten, clock } = createAdapter("x", "y");
    adapter.broadcastWithAck(PACKET, { rooms: rooms(), flags: { timeout: 5 } }, vi.fn(), vi.fn());
    replies.get("x")?.([]);
    clock.advance(5);
    expect(forgotten).toEqual([7]);
  });

  it("with an ack leaves no timer behind when everybody has answered, or nobody is asked", () => {
    const { adapter, replies, clock } = createAdapter("x");
    adapter.broadcastWithAck(PACKET, { rooms: rooms(), flags: { timeout: 5 } }, vi.fn(), vi.fn());
    replies.get("x")?.([]);
    adapter.broadcastWithAck(PACKET, { rooms: rooms("nowhere"), flags: { timeout: 5 } }, vi.fn(), vi.fn());
    adapter.broadcastWithAck(PACKET, { rooms: rooms() }, vi.fn(), vi.fn());
    expect(clock.pendingTimers).toBe(0);
  });

  it("with an ack that cannot be delivered leaves nobody waiting for an answer", () => {
    const mistake = new TypeError("no JSON for that");
    const { adapter, replies } = createAdapterWith({ mistake }, "x");
    const ask = () => adapter.broadcastWithAck(PACKET, { rooms: rooms() }, vi.fn(), vi.fn());
    expect(ask).toThrow(mistake);
    expect(replies.size).toBe(0);
  });

  it("is settled before its first delivery, so that handlers may move sockets meanwhile", () => {
    const namespace = createFakeNamespace();
    const delivered: string[] = [];
    const adapter: Adapter = new Adapter({
      ...namespace.nsp,
      deliver: () => ({
        to: ({ id }) => {
          delivered.push(id);
          adapter.delAll("y");
          void adapter.addAll("late", rooms("a"));
        },
        toLog: () => ({ data: [], byteLength: 0 }),
      }),
    });
    namespace.add("x", "y", "late");
    void adapter.addAll("x", rooms("a"));
    void adapter.addAll("y", rooms("a"));
    void adapter.broadcast(PACKET, { rooms: rooms("a") });
    expect(delivered).toEqual(["x", "y"]);
  });
});

describe("sockets of rooms", () => {
  it("are told by id, or fetched", async () => {
    const { adapter, sockets } = createAdapter("x", "y");
    void adapter.addAll("x", rooms("a"));
    expect(await adapter.sockets(rooms("a"))).toEqual(rooms("x"));
    expect(await adapter.sockets(rooms())).toEqual(rooms("x", "y"));
    expect(await adapter.fetchSockets({ rooms: rooms(), except: rooms("a") })).toEqual([sockets.get("y")]);
  });

  it("join, leave and are sent away together", () => {
    const { adapter, done } = createAdapter("x", "y");
    adapter.addSockets({ rooms: rooms("x") }, ["a", "b"]);
    adapter.delSockets({ rooms: rooms() }, ["a", "b"]);
    adapter.disconnectSockets({ rooms: rooms("y") }, false);
    adapter.disconnectSockets({ rooms: rooms("x") }, true);
    expect(done).toEqual([
      "x joins a,b",
      "x leaves a",
      "x leaves b",
      "y leaves a",
      "y leaves b",
      "y is sent away",
      "x is sent away for good",
    ]);
  });
});

describe("an adapter alone", () => {
  it("is one server, whose encoder is that of the namespace's", async () => {
    const { adapter, nsp } = createAdapter();
    expect([await adapter.serverCount(), adapter.encoder, adapter.init()]).toEqual([1, nsp.server.encoder, undefined]);
  });

  it("says once that what is sent to other servers reaches nobody, and answers with no answers", () => {
    const { adapter, warnings } = createAdapter();
    const answered = vi.fn();
    adapter.serverSideEmit(["a", 1]);
    adapter.serverSideEmit(["a", answered]);
    expect(answered.mock.calls).toEqual([[null, []]]);
    expect(warnings).toEqual([expect.stringMatching(/^BOWLINE_NO_OTHER_SERVERS: serverSideEmit\(\) reaches nobody/)]);
  });

  it("keeps no sessions", () => {
    const { adapter } = createAdapter("x");
    void adapter.persistSession({ sid: "x", pid: "p", rooms: [], data: {} });
    expect(adapter.restoreSession("p", "")).toBeNull();
  });
});
