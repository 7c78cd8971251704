// Rules of a parser that the program hands in: it serves both generations, and what it lets pass is looked at once more.
import {
  type PacketDecoder,
  type PacketEncoder,
  type Parser,
  type SocketFrame,
  type SocketPacket,
  sio5,
} from "@bowline/protocol";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";

/** A parser whose packets are whatever the test says, and a server that uses it. */
function createServer(protocol: number, encode: PacketEncoder["encode"] = () => ["own"]) {
  const encoded: SocketPacket[] = [];
  const listeners: ((packet: SocketPacket) => void)[] = [];
  const destroyed = vi.fn();
  class Encoder implements PacketEncoder {
    encode(packet: SocketPacket, callback: (frames: SocketFrame[]) => void) {
      encoded.push(packet);
      return encode(packet, callback);
    }
  }
  class Decoder implements PacketDecoder {
    add(): void {
      throw new SyntaxError("Cannot decode the packet: the test decodes");
    }
    on(_: "decoded", listener: (packet: SocketPacket) => void): void {
      listeners.push(listener);
    }
    destroy(): void {
      destroyed();
    }
  }
  const parser: Parser = { protocol, Encoder, Decoder };
  class ServerInMemory extends SocketServer {
    readonly door = this.startEngine({ parser });
  }
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const client = new FakeClient(io.door, platform.clock);
  const decode = (packet: SocketPacket) => listeners[0]?.(packet);
  /** As `decode`, for what is no packet at all. */
  const decodeAnything = (made: unknown) => {
    for (const listener of listeners) Reflect.apply(listener, undefined, [made]);
  };
  return { io, client, encoded, destroyed, uncaught: platform.uncaught, decode, decodeAnything };
}

const JOIN: SocketPacket = { type: 0, nsp: "/" };

