// Rules of engines that are not ours: their connections are served as ours are, and programs find their own objects.
import { EventEmitter } from "node:events";
import { createFakePlatform } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

/** A connection as upstream's engine makes it. */
class ForeignSocket extends EventEmitter {
  readonly id = "engine-id";
  readyState = "open";
  readonly transport = { writable: true };
  readonly remoteAddress: unknown = "203.0.113.7";
  readonly written: unknown[] = [];
  readonly closed: unknown[] = [];
  readonly protocol: unknown;
  readonly request: unknown;

  constructor(protocol: unknown, request: unknown) {
    super();
    this.protocol = protocol;
    this.request = request;
  }

  write(data: string | Uint8Array, options: unknown): void {
    this.written.push([data, options]);
  }

  close(discard: unknown): void {
    this.closed.push(discard);
  }

  receive(...messages: readonly unknown[]): void {
    for (const message of messages) this.emit("data", message);
  }
}

const REQUEST = {
  url: "/socket.io/?EIO=4&transport=websocket&room=a",
  headers: { origin: "http://a.example", "x-many": ["1", "2"] },
  connection: { encrypted: true },
};

/** A server that is bound to a foreign engine, and a connection of that. */
function createScene(protocol: unknown, request: unknown) {
  const platform = createFakePlatform();
  const io = new SocketServer({}, platform);
  const engine = new EventEmitter();
  const sockets: Socket[] = [];
  io.on("connection", (socket: Socket) => void sockets.push(socket));
  const bound = io.bind(engine);
  const connection = new ForeignSocket(protocol, request);
  engine.emit("connection", connection);
  return { io, engine, bound, connection, sockets, clock: platform.clock };
}

describe("an engine that a program binds", () => {
  it("is the server's engine", () => {
    const { io, engine, bound } = createScene(4, REQUEST);
    expect([bound, io.engine, io.eio]).toEqual([io, engine, engine]);
  });

  it("has its connections joined, spoken to and heard", () => {
    const { connection, sockets } = createScene(4, REQUEST);
    const heard = vi.fn();
    connection.receive("0");
    const [socket] = sockets;
    socket?.on("a", heard);
    connection.receive('2["a",1]', '51-["a",{"_placeholder":true,"num":0}]', Uint8Array.of(1).buffer);
    socket?.compress(false).emit("b", Uint8Array.of(2));
    expect(heard.mock.calls).toEqual([[1], [Uint8Array.of(1)]]);
    expect([String(connection.written[0]).slice(0, 7), connection.written.slice(1)]).toEqual([
      '0{"sid"',
      [
        ['51-["b",{"_placeholder":true,"num":0}]', { compress: false }],
        [Uint8Array.of(2), { compress: false }],
      ],
    ]);
  });

  it("has clients of 2.x in the main namespace at once, where it says no protocol or 3", () => {
    const { connection, sockets } = createScene(undefined, REQUEST);
    expect([sockets.length, connection.written]).toEqual([1, [["0", { compress: true }]]]);
  });

  it("has its own objects where programs look for them", () => {
    const { connection, sockets } = createScene(3, REQUEST);
    const [socket] = sockets;
    expect([socket?.conn, socket?.client.conn, socket?.request, socket?.client.id]).toEqual([
      connection,
      connection,
      REQUEST,
      "engine-id",
    ]);
  });

  it("has handshakes made of its requests", () => {
    const { sockets } = createScene(3, REQUEST);
    expect(sockets[0]?.handshake).toMatchObject({
      url: REQUEST.url,
      address: "203.0.113.7",
      xdomain: true,
      secure: true,
      headers: REQUEST.headers,
      query: { EIO: "4", transport: "websocket", room: "a" },
    });
  });

  it("may have requests as `fetch` knows them", () => {
    const { sockets } = createScene(3, {
      url: "http://host/socket.io/?room=b",
      headers: new Headers({ Cookie: "a=1" }),
    });
    expect(sockets[0]?.handshake).toMatchObject({
      headers: { cookie: "a=1" },
      query: { room: "b" },
      secure: false,
      xdomain: false,
    });
  });

  it.each([undefined, {}])("may have none: %s", (request) => {
    const { sockets } = createScene(3, request);
    expect(sockets[0]?.handshake).toMatchObject({ url: "", headers: {}, query: {}, xdomain: false });
  });

  it("says when a connection ends, and why", () => {
    const { connection, sockets } = createScene(3, REQUEST);
    const told = vi.fn();
    sockets[0]?.on("disconnect", told);
    connection.emit("error", new Error("broken"));
    connection.readyState = "closed";
    connection.emit("close", "transport error", "details");
    expect(told.mock.calls).toEqual([["transport error", "details"]]);
  });

  it("is told to end one", () => {
    const { connection, sockets } = createScene(3, REQUEST);
    sockets[0]?.disconnect(true);
    expect(connection.closed).toEqual([false]);
  });

  it("keeps volatile events from a connection that is not writable", () => {
    const { connection, sockets } = createScene(3, REQUEST);
    connection.transport.writable = false;
    sockets[0]?.volatile.emit("a");
    connection.transport.writable = true;
    sockets[0]?.volatile.emit("b");
    expect(connection.written.at(-1)).toEqual(['2["b"]', { compress: true }]);
    expect(connection.written.length).toBe(2);
  });
});

describe("a connection that a program hands over", () => {
  it("is served", () => {
    const platform = createFakePlatform();
    const io = new SocketServer({}, platform);
    const joined = vi.fn();
    io.on("connection", joined);
    const connection = new ForeignSocket(3, REQUEST);
    expect([io.onconnection(connection), joined.mock.calls.length]).toEqual([io, 1]);
  });
});
