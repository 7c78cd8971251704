// Rules of the adapter of 1.x: rooms are objects, methods call back in a later turn, and it is extended in the old way.
import { describe, expect, it, vi } from "vitest";
import { ElderAdapter, type ElderNamespace } from "./elder-adapter.ts";

function createElder(...ids: readonly string[]) {
  const sent: unknown[] = [];
  const connected = Object.fromEntries(
    ids.map(
      (id) => [id, { packet: (frames: unknown, options: object) => void sent.push([id, frames, options]) }] as const,
    ),
  );
  const nsp: ElderNamespace = {
    name: "/n",
    connected,
    server: {
      encoder: {
        encode: ({ nsp: name, data }, done) => done([JSON.stringify([name, data])]),
      },
    },
  };
  const adapter = new ElderAdapter(nsp);
  for (const id of ids) adapter.add(id, id);
  return { adapter, nsp, sent };
}

async function settle(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

describe("an adapter of 1.x", () => {
  it("keeps rooms as objects with their length", () => {
    const { adapter } = createElder("x");
    adapter.addAll("x", ["r", "__proto__"]);
    adapter.addAll("y", ["r", "r"]);
    expect([adapter.rooms["r"], Object.keys(adapter.rooms)]).toEqual([
      { sockets: { x: true, y: true }, length: 2 },
      ["x", "r", "__proto__"],
    ]);
    adapter.del("x", "r");
    adapter.del("x", "r");
    adapter.del("nobody", "nowhere");
    expect([adapter.rooms["r"]?.length, Object.keys(adapter.sids["x"] ?? {})]).toEqual([1, ["x", "__proto__"]]);
    adapter.delAll("y");
    adapter.delAll("x");
    adapter.delAll("x");
    expect([Object.keys(adapter.rooms), Object.keys(adapter.sids)]).toEqual([[], []]);
  });

  it("sends frames to those addressed, each once", () => {
    const { adapter, sent } = createElder("x", "y", "z");
    adapter.addAll("x", ["a", "b"]);
    adapter.addAll("gone", ["a"]);
    const packet = { type: 2, nsp: "/", data: ["e"] } as const;
    adapter.broadcast(packet, { rooms: ["a", "b", "nowhere"], flags: { volatile: true } });
    adapter.broadcast(packet, { except: ["x", "y"] });
    expect(sent).toEqual([
      ["x", ['["/n",["e"]]'], { preEncoded: true, volatile: true, compress: undefined }],
      ["z", ['["/n",["e"]]'], { preEncoded: true, volatile: undefined, compress: undefined }],
    ]);
  });

  it("calls back in a later turn", async () => {
    const { adapter } = createElder("x", "y");
    const done = vi.fn();
    adapter.add("x", "r", done);
    adapter.clients(["r"], done);
    adapter.clients(done);
    adapter.clientRooms("x", done);
    adapter.clientRooms("nobody", done);
    adapter.clientRooms("x");
    adapter.del("x", "r", done);
    adapter.delAll("x", done);
    expect(done).not.toHaveBeenCalled();
    await settle();
    expect(done.mock.calls).toEqual([
      [null],
      [null, ["x"]],
      [null, ["x", "y"]],
      [null, ["x", "r"]],
      [null, null],
      [null],
      [null],
    ]);
  });

  it("is extended in the old way, and listened to", () => {
    const { nsp } = createElder();
    const heard = vi.fn();
    function Own(this: object): void {
      if (typeof ElderAdapter === "function") Reflect.apply(ElderAdapter, this, [nsp]);
    }
    Object.setPrototypeOf(Own.prototype, ElderAdapter.prototype);
    const own: unknown = Reflect.construct(Own, []);
    if (!(own instanceof ElderAdapter)) throw new Error("Cannot go on: the class does not inherit");
    own.add("x", "x");
    own.on("a", heard).emit("a", 1);
    expect([Object.keys(own.rooms), heard.mock.calls]).toEqual([["x"], [[1]]]);
  });
});
