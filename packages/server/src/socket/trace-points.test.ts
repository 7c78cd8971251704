// Rules of the server's trace points: what is told when, and that nothing is told of what was said.
import { createTrace } from "@bowline/protocol/internal";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { REFUSALS } from "../refusal-sentences.ts";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";

/** A server whose trace points are all heard. */
function createServer(options: Partial<ServerOptions> = {}) {
  const told: [point: string, message: unknown][] = [];
  const trace = createTrace((name) => ({
    hasSubscribers: true,
    publish: (message) => told.push([name.replace("bowline:", ""), message]),
  }));
  const platform = { ...createFakePlatform(), trace };
  class ServerInMemory extends SocketServer {
    readonly door = this.startEngine({});
  }
  const io = new ServerInMemory(options, platform);
  return { io, told, connect: () => new FakeClient(io.door, platform.clock) };
}

describe("trace points", () => {
  it("tell the life of a socket, and nothing that was said", () => {
    const { io, told, connect } = createServer();
    const client = connect();
    client.send('0{"token":"secret"}');
    const [socket] = [...io.sockets.sockets.keys()];
    client.send('27["hello","secret"]', "1");
    client.vanish();
    const session = client.sid;
    const namespace = "/";
    expect(told).toEqual([
      ["connection.opened", { session, revision: 4 }],
      ["namespace.joined", { session, namespace, socket }],
      ["socket.received", { session, namespace, socket, type: 2, event: "hello", ackId: 7 }],
      ["socket.received", { session, namespace, socket, type: 1, ackId: undefined }],
      ["socket.disconnected", { session, namespace, socket, reason: "client namespace disconnect" }],
      ["session.closed", { id: session, reason: "transport close", cause: undefined }],
      ["connection.closed", { session, reason: "transport close", cause: undefined }],
    ]);
  });

  it("tell whom the program's events are for", () => {
    const { io, told } = createServer();
    io.to("readers").except("guests").emit("news", "secret");
    io.of("/desk").emit("open");
    expect(told).toEqual([
      ["namespace.broadcast", { namespace: "/", event: "news", rooms: ["readers"], except: ["guests"] }],
      ["namespace.broadcast", { namespace: "/desk", event: "open", rooms: [], except: [] }],
    ]);
  });

  it("tell of a client that broke a rule before its connection ends, with what to do about it", () => {
    const { told, connect } = createServer();
    connect().send('2["early"]');
    expect(told.map(([point]) => point)).toEqual([
      "connection.opened",
      "connection.violation",
      "session.closed",
      "connection.closed",
    ]);
    expect(told[1]?.[1]).toMatchObject({
      code: "BOWLINE_PACKET_OUT_OF_PLACE",
      hint: REFUSALS.BOWLINE_PACKET_OUT_OF_PLACE,
    });
  });
});

describe("a connection", () => {
  it("may be in so many namespaces, is told where the limit is, and may ask again once it has left one", () => {
    const { io, told, connect } = createServer({ maxNamespaces: 2 });
    for (const name of ["/a", "/b", "/c"]) io.of(name);
    const client = connect();
    client.send("0/a,", "0/b,", "0/c,", "1/a,", "0/c,");
    expect(client.take()).toEqual([
      expect.stringMatching(/^0\/a,/),
      expect.stringMatching(/^0\/b,/),
      '4/c,{"message":"Too many namespaces"}',
      expect.stringMatching(/^0\/c,/),
    ]);
    expect(told.find(([point]) => point === "namespace.refused")?.[1]).toMatchObject({
      code: "BOWLINE_TOO_MANY_NAMESPACES",
      namespace: "/c",
    });
  });
});
