// Rules of adapters of 1.x: they carry the broadcasts of our servers, find sockets as they are used to, and what only they
// can do stays within reach.
import type { AdapterConstructor } from "@bowline/adapter";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { chooseDialect } from "../runtime/dialect-2.ts";
import type { ServerOptions } from "../socket/options.ts";
import { SocketServer } from "../socket/server.ts";

type Callback = (error: unknown, value?: unknown) => void;

/** What an adapter of 1.x is handed. */
interface ElderNamespace {
  readonly name: string;
  readonly server: { readonly encoder: { encode(packet: object, done: (frames: readonly unknown[]) => void): void } };
  readonly connected: Readonly<
    Record<string, { packet(frames: readonly unknown[], options: object): void; readonly id: string }>
  >;
}

/** An adapter as those of 1.x were written, with what those for several servers add. */
class ElderAdapter {
  nsp: ElderNamespace;
  readonly members = new Map<string, Set<string>>();
  readonly told: unknown[] = [];
  customHook: unknown = undefined;
  failure: unknown = null;

  constructor(nsp: ElderNamespace) {
    this.nsp = nsp;
  }

  addAll(id: string, rooms: readonly string[], done: Callback): void {
    for (const room of rooms) this.members.set(room, (this.members.get(room) ?? new Set()).add(id));
    done(null);
  }

  del(id: string, room: string, done: Callback): void {
    this.members.get(room)?.delete(id);
    done(this.failure);
  }

  delAll(id: string, done: Callback): void {
    for (const members of this.members.values()) members.delete(id);
    done(this.failure);
  }

  broadcast(packet: { type: number }, options: { rooms: string[]; except: string[]; flags: object }): void {
    this.told.push([packet.type, options]);
    this.nsp.server.encoder.encode(packet, (frames) => {
      for (const [id, socket] of Object.entries(this.nsp.connected)) {
        const isIn = options.rooms.length === 0 || options.rooms.some((room) => this.members.get(room)?.has(id));
        if (isIn && !options.except.includes(id)) socket.packet(frames, { preEncoded: true, ...options.flags });
      }
    });
  }

  clients(rooms: readonly string[], done: Callback): void {
    const own = Object.keys(this.nsp.connected).filter((id) => rooms.every((room) => this.members.get(room)?.has(id)));
    done(this.failure, [...own, "afar"]);
  }

  clientRooms(_id: string, done: Callback): void {
    done(null, []);
  }

  remoteJoin(id: string, room: string, done: Callback): void {
    this.told.push(["join", id, room]);
    done(this.failure);
  }

  remoteLeave(id: string, room: string, done: Callback): void {
    this.told.push(["leave", id, room]);
    done(null);
  }