describe("a parser of the program's own", () => {
  it("reads and writes packets", () => {
    const { io, client, encoded, decode } = createServer(5);
    const heard = vi.fn();
    io.on("connection", (socket) => socket.on("a", heard));
    decode(JOIN);
    decode({ type: 2, nsp: "/", data: ["a", 1] });
    const [sid] = [...io.sockets.sockets.keys()];
    expect([client.take(), encoded]).toEqual([["own"], [{ type: 0, nsp: "/", data: { sid } }]]);
    expect(heard.mock.calls).toEqual([[1]]);
  });

  it.each([
    [4, 5],
    [5, 2],
  ])("of revision %i is handed an event with bytes as type %i", (protocol, type) => {
    const { io, encoded, decode } = createServer(protocol);
    decode(JOIN);
    io.emit("file", Uint8Array.of(1));
    expect(encoded.at(-1)).toMatchObject({ type, data: ["file", Uint8Array.of(1)] });
  });

  it("may hand its frames to the callback, as those of 2.x do", () => {
    const encode: PacketEncoder["encode"] = (packet, callback) => callback([`own ${packet.type}`]);
    const { io, client, decode } = createServer(4, encode);
    decode(JOIN);
    client.take();
    io.emit("file", Uint8Array.of(1));
    expect(client.take()).toEqual(["own 5"]);
  });

  it("that calls back too late makes emit throw, with what the parser has to do", () => {
    const late: unknown[] = [];
    const { io, decode } = createServer(4, (packet, callback) => {
      if (packet.type === 0) callback(["own"]);
      else late.push(callback);
    });
    decode(JOIN);
    expect(() => io.emit("a")).toThrow("its encode() has to return an array");
  });

  it("reports the types of binary packets or not, as it likes", () => {
    const { io, decode } = createServer(4);
    const [heard, answered] = [vi.fn(), vi.fn()];
    io.on("connection", (socket) => {
      socket.on("a", heard);
      socket.emit("ask", answered);
    });
    decode(JOIN);
    decode({ type: 5, nsp: "/", data: ["a", Uint8Array.of(1)] });
    decode({ type: 6, nsp: "/", id: 0, data: [Uint8Array.of(2)] });
    expect([heard.mock.calls, answered.mock.calls]).toEqual([[[Uint8Array.of(1)]], [[Uint8Array.of(2)]]]);
  });

  it.each([
    ["an event that is no list", { type: 2, nsp: "/", data: { a: 1 } }],
    ["an event without a name", { type: 5, nsp: "/", data: [] }],
    ["an event without data", { type: 2, nsp: "/" }],
    ["an event of a reserved name", { type: 2, nsp: "/", data: ["disconnect"] }],
    ["a refusal", { type: 4, nsp: "/", data: { message: "no" } }],
  ] as const)("does not get %s past the server, which disconnects", (_, packet) => {
    const { client, decode, destroyed } = createServer(5);
    decode(JOIN);
    decode(packet);
    expect([client.port.closes, destroyed.mock.calls.length]).toEqual([1, 1]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "packet"],
    ["a packet of an unknown type", { type: 7, nsp: "/" }],
    ["a packet without a type", { nsp: "/" }],
    ["a packet without a namespace", { type: 2, data: ["a"] }],
    ["a packet of a namespace without its slash", { type: 0, nsp: "admin" }],
    ["an id that is no number", { type: 2, nsp: "/", data: ["a"], id: "1" }],
    ["an id below 0", { type: 2, nsp: "/", data: ["a"], id: -1 }],
  ])("that makes %s of a frame costs the connection, and nothing else", (_, made: unknown) => {
    const { io, client, decode, decodeAnything, uncaught } = createServer(5);
    const failed = vi.fn();
    io.on("connection", (socket) => socket.on("error", failed));
    decode(JOIN);
    decodeAnything(made);
    expect([client.port.closes, failed.mock.calls.length, uncaught]).toEqual([1, 1, []]);
  });

  /** Lists inside each other, on as many levels as told, with bytes in the innermost. */
  function nested(levels: number): unknown[] {
    let data: unknown[] = [Uint8Array.of(1), null];
    for (let level = 1; level < levels; level++) data = [data];
    return data;
  }

  it("does not get data past the server that an echo could not encode", () => {
    const { io, client, decode, uncaught } = createServer(5);
    const heard = vi.fn();
    io.on("connection", (socket) => socket.on("a", heard));
    decode(JOIN);
    decode({ type: 2, nsp: "/", data: ["a", nested(999)] });
    expect([heard.mock.calls.length, client.port.closes]).toEqual([1, 0]);
    decode({ type: 2, nsp: "/", data: ["a", nested(1000)] });
    expect([heard.mock.calls.length, client.port.closes, uncaught]).toEqual([1, 1, []]);
  });

  it("may hand out data that holds itself, and the same object at many places", () => {
    const { io, client, decode } = createServer(5);
    const heard = vi.fn();
    io.on("connection", (socket) => socket.on("a", heard));
    decode(JOIN);
    let twice: object = {};
    for (let level = 0; level < 100; level++) twice = { left: twice, right: twice };
    const round: Record<string, unknown> = { twice };
    round["itself"] = round;
    decode({ type: 2, nsp: "/", data: ["a", round] });
    expect([heard.mock.calls, client.port.closes]).toEqual([[[round]], 0]);
  });

  it("may let pass an ack without an id, which answers nothing, and one without a list, which brings nothing", () => {
    const { io, client, decode } = createServer(5);
    const answered = vi.fn();
    io.on("connection", (socket) => socket.emit("ask", answered));
    decode(JOIN);
    decode({ type: 3, nsp: "/", data: [1] });
    expect(answered).not.toHaveBeenCalled();
    decode({ type: 3, nsp: "/", id: 0, data: 1 });
    expect([answered.mock.calls, client.port.closes]).toEqual([[[]], 0]);
  });

  it("encodes a packet once for clients of both generations in a room, on every kind of transport", () => {
    const encoded = vi.fn();
    class Encoder implements PacketEncoder {
      readonly #text = new sio5.parser.Encoder();
      encode(...given: Parameters<PacketEncoder["encode"]>): ReturnType<PacketEncoder["encode"]> {
        encoded(given[0].type);
        return this.#text.encode(...given);
      }
    }
    const platform = createFakePlatform();
    class ServerInMemory extends SocketServer {
      readonly door = this.startEngine({ parser: { protocol: 5, Encoder, Decoder: sio5.parser.Decoder } });
    }
    const io = new ServerInMemory({}, platform);
    const [four, three, text] = [
      new FakeClient(io.door, platform.clock).join(),
      new FakeClient(io.door, platform.clock, { protocol: 3 }),
      new FakeClient(io.door, platform.clock, { query: "&b64=1" }).join(),
    ];
    io.socketsJoin("all");
    encoded.mockClear();
    io.to("all").emit("file", Uint8Array.of(1));
    const head = '51-["file",{"_placeholder":true,"num":0}]';
    expect([four.take(), three.take(), text.take()]).toEqual([
      [head, Uint8Array.of(1)],
      [head, Uint8Array.of(4, 1)],
      [head, "bAQ=="],
    ]);
    expect(encoded.mock.calls.length).toBe(1);
  });

  it("is not listened to once the connection has gone", () => {
    const { io, client, decode } = createServer(5);
    const asked = vi.fn();
    io.use(asked);
    client.vanish();
    decode(JOIN);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe("parsers for each revision", () => {
  /** A server whose parsers put a mark before the text, and clients of both generations in its main namespace. */
  function createScene(...revisions: readonly (4 | 5)[]) {
    const marked = (mark: string): Parser => {
      class Encoder implements PacketEncoder {
        readonly #text = new sio5.parser.Encoder();
        encode(packet: SocketPacket): SocketFrame[] {
          return this.#text.encode(packet).map((frame) => (typeof frame === "string" ? mark + frame : frame));
        }
      }
      class Decoder extends sio5.parser.Decoder {
        override add(frame: unknown): void {
          if (typeof frame !== "string" || frame[0] !== mark) throw new SyntaxError("Cannot decode: another parser");
          super.add(frame.slice(1));
        }
      }
      return { protocol: 5, Encoder, Decoder };
    };
    const parser = Object.fromEntries(revisions.map((revision) => [revision, marked(revision === 4 ? "o" : "n")]));
    class ServerInMemory extends SocketServer {
      readonly door = this.startEngine({ parser });
    }
    const platform = createFakePlatform();
    const io = new ServerInMemory({}, platform);
    io.on("connection", (socket) => socket.on("echo", (arg: unknown) => socket.emit("echoed", arg)));
    const old = new FakeClient(io.door, platform.clock, { protocol: 3 });
    const client = new FakeClient(io.door, platform.clock);
    return { io, old, client };
  }

  it("serve the clients of each generation with their own", () => {
    const { io, old, client } = createScene(4, 5);
    client.send("n0", 'n2["echo",1]');
    old.send('o2["echo",1]');
    io.emit("all");
    expect(old.take()).toEqual(['o2["echoed",1]', 'o2["all"]']);
    expect(client.take()).toEqual([expect.stringMatching(/^n0\{/), 'n2["echoed",1]', 'n2["all"]']);
  });

  it.each([
    [4, 'o2["echo",1]', "0", 'o2["echoed",1]', /^0\{/],
    [5, '2["echo",1]', "n0", '2["echoed",1]', /^n0\{/],
  ] as const)(
    "leave the text parser to the other generation where there is only one, for revision %i",
    (revision, ask, join, answer, reply) => {
      const { old, client } = createScene(revision);
      old.send(ask);
      client.send(join);
      expect([old.take(), client.take()]).toEqual([[answer], [expect.stringMatching(reply)]]);
    },
  );

  it("do not serve clients of another parser, who are disconnected alone", () => {
    const { old, client } = createScene(4, 5);
    client.send("0");
    expect([client.port.closes, old.port.closes]).toEqual([1, 0]);
    old.send('o2["echo",1]');
    expect(old.take()).toEqual(['o2["echoed",1]']);
  });
});
