// Rules of rooms in memory: a room lives as long as it has members, and a broadcast reaches each addressee once.
import type { SocketPacket } from "@bowline/protocol";
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { AdapterNamespace, AdapterSocket, BroadcastFlags } from "./adapter.ts";
import { MemoryAdapter } from "./memory-adapter.ts";
import { SessionStore } from "./session-store.ts";

/** An adapter and sockets of these names, each in its own room. */
function createAdapter(...ids: readonly string[]) {
  const delivered: string[] = [];
  const done: string[] = [];
  const flagsSeen: BroadcastFlags[] = [];
  const replies = new Map<string, (args: readonly unknown[]) => void>();
  const sockets = new Map<string, AdapterSocket>();
  const namespace: AdapterNamespace = {
    name: "/",
    sockets,
    deliver: (packet, flags) => {
      flagsSeen.push(flags);
      return { to: (socket) => delivered.push(`${JSON.stringify(packet.data)} to ${socket.id}`), toLog };
    },
    expectAck: (socket, _, reply) => replies.set(socket.id, reply),
  };
  const adapter = new MemoryAdapter(namespace);
  for (const id of ids) {
    sockets.set(id, {
      id,
      join: (rooms) => void done.push(`${id} joins ${rooms}`),
      leave: (room) => void done.push(`${id} leaves ${room}`),
      disconnect: (close) => void done.push(`${id} is sent away${close ? " for good" : ""}`),
    });
    adapter.addAll(id, new Set([id]));
  }
  return { adapter, sockets, delivered, done, flagsSeen, replies };
}

const toLog = () => ({ data: [], byteLength: 0 });

const PACKET: SocketPacket = { type: 2, nsp: "/", data: ["a"] };

function rooms(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names);
}

describe("rooms", () => {
  it("exist while they have members", () => {
    const { adapter } = createAdapter("x", "y");
    adapter.addAll("x", rooms("a", "b"));
    adapter.addAll("y", rooms("a"));
    expect([...adapter.rooms]).toEqual([
      ["x", rooms("x")],
      ["y", rooms("y")],
      ["a", rooms("x", "y")],
      ["b", rooms("x")],
    ]);
    adapter.del("x", "a");
    adapter.del("x", "b");
    expect([[...adapter.rooms.keys()], adapter.socketRooms("x")]).toEqual([["x", "y", "a"], rooms("x")]);
    adapter.del("y", "a");
    expect([...adapter.rooms.keys()]).toEqual(["x", "y"]);
  });

  it("lose a socket that leaves them all", () => {
    const { adapter } = createAdapter("x", "y");
    adapter.addAll("x", rooms("a"));
    adapter.addAll("y", rooms("a"));
    adapter.delAll("x");
    expect([...adapter.rooms.keys()]).toEqual(["y", "a"]);
    expect([adapter.socketRooms("x"), [...adapter.sids.keys()]]).toEqual([undefined, ["y"]]);
  });

  it("do not mind a socket or a room that is not there", () => {
    const { adapter } = createAdapter("x");
    adapter.del("nobody", "a");
    adapter.del("x", "nowhere");
    adapter.delAll("nobody");
    expect([...adapter.rooms.keys()]).toEqual(["x"]);
  });

  it("are all gone when the adapter is closed", () => {
    const { adapter } = createAdapter("x");
    adapter.close();
    expect([adapter.rooms.size, adapter.sids.size]).toEqual([0, 0]);
  });
});