  remoteDisconnect(id: string, close: boolean, done: Callback): void {
    this.told.push(["disconnect", id, close]);
    done(null);
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
}

/** A class of another contract than the option's types say, as programs in plain JavaScript hand it in. */
function asOption(made: unknown): AdapterConstructor;
function asOption(made: unknown): unknown {
  return made;
}

function createServer(options: Partial<ServerOptions> = {}) {
  const made: ElderAdapter[] = [];
  class Noted extends ElderAdapter {
    constructor(nsp: ElderNamespace) {
      super(nsp);
      made.push(this);
    }
  }
  const platform = createFakePlatform();
  class ServerInMemory extends SocketServer {
    readonly door = this.startEngine({});
  }
  const io = new ServerInMemory({ adapter: asOption(Noted), ...options }, platform, chooseDialect);
  const [elder] = made;
  if (elder === undefined) throw new Error("Cannot go on: no adapter was made");
  const connect = () => new FakeClient(io.door, platform.clock).join();
  const connectElder = () => new FakeClient(io.door, platform.clock, { protocol: 3 });
  return { io, elder, connect, connectElder, platform };
}

describe("an adapter of 1.x", () => {
  it("carries broadcasts to clients of all generations, with lists where later ones have sets", () => {
    const { io, elder, connect, connectElder } = createServer();
    const [one, two] = [connect(), connectElder()];
    const ids = [...io.sockets.sockets.keys()];
    io.to("none").except("x").emit("a");
    io.except(ids[1] ?? "").volatile.emit("b", 1);
    io.emit("c");
    expect([one.take(), two.take()]).toEqual([['2["b",1]', '2["c"]'], ['2["c"]']]);
    expect(elder.told[0]).toEqual([2, { rooms: ["none"], except: ["x"], flags: {} }]);
  });

  it("is made before a namespace of a 2.x program has sockets, and finds those of later on", () => {
    const { io, elder, connectElder } = createServer({ compat: 2 });
    const client = connectElder();
    io.emit("a");
    expect(client.take()).toEqual(['2["a"]']);
    expect(Object.keys(elder.nsp.connected)).toHaveLength(1);
  });

  it("is asked itself for clients by programs of 2.x, whatever else takes their callbacks", async () => {
    const { io } = createServer({ compat: 2 });
    const told = vi.fn();
    io.in("a").clients(told);
    await settle();
    expect(told.mock.calls).toEqual([[null, ["afar"]]]);
  });

  it("learns of bytes by the type, and sends them as attachments", () => {
    const { io, elder, connect } = createServer();
    const client = connect();
    io.emit("a", new Uint8Array([1]));
    expect(elder.told).toEqual([[5, { rooms: [], except: [], flags: {} }]]);
    expect(client.take()).toEqual(['51-["a",{"_placeholder":true,"num":0}]', new Uint8Array([1])]);
  });

  it("hears of rooms, which the server knows at once", async () => {
    const { io, elder, connect } = createServer();
    const client = connect();
    const [socket] = [...io.sockets.sockets.values()];
    await socket?.join(["r", "s"]);
    await socket?.leave("s");
    io.to("r").emit("a");
    expect([client.take(), [...(socket?.rooms ?? [])], elder.members.get("r")?.size]).toEqual([
      ['2["a"]'],
      [socket?.id, "r"],
      1,
    ]);
    client.vanish();
    expect([elder.members.get("r")?.size, io.sockets.adapter.rooms.size]).toEqual([0, 0]);
  });

  it("answers who is there, on other servers too, and has those join, leave and go", async () => {
    const { io, elder, connect } = createServer();
    connect();
    const [id = ""] = io.sockets.sockets.keys();
    expect(await io.allSockets()).toEqual(new Set([id, "afar"]));
    io.socketsJoin(["r"]);
    io.in("r").socketsLeave("r");
    io.disconnectSockets(true);
    io.local.socketsJoin("near");
    io.except("nobody").socketsJoin("s");
    await settle();
    expect(elder.told).toEqual([
      ["join", "afar", "r"],
      ["leave", "afar", "r"],
      ["disconnect", "afar", true],
    ]);
  });

  it("keeps what only it can do, and takes what programs set", () => {
    const { io, elder } = createServer();
    const { adapter } = io.sockets;
    const hook = vi.fn();
    Reflect.set(adapter, "customHook", hook);
    const done = vi.fn();
    const remoteJoin: unknown = Reflect.get(adapter, "remoteJoin");
    if (typeof remoteJoin === "function") Reflect.apply(remoteJoin, adapter, ["x", "r", done]);
    expect([elder.customHook, elder.told, done.mock.calls]).toEqual([hook, [["join", "x", "r"]], [[null]]]);
    expect(["clientRooms" in adapter, "socketRooms" in adapter, "nothing" in adapter]).toEqual([true, true, false]);
    Reflect.set(adapter, "marksEvents", true);
    expect(Reflect.get(adapter, "marksEvents")).toBe(true);
  });

  it("that fails is warned of, or rejects where a program waits", async () => {
    const { io, elder, connect, platform } = createServer();
    const client = connect();
    const [socket] = [...io.sockets.sockets.values()];
    elder.failure = new Error("away");
    await expect(socket?.leave("r")).rejects.toThrow("away");
    await expect(io.allSockets()).rejects.toThrow("away");
    io.socketsJoin("r");
    elder.failure = "in words";
    client.vanish();
    await settle();
    expect(platform.warnings.map(([, text]) => text.split(": ")[1])).toEqual(["in words", "away"]);
  });
});

describe("rooms in dialect 2", () => {
  it("are read by name, with their length and their sockets", () => {
    const platform = createFakePlatform();
    class ServerInMemory extends SocketServer {
      readonly door = this.startEngine({});
    }
    const io = new ServerInMemory({ compat: 2 }, platform, chooseDialect);
    new FakeClient(io.door, platform.clock, { protocol: 3 });
    const [id = ""] = io.sockets.sockets.keys();
    io.socketsJoin("r");
    const { rooms, sids } = io.sockets.adapter;
    expect(Reflect.get(rooms, "r")).toEqual({ sockets: { [id]: true }, length: 1 });
    expect([Reflect.get(rooms, "nothing"), Object.keys(rooms), rooms.get("r")]).toEqual([
      undefined,
      [id, "r"],
      new Set([id]),
    ]);
    expect(Reflect.get(sids, id)).toEqual({ [id]: true, r: true });
  });

  it("are plain maps elsewhere", () => {
    const io = new SocketServer({}, createFakePlatform(), chooseDialect);
    expect(Object.keys(io.sockets.adapter.rooms)).toEqual([]);
  });
});
