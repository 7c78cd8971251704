// Rules of a decoder that fails: whatever it throws is the client's fault, and what handlers throw is not.
import type { PacketDecoder, Parser, SocketPacket } from "@bowline/protocol";
import { sio5 } from "@bowline/protocol";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";

type Emit = (packet: SocketPacket) => void;

/** A server whose decoders do with a frame what the test says, and a client in its main namespace. */
function openSocket(add: (frame: unknown, emit: Emit) => void) {
  const emits: Emit[] = [];
  class Decoder implements PacketDecoder {
    readonly #listeners: Emit[] = [];
    readonly #emit: Emit = (packet) => {
      for (const listener of this.#listeners) listener(packet);
    };
    add(frame: unknown): void {
      emits.push(this.#emit);
      if (frame === "join") this.#emit({ type: 0, nsp: "/" });
      else add(frame, this.#emit);
    }
    on(_: "decoded", listener: Emit): void {
      this.#listeners.push(listener);
    }
    destroy(): void {
      this.#listeners.length = 0;
    }
  }
  const parser: Parser = { protocol: 5, Encoder: sio5.parser.Encoder, Decoder };
  class ServerInMemory extends SocketServer {
    readonly door = this.startEngine({ parser });
  }
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const client = new FakeClient(io.door, platform.clock);
  client.send("join");
  const [socket] = [...io.sockets.sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  const failed = vi.fn();
  socket.on("error", failed);
  return { socket, client, failed, uncaught: platform.uncaught, emit: emits[0] };
}

const EVENT: SocketPacket = { type: 2, nsp: "/", data: ["a", 1] };

describe("a decoder that throws", () => {
  it.each([new TypeError("no"), new RangeError("no"), new SyntaxError("no"), new Error("no")])(
    "%s over a frame has the connection closed, the sockets told, and nothing reported",
    (error) => {
      const { socket, client, failed, uncaught } = openSocket(() => {
        throw error;
      });
      const ended = vi.fn();
      socket.on("disconnect", ended);
      client.send("x");
      expect([client.port.closes, failed.mock.calls, uncaught]).toEqual([1, [[error]], []]);
      expect(ended.mock.calls).toEqual([["forced close", undefined]]);
    },
  );

  it.each(["a text", undefined, null])("%j, which is no error, has the sockets told of one", (thrown) => {
    const { client, failed, uncaught } = openSocket(() => {
      throw thrown;
    });
    client.send("x");
    expect([client.port.closes, failed.mock.calls, uncaught]).toEqual([1, [[new Error(String(thrown))]], []]);
  });

  it("behind a packet that it completed in the same frame refuses the whole frame", () => {
    const { socket, client } = openSocket((_, emit) => {
      emit(EVENT);
      throw new Error("no");
    });
    const heard = vi.fn();
    socket.on("a", heard);
    client.send("x");
    expect([heard.mock.calls, client.port.closes]).toEqual([[], 1]);
  });
});

describe("a decoder that works", () => {
  it("may complete several packets with one frame, which are heard in order", () => {
    const { socket, client } = openSocket((_, emit) => {
      emit(EVENT);
      emit({ ...EVENT, data: ["a", 2] });
    });
    const heard = vi.fn();
    socket.on("a", heard);
    client.send("x");
    expect(heard.mock.calls).toEqual([[1], [2]]);
  });

  it("may complete a packet outside of add", () => {
    const { socket, emit } = openSocket(() => undefined);
    const heard = vi.fn();
    socket.on("a", heard);
    emit?.(EVENT);
    expect(heard.mock.calls).toEqual([[1]]);
  });

  it("is not blamed for what a handler throws: that is reported, the next packet heard, the connection kept", () => {
    const { socket, client, failed, uncaught } = openSocket((_, emit) => {
      emit(EVENT);
      emit({ ...EVENT, data: ["b"] });
    });
    const mistake = new SyntaxError("a listener's mistake");
    const heard = vi.fn();
    socket.on("a", () => {
      throw mistake;
    });
    socket.on("b", heard);
    client.send("x");
    expect([uncaught, failed.mock.calls, client.port.closes, heard.mock.calls.length]).toEqual([[mistake], [], 0, 1]);
  });

  it("has nothing more heard once a packet has ended the connection", () => {
    const { socket, client } = openSocket((_, emit) => {
      emit({ ...EVENT, data: ["disconnect"] });
      emit(EVENT);
    });
    const heard = vi.fn();
    socket.on("a", heard);
    client.send("x");
    expect([client.port.closes, heard.mock.calls]).toEqual([1, []]);
  });
});
