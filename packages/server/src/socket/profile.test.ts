// Rules of `compat: 2`: what a 2.x program and 2.x clients find as they knew it, and what stays strict all the same.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

function createServer(compat: ServerOptions["compat"]) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ compat }, platform);
  io.of("/chat");
  return {
    io,
    connect: (options?: FakeClientOptions) => new FakeClient(io.door, platform.clock, options),
  };
}

/** A server, a client of 2.x in its main namespace, and what that socket is told. */
function createScene(compat: ServerOptions["compat"]) {
  const { io, connect } = createServer(compat);
  const told = vi.fn<(...told: unknown[]) => void>();
  let socket: Socket | undefined;
  io.on("connection", (joined: Socket) => {
    socket = joined;
    joined.on("error", (error: unknown) => void told("error", error));
    joined.on("disconnect", (reason) => void told("disconnect", reason));
    joined.onAny((event) => void told("event", event));
  });
  const client = connect({ protocol: 3 });
  return { io, client, socket, told };
}

/** What clients of 2.x may send that is out of place, without being garbage. */
const OUT_OF_PLACE: readonly (readonly [what: string, packet: string])[] = [
  ["an event to a namespace it has not joined", '2/chat,["a"]'],
  ["an event to a namespace that does not exist", '2/nope,["a"]'],
  ["an answer to a namespace it has not joined", "3/chat,1[]"],
  ["a goodbye to a namespace it has not joined", "1/chat,"],
  ["a second request for the main namespace", "0"],
  ["a refusal", '4"no"'],
  ["an event called disconnect", '2["disconnect"]'],
  ["an event called connect", '2["connect"]'],
  ["an event called newListener", '2["newListener"]'],
];

describe("compat that is told when the server is attached", () => {
  class ServerOfTwo extends SocketServer {
    readonly door = this.startEngine({ compat: 2 });
  }

  it("counts for what clients may send", () => {
    const platform = createFakePlatform();
    const io = new ServerOfTwo({}, platform);
    const client = new FakeClient(io.door, platform.clock, { protocol: 3 });
    client.send("0");
    expect(client.port.closes).toBe(0);
  });
});

describe("with compat 2", () => {
  it.each(OUT_OF_PLACE)("a client of 2.x may send %s, which is not heard", (_, packet) => {
    const { client, told } = createScene(2);
    client.send(packet, '2["alive"]');
    expect([client.take(), client.port.closes, told.mock.calls]).toEqual([[], 0, [["event", "alive"]]]);
  });

  it.each(["2{}", "2", "2nope", "7", '51["a"]'])("a client of 2.x that sends garbage is disconnected: %s", (packet) => {
    const { client, told } = createScene(2);
    client.send(packet);
    expect(client.port.closes).toBe(1);
    expect(told.mock.calls).toEqual([
      ["error", expect.any(SyntaxError)],
      ["disconnect", "forced close"],
    ]);
  });

  it("a client of 2.x that has left the main namespace joins it again without an answer", () => {
    const { io, client } = createScene(2);
    client.send("1", '2["nobody"]', "0", '20["nobody asks"]');
    expect([client.take(), io.sockets.sockets.size, client.port.closes]).toEqual([[], 1, 0]);
  });

  it("it is answered where middlewares have to let it in", () => {
    const { io, client } = createScene(2);
    io.use((_, next) => next());
    client.send("1", "0");
    expect(client.take()).toEqual(["0"]);
  });

  it("a client of 4.x is disconnected for what is out of place, as ever", () => {
    const { connect } = createServer(2);
    const client = connect().join();
    client.send('2/chat,["a"]');
    expect(client.port.closes).toBe(1);
  });

  it("an event from the wire may be called error", () => {
    const { client, told } = createScene(2);
    client.send('2["error","x"]');
    expect(told.mock.calls).toEqual([
      ["event", "error"],
      ["error", "x"],
    ]);
  });
});

describe.each(["auto", 4] as const)("with compat %s", (compat) => {
  it.each(OUT_OF_PLACE)("a client of 2.x is disconnected for %s", (_, packet) => {
    const { client, told } = createScene(compat);
    client.send(packet, '2["dead"]');
    expect(client.port.closes).toBe(1);
    expect(told.mock.calls.at(-1)).toEqual(["disconnect", "forced close"]);
  });

  it("the program is told of a reserved name from the wire", () => {
    const { client, told } = createScene(compat);
    client.send('2["disconnect"]');
    expect(told.mock.calls).toEqual([
      ["error", new SyntaxError('Cannot take the packet: "disconnect" is a reserved event name')],
      ["disconnect", "forced close"],
    ]);
  });

  it("a client of 2.x that has left the main namespace joins it again and is told so", () => {
    const { client } = createScene(compat);
    client.send("1", "0");
    expect(client.take()).toEqual(["0"]);
  });

  it("emit returns true, and refuses names of the library", () => {
    const { io, socket } = createScene(compat);
    expect([socket?.emit("a"), io.sockets.emit("a"), io.emit("a")]).toEqual([true, true, true]);
    expect(() => socket?.emit("connect")).toThrow(TypeError);
    expect(() => io.emit("connect")).toThrow(TypeError);
  });
});