describe("a broadcast", () => {
  it("without rooms is for everybody", () => {
    const { adapter, delivered } = createAdapter("x", "y");
    adapter.broadcast(PACKET, { rooms: rooms() });
    expect(delivered).toEqual(['["a"] to x', '["a"] to y']);
  });

  it("to several rooms reaches each member once", () => {
    const { adapter, delivered } = createAdapter("x", "y", "z");
    adapter.addAll("x", rooms("a", "b"));
    adapter.addAll("y", rooms("b"));
    adapter.broadcast(PACKET, { rooms: rooms("a", "b", "nowhere") });
    expect(delivered).toEqual(['["a"] to x', '["a"] to y']);
  });

  it("leaves out the members of rooms", () => {
    const { adapter, delivered } = createAdapter("x", "y", "z");
    adapter.addAll("x", rooms("a"));
    adapter.addAll("y", rooms("a"));
    adapter.broadcast(PACKET, { rooms: rooms("a"), except: rooms("y", "z") });
    expect(delivered).toEqual(['["a"] to x']);
  });

  it("passes over ids whose sockets are not in the namespace", () => {
    const { adapter, delivered } = createAdapter("x");
    adapter.addAll("joining", rooms("a"));
    adapter.broadcast(PACKET, { rooms: rooms("a") });
    adapter.broadcast(PACKET, { rooms: rooms() });
    expect(delivered).toEqual(['["a"] to x']);
  });

  it("hands its flags over, none where it has none", () => {
    const { adapter, flagsSeen } = createAdapter();
    adapter.broadcast(PACKET, { rooms: rooms(), flags: { volatile: true } });
    adapter.broadcast(PACKET, { rooms: rooms() });
    expect(flagsSeen).toEqual([{ volatile: true }, {}]);
  });

  it("with an ack tells how many are asked, before anything leaves, and each answer", () => {
    const { adapter, delivered, replies } = createAdapter("x", "y");
    const told: unknown[] = [];
    const packet = { ...PACKET, id: 7 };
    const count = (asked: number) => void told.push(`${asked} asked, ${delivered.length} delivered`);
    adapter.broadcastWithAck(packet, { rooms: rooms(), flags: { timeout: 5 } }, count, (args) => told.push(args));
    replies.get("y")?.(["yes"]);
    expect([told, delivered.length]).toEqual([["2 asked, 0 delivered", ["yes"]], 2]);
  });

  it("with an ack needs an id, and may come without flags", () => {
    const { adapter } = createAdapter("x");
    const counted = vi.fn();
    const message = "Cannot broadcast with an ack: the packet has no ack id";
    expect(() => adapter.broadcastWithAck(PACKET, { rooms: rooms() }, counted, vi.fn())).toThrow(
      new TypeError(message),
    );
    adapter.broadcastWithAck({ ...PACKET, id: 0 }, { rooms: rooms("nowhere") }, counted, vi.fn());
    expect(counted.mock.calls).toEqual([[0]]);
  });

  it("with an ack that cannot be delivered leaves nobody waiting for an answer", () => {
    const expectAck = vi.fn();
    const mistake = new TypeError("no JSON for that");
    const adapter = new MemoryAdapter({
      name: "/",
      sockets: new Map([
        ["x", { id: "x", join: () => undefined, leave: () => undefined, disconnect: () => undefined }],
      ]),
      deliver: () => ({
        to() {
          throw mistake;
        },
        toLog,
      }),
      expectAck,
    });
    adapter.addAll("x", rooms("x"));
    const ask = () => adapter.broadcastWithAck({ ...PACKET, id: 7 }, { rooms: rooms() }, vi.fn(), vi.fn());
    expect(ask).toThrow(mistake);
    expect(expectAck).not.toHaveBeenCalled();
  });

  it("is settled before its first delivery, so that handlers may move sockets meanwhile", () => {
    const delivered: string[] = [];
    const sockets = new Map<string, AdapterSocket>();
    const adapter: MemoryAdapter<AdapterSocket> = new MemoryAdapter({
      name: "/",
      sockets,
      deliver: () => ({
        to: ({ id }) => {
          delivered.push(id);
          adapter.delAll("y");
          adapter.addAll("late", rooms("a"));
        },
        toLog,
      }),
      expectAck: () => undefined,
    });
    for (const id of ["x", "y", "late"]) {
      sockets.set(id, { id, join: () => undefined, leave: () => undefined, disconnect: () => undefined });
    }
    adapter.addAll("x", rooms("a"));
    adapter.addAll("y", rooms("a"));
    adapter.broadcast(PACKET, { rooms: rooms("a") });
    expect(delivered).toEqual(["x", "y"]);
  });
});

describe("sockets of rooms", () => {
  it("are told by id, or fetched", async () => {
    const { adapter, sockets } = createAdapter("x", "y");
    adapter.addAll("x", rooms("a"));
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

describe("an adapter with memory for sessions", () => {
  /** An adapter whose namespace notes the offsets that events are delivered with. */
  function createKeeper() {
    const offsets: unknown[] = [];
    const sessions = new SessionStore({
      clock: createFakeClock(),
      epoch: "epoch",
      maxDisconnectionDurationMs: 1000,
      retentionMs: 2000,
      maxLogBytes: 1e6,
    });
    const adapter = new MemoryAdapter(
      {
        name: "/",
        sockets: new Map(),
        deliver: ({ data }, _, offset) => {
          offsets.push(offset);
          return { to: vi.fn(), toLog: () => ({ data: [data, offset], byteLength: 1 }) };
        },
        expectAck: vi.fn(),
      },
      sessions,
    );
    return { adapter, sessions, offsets };
  }

  it("gives every event an offset, and volatile ones that of the event before", () => {
    const { adapter, offsets } = createKeeper();
    adapter.broadcast(PACKET, { rooms: rooms(), flags: { volatile: true } });
    adapter.broadcast(PACKET, { rooms: rooms() });
    adapter.broadcast(PACKET, { rooms: rooms(), flags: { volatile: true } });
    adapter.broadcast(PACKET, { rooms: rooms() });
    expect(offsets).toEqual(["epoch.0", "epoch.1", "epoch.1", "epoch.2"]);
  });

  it("gives events that want an ack none, and does not keep them", () => {
    const { adapter, sessions, offsets } = createKeeper();
    adapter.broadcastWithAck({ ...PACKET, id: 1 }, { rooms: rooms() }, vi.fn(), vi.fn());
    expect([offsets, sessions.lastOffset]).toEqual([[undefined], "epoch.0"]);
  });

  it("brings a session back with what its rooms got since, and forgets it when the server ends", () => {
    const { adapter } = createKeeper();
    const session = { sid: "x", pid: "p", rooms: ["x", "a"], data: {} };
    adapter.addAll("x", rooms("x", "a", "b"));
    adapter.del("x", "b");
    adapter.persistSession(session);
    adapter.delAll("x");
    adapter.broadcast(PACKET, { rooms: rooms("a") });
    adapter.broadcast(PACKET, { rooms: rooms("b") });
    expect(adapter.restoreSession("p", "epoch.0")?.missedPackets).toEqual([[["a"], "epoch.1"]]);
    adapter.persistSession(session);
    adapter.close();
    expect(adapter.restoreSession("p", "epoch.2")).toBeUndefined();
  });

  it("is needed to bring anything back", () => {
    const { adapter } = createAdapter("x");
    adapter.persistSession({ sid: "x", pid: "p", rooms: [], data: {} });
    expect(adapter.restoreSession("p", "")).toBeUndefined();
  });
});
