// Rules of events on one socket: what is sent and refused, who hears what comes in, and what harms nobody.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A socket in a namespace and its client at the other end. */
function openSocket(namespace = "/", options: FakeClientOptions = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  io.of(namespace);
  const client = new FakeClient(io.door, platform.clock, options);
  if (namespace !== "/" || options.protocol !== 3) client.join(namespace);
  const [socket] = [...io.of(namespace).sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  return { io, platform, clock: platform.clock, client, socket, uncaught: platform.uncaught };
}

const RESERVED = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

describe("emit", () => {
  it("sends the name and the arguments, and is true", () => {
    const { socket, client } = openSocket();
    expect(socket.emit("news", 1, { a: [null] }, "x")).toBe(true);
    expect(client.take()).toEqual(['2["news",1,{"a":[null]},"x"]']);
  });

  it("names the namespace", () => {
    const { socket, client } = openSocket("/admin");
    socket.emit("news");
    expect(client.take()).toEqual(['2/admin,["news"]']);
  });

  it("sends bytes as attachments", () => {
    const { socket, client } = openSocket();
    socket.emit("file", Uint8Array.of(1), "x");
    expect(client.take()).toEqual(['51-["file",{"_placeholder":true,"num":0},"x"]', Uint8Array.of(1)]);
  });

  it("sends bytes to a client of generation 2 in its own way", () => {
    const { socket, client } = openSocket("/", { protocol: 3 });
    socket.emit("file", Uint8Array.of(1));
    expect(client.take()).toEqual(['51-["file",{"_placeholder":true,"num":0}]', Uint8Array.of(4, 1)]);
  });

  it("sends bytes as text to a client that takes no binary", () => {
    const { socket, client } = openSocket("/", { query: "&b64=1" });
    socket.emit("file", Uint8Array.of(1));
    expect(client.take()).toEqual(['51-["file",{"_placeholder":true,"num":0}]', "bAQ=="]);
  });

  it.each(RESERVED)("refuses the name %s and sends nothing", (event) => {
    const { socket, client } = openSocket();
    const message = `Cannot emit "${event}": "${event}" is a reserved event name; choose another`;
    expect(() => socket.emit(event, 1)).toThrow(new TypeError(message));
    expect(client.take()).toEqual([]);
  });

  it("sends other names of the library's own, such as error", () => {
    const { socket, client } = openSocket();
    socket.emit("error", "x");
    expect(client.take()).toEqual(['2["error","x"]']);
  });

  it("throws what cannot be written, and the socket lives", () => {
    const { socket, client } = openSocket();
    expect(() => socket.emit("big", 1n)).toThrow(TypeError);
    socket.emit("small", 1);
    expect(client.take()).toEqual(['2["small",1]']);
  });

  it("calls no listener of its own", () => {
    const { socket } = openSocket();
    const heard = vi.fn();
    socket.on("news", heard);
    socket.emit("news");
    expect(heard).not.toHaveBeenCalled();
  });

  it("has short forms for the event message, which can be chained", () => {
    const { socket, client } = openSocket();
    expect(socket.send("a").write("b", 2)).toBe(socket);
    expect(client.take()).toEqual(['2["message","a"]', '2["message","b",2]']);
  });
});

describe("modifiers", () => {
  it("drop a volatile event while the transport is busy, and send it while it is not", () => {
    const { socket, client } = openSocket();
    socket.volatile.emit("position", 1);
    client.take();
    client.port.holdsWrites = true;
    socket.emit("a");
    client.take();
    socket.volatile.emit("position", 2);
    socket.emit("b");
    client.port.written();
    expect(client.take()).toEqual(['2["b"]']);
  });

  it("send a volatile event that can leave at once", () => {
    const { socket, client } = openSocket();
    socket.volatile.emit("position", 1);
    expect(client.take()).toEqual(['2["position",1]']);
  });

  it("hold for one emit", () => {
    const { socket, client } = openSocket();
    const compressed = () => client.port.writes.at(-1)?.compress;
    socket.compress(false).emit("a");
    client.take();
    expect(compressed()).toBe(false);
    socket.emit("b");
    client.take();
    expect(compressed()).toBe(true);
  });

  it("are used up by an emit that is refused", () => {
    const { socket, client } = openSocket();
    expect(() => socket.volatile.compress(false).emit("connect")).toThrow(TypeError);
    client.port.holdsWrites = true;
    socket.emit("a");
    client.take();
    socket.emit("b");
    client.port.written();
    expect(client.take()).toEqual(['2["b"]']);
  });

  it("return the socket itself", () => {
    const { socket } = openSocket();
    expect([socket.volatile, socket.compress(true), socket.timeout(5)]).toEqual([socket, socket, socket]);
  });
});

describe("an incoming event", () => {
  it("reaches its listeners with its arguments, in the order of the packets", () => {
    const { socket, client } = openSocket();
    const heard: unknown[] = [];
    socket.on("a", (...args: unknown[]) => heard.push(["a", ...args]));
    socket.on("b", (...args: unknown[]) => heard.push(["b", ...args]));
    client.send('2["b",1]', '2["a",{"x":null},"y"]', '2["none"]', '2["b"]');
    expect(heard).toEqual([["b", 1], ["a", { x: null }, "y"], ["b"]]);
  });

  it("brings bytes in the platform's form", () => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    socket.on("file", heard);
    client.send('51-["file",{"_placeholder":true,"num":0}]', Uint8Array.of(1, 2));
    expect(heard.mock.calls).toEqual([[Uint8Array.of(1, 2)]]);
  });

  it.each([
    [3, "b4AQI="],
    [4, "bAQI="],
  ] as const)("brings bytes that a client of generation %i had to send as text", (protocol, frame) => {
    const { socket, client } = openSocket("/", { protocol });
    const heard = vi.fn();
    socket.on("file", heard);
    client.send('51-["file",{"_placeholder":true,"num":0}]');
    client.port.receive(frame);
    expect(heard.mock.calls).toEqual([[Uint8Array.of(1, 2)]]);
  });

  it("may have a number for a name", () => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    socket.on("7", heard);
    client.send('2[7,"x"]');
    expect(heard.mock.calls).toEqual([["x"]]);
  });

  it.each(["__proto__", "constructor", "hasOwnProperty", "toString"])("named %s is an event like any other", (name) => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    client.send(`2["${name}",1]`);
    socket.on(name, heard);
    client.send(`2["${name}",2]`);
    expect(heard.mock.calls).toEqual([[2]]);
  });

  it("named error without a listener throws nothing", () => {
    const { client, uncaught } = openSocket();
    client.send('2["error","x"]');
    expect([uncaught, client.port.closes]).toEqual([[], 0]);
  });

  it("whose listener throws is reported, and the next one still arrives", () => {
    const { socket, client, uncaught } = openSocket();
    const mistake = new Error("a listener's mistake");
    const heard = vi.fn();
    socket.on("a", () => {
      throw mistake;
    });
    socket.on("b", heard);
    client.send('2["a"]', '2["b"]');
    expect([uncaught, heard.mock.calls.length, client.port.closes]).toEqual([[mistake], 1, 0]);
  });

  it("whose listener throws a SyntaxError is not taken for a malformed packet", () => {
    const { socket, client, uncaught } = openSocket();
    socket.on("a", () => void JSON.parse("{"));
    client.send('2["a"]');
    expect([uncaught, client.port.closes]).toEqual([[expect.any(SyntaxError)], 0]);
  });

  it("is heard once by a listener that was added once, and not by one that was taken off", () => {
    const { socket, client } = openSocket();
    const [once, off] = [vi.fn(), vi.fn()];
    socket.once("a", once);
    socket.on("a", off);
    socket.off("a", off);
    client.send('2["a"]', '2["a"]');
    expect([once.mock.calls.length, off.mock.calls.length]).toEqual([1, 0]);
  });

  it("leaves the packets of other namespaces alone", () => {
    const { io, socket, client } = openSocket();
    io.of("/admin");
    client.join("/admin");
    const heard = vi.fn();
    socket.on("a", heard);
    client.send('2/admin,["a"]');
    expect(heard).not.toHaveBeenCalled();
  });
});

describe("listeners of every event", () => {
  it("get a name that came as a number as it was, and so do its own listeners", () => {
    const { client, socket } = openSocket();
    const told: unknown[] = [];
    socket.onAny((event) => told.push(event));
    socket.on("7", (text) => told.push(text));
    client.send('2[7,"a"]');
    expect(told).toEqual([7, "a"]);
  });

  it("hear what comes in before its own listeners do, in the order they were put", () => {
    const { socket, client } = openSocket();
    const told: string[] = [];
    socket.on("a", () => told.push("own"));
    socket.onAny((event, ...args) => told.push(`second ${event} ${args.join()}`));
    socket.prependAny(() => told.push("first"));
    client.send('2["a",1,2]');
    expect(told).toEqual(["first", "second a 1,2", "own"]);
  });

  it("hear what goes out, by emit and by broadcast, and not what comes in", () => {
    const { io, socket, client } = openSocket();
    const told: string[] = [];
    socket.onAnyOutgoing((event, ...args) => told.push(`second ${event} ${args.join()}`));
    socket.prependAnyOutgoing((event) => told.push(`first ${event}`));
    socket.emit("a", 1, () => undefined);
    io.emit("b", 2);
    client.send('2["c"]');
    expect(told).toEqual(["first a", "second a 1", "first b", "second b 2"]);
  });

  it("hear what an adapter says that it sends, where there are any", () => {
    const { socket, client } = openSocket();
    const told = vi.fn();
    const packet = { type: 2, nsp: "/", data: ["news", 1] } as const;
    socket.notifyOutgoingListeners(packet);
    socket.onAnyOutgoing(told).notifyOutgoingListeners(packet);
    expect([told.mock.calls, client.take()]).toEqual([[["news", 1]], []]);
  });

  it("that throw over a broadcast keep it from nobody, and are reported", () => {
    const { io, clock, socket, client, uncaught } = openSocket();
    const other = new FakeClient(io.door, clock).join();
    const mistake = new Error("a listener's mistake");
    socket.onAnyOutgoing(() => {
      throw mistake;
    });
    io.emit("news");
    expect([client.take(), other.take(), uncaught]).toEqual([['2["news"]'], ['2["news"]'], [mistake]]);
  });

  it("that throw over an emit do not keep it from leaving", () => {
    const { socket, client, uncaught } = openSocket();
    const mistake = new Error("a listener's mistake");
    socket.onAnyOutgoing(() => {
      throw mistake;
    });
    socket.emit("news");
    expect([client.take(), uncaught]).toEqual([['2["news"]'], [mistake]]);
  });

  it("can be listed and taken off, one or all, on both sides", () => {
    const { socket } = openSocket();
    const [one, two] = [vi.fn(), vi.fn()];
    expect([socket.listenersAny(), socket.listenersAnyOutgoing()]).toEqual([[], []]);
    socket.offAnyOutgoing();
    socket.onAny(one).onAny(two).offAny(one);
    socket.onAnyOutgoing(one).onAnyOutgoing(two).offAnyOutgoing(two);
    expect([socket.listenersAny(), socket.listenersAnyOutgoing()]).toEqual([[two], [one]]);
    socket.offAny().offAnyOutgoing();
    expect([socket.listenersAny(), socket.listenersAnyOutgoing()]).toEqual([[], []]);
  });
});
