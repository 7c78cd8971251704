// Rules of the end: who ends what, which reason is told, and how a client that breaks the rules is sent away.

import { Adapter } from "@bowline/adapter";
import { createFakePlatform, FakeClient, type FakeClientOptions, FakeExchange } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
  stop(): Promise<void> {
    return this.stopEngine();
  }
}

/** A client with a socket in `/` and one in `/admin`, whose ends are written down. */
function openSockets(options: FakeClientOptions = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const told: string[] = [];
  const sockets: Socket[] = [];
  for (const name of ["/", "/admin"]) {
    io.of(name).on("connection", (socket) => {
      sockets.push(socket);
      socket.on("disconnecting", (reason) =>
        told.push(`${name} disconnecting in ${socket.rooms.size} rooms: ${reason}`),
      );
      socket.on("disconnect", (reason) => told.push(`${name} disconnect in ${socket.rooms.size} rooms: ${reason}`));
    });
  }
  const client = new FakeClient(io.door, platform.clock, options);
  if (options.protocol !== 3) client.join();
  client.join("/admin");
  const [main, admin] = sockets;
  if (main === undefined || admin === undefined) throw new Error("Cannot open the sockets: a namespace refused one");
  return { io, platform, clock: platform.clock, client, main, admin, told, uncaught: platform.uncaught };
}

/** What one socket tells at its end. */
function endOf(name: string, reason: string): string[] {
  return [`${name} disconnecting in 1 rooms: ${reason}`, `${name} disconnect in 0 rooms: ${reason}`];
}

describe("disconnect()", () => {
  it("leaves the namespace, tells the client, and keeps the connection", () => {
    const { client, main, admin, told, io } = openSockets();
    expect(admin.disconnect()).toBe(admin);
    expect([client.take(), client.port.closes]).toEqual([["1/admin,"], 0]);
    expect(told).toEqual(endOf("/admin", "server namespace disconnect"));
    expect([admin.connected, admin.disconnected, main.connected]).toEqual([false, true, true]);
    expect(io.of("/admin").sockets.size).toBe(0);
  });

  it("with true leaves all namespaces and ends the connection behind that", () => {
    const { client, admin, told } = openSockets();
    admin.disconnect(true);
    expect([client.take(), client.port.closes]).toEqual([["1", "1/admin,"], 1]);
    expect(told).toEqual([
      ...endOf("/", "server namespace disconnect"),
      ...endOf("/admin", "server namespace disconnect"),
    ]);
  });

  it("does nothing more when it is called again", () => {
    const { client, admin, told } = openSockets();
    admin.disconnect().disconnect(true).disconnect();
    expect([client.take(), client.port.closes, told.length]).toEqual([["1/admin,"], 0, 2]);
  });

  it("inside a disconnecting listener ends nothing twice", () => {
    const { client, admin, told, uncaught } = openSockets();
    admin.on("disconnecting", () => admin.disconnect());
    admin.disconnect();
    expect([client.take(), told, uncaught]).toEqual([["1/admin,"], endOf("/admin", "server namespace disconnect"), []]);
  });

  it("with true inside a disconnecting listener ends the others and the connection", () => {
    const { client, admin, told } = openSockets();
    admin.on("disconnecting", () => admin.disconnect(true));
    client.send("1/admin,");
    expect([client.take(), client.port.closes]).toEqual([["1"], 1]);
    expect(told.slice(1, 3)).toEqual(endOf("/", "server namespace disconnect"));
    expect(told.at(-1)).toBe("/admin disconnect in 0 rooms: client namespace disconnect");
  });

  it("lets the client come back, with a new socket", () => {
    const { client, admin, io } = openSockets();
    admin.disconnect();
    client.take();
    client.send("0/admin,");
    const [again] = [...io.of("/admin").sockets.keys()];
    expect(client.take()).toEqual([`0/admin,{"sid":"${again}"}`]);
    expect(again).not.toBe(admin.id);
  });
});

describe("the client's disconnect", () => {
  it("ends that socket alone, without an answer", () => {
    const { client, main, told } = openSockets();
    client.send("1/admin,");
    expect([client.take(), client.port.closes, main.connected]).toEqual([[], 0, true]);
    expect(told).toEqual(endOf("/admin", "client namespace disconnect"));
  });

  it("keeps what the program still emits from leaving", () => {
    const { client, admin } = openSockets();
    client.send("1/admin,");
    expect(admin.emit("late")).toBe(true);
    expect(client.take()).toEqual([]);
  });
});

describe("the end of the connection", () => {
  it.each([
    ["transport close", undefined],
    ["transport error", new Error("reset")],
  ])("ends all sockets with the reason %s", (reason, error) => {
    const { client, told, io } = openSockets();
    client.vanish(error);
    expect(told).toEqual([...endOf("/", reason), ...endOf("/admin", reason)]);
    expect([io.sockets.sockets.size, io.of("/admin").sockets.size, io.sockets.adapter.rooms.size]).toEqual([0, 0, 0]);
  });

  it("ends all sockets with the reason ping timeout", () => {
    const { clock, told } = openSockets();
    clock.advance(45_000);
    expect(told).toEqual([...endOf("/", "ping timeout"), ...endOf("/admin", "ping timeout")]);
  });

  it("hands its cause to the listeners", () => {
    const { client, main } = openSockets();
    const ended = vi.fn();
    const cause = new Error("reset");
    main.on("disconnect", ended);
    client.vanish(cause);
    expect(ended.mock.calls).toEqual([["transport error", cause]]);
  });

  it("is told to every listener, although one throws", () => {
    const { client, main, admin, uncaught } = openSockets();
    const mistakes = [new Error("disconnecting"), new Error("disconnect")];
    const ended = vi.fn();
    main.on("disconnecting", () => {
      throw mistakes[0];
    });
    main.on("disconnect", () => {
      throw mistakes[1];
    });
    admin.on("disconnect", ended);
    client.vanish();
    expect([uncaught, ended.mock.calls.length]).toEqual([mistakes, 1]);
  });

  it("comes as a parse error with an unreadable engine packet", () => {
    const { client, told } = openSockets();
    client.port.receive("9");
    expect(told).toEqual([...endOf("/", "parse error"), ...endOf("/admin", "parse error")]);
  });
});

describe("a client that breaks the rules", () => {
  it.each([
    ["an event for a namespace it has not joined", '2/other,["a"]'],
    ["an ack for a namespace it has not joined", "3/other,1[]"],
    ["a disconnect from a namespace it has not joined", "1/other,"],
    ["a second request for a namespace", "0/admin,"],
    ["a refusal, which is ours to say", '4{"message":"no"}'],
  ])("by %s is disconnected, and the program hears no error", (_, packet) => {
    const { client, told, main } = openSockets();
    const failed = vi.fn();
    main.on("error", failed);
    client.send(packet);
    expect([client.port.closes, failed.mock.calls]).toEqual([1, []]);
    expect(told).toEqual([...endOf("/", "forced close"), ...endOf("/admin", "forced close")]);
  });

  it.each([
    "x",
    "",
    "9",
    "2",
    "2{}",
    "2[]",
    "2[null]",
    '2[{"toString":1}]',
    '2["disconnect"]',
    '2["connect"]',
    '2["newListener","a"]',
    "3",
    '1{"a":1}',
    "0[]",
    '51["a"]',
    '50-["a"]',
    '511-["a"]',
    '2["a"',
  ])("by the packet %j is disconnected, and its sockets hear the error", (packet) => {
    const { client, told, main, admin } = openSockets();
    const failed = vi.fn();
    main.on("error", failed);
    admin.on("error", failed);
    client.send(packet);
    expect([failed.mock.calls, client.port.closes]).toEqual([
      [[expect.any(SyntaxError)], [expect.any(SyntaxError)]],
      1,
    ]);
    expect(told).toEqual([...endOf("/", "forced close"), ...endOf("/admin", "forced close")]);
  });

  it.each(["connect", "disconnect", "disconnecting", "newListener", "removeListener", "connect_error"])(
    "by the event %s of generation 2 is disconnected",
    (event) => {
      const { client, told, main } = openSockets({ protocol: 3 });
      const heard = vi.fn();
      main.on(event, heard);
      client.send(`2["${event}","forged"]`);
      expect(client.port.closes).toBe(1);
      expect(heard.mock.calls.flat()).not.toContain("forged");
      expect(told).toEqual([...endOf("/", "forced close"), ...endOf("/admin", "forced close")]);
    },
  );

  it("by bytes that belong to nothing is disconnected", () => {
    const { client } = openSockets();
    client.send(Uint8Array.of(1));
    expect(client.port.closes).toBe(1);
  });

  it("by a text while attachments are due is disconnected", () => {
    const { client, main } = openSockets();
    const heard = vi.fn();
    main.on("a", heard);
    client.send('51-["a",{"_placeholder":true,"num":0}]', '2["a"]', Uint8Array.of(1));
    expect([client.port.closes, heard.mock.calls]).toEqual([1, []]);
  });

  it("without an error listener throws nothing", () => {
    const { client, uncaught } = openSockets();
    client.send("x");
    expect([client.port.closes, uncaught]).toEqual([1, []]);
  });

  it("by an event while a middleware thinks is disconnected, and never joins", () => {
    const { io, client, told } = openSockets();
    const waiting: (() => void)[] = [];
    io.of("/slow").use((_, next) => void waiting.push(next));
    client.send("0/slow,", '2/slow,["a"]');
    waiting[0]?.();
    expect([client.port.closes, told.length, io.of("/slow").sockets.size]).toEqual([1, 4, 0]);
  });

  it("by asking again while a middleware thinks is disconnected", () => {
    const { io, client } = openSockets();
    io.of("/slow").use(() => undefined);
    client.send("0/slow,", "0/slow,");
    expect(client.port.closes).toBe(1);
  });

  it("is not heard any more, and harms nobody else", () => {
    const { io, platform, client, main } = openSockets();
    const other = new FakeClient(io.door, platform.clock).join();
    const heard = vi.fn();
    main.on("a", heard);
    client.send("x", '2["a"]', "0/other,");
    io.emit("news");
    expect([heard.mock.calls, client.take(), other.take()]).toEqual([[], [], ['2["news"]']]);
  });

  it("on polling reads what waited and then the goodbye, and its sockets end then", () => {
    const { io, platform, told } = openSockets();
    const before = told.length;
    const target = "/socket.io/?EIO=3&transport=polling";
    io.door.handleRequest(new FakeExchange(target));
    const [polling] = Object.values(io.door.clients).slice(-1);
    polling?.message("x");
    polling?.message('2["a"]');
    const poll = new FakeExchange(`${target}&sid=${polling?.id}`);
    io.door.handleRequest(poll);
    platform.clock.endTurn();
    expect([poll.outcome, told.slice(before)]).toEqual(["200 1:61:1", endOf("/", "forced close")]);
  });
});

describe("the end of the server", () => {
  it("ends every socket with the reason server shutting down, and every connection", async () => {
    const { io, client, told } = openSockets();
    await io.stop();
    expect(told).toEqual([...endOf("/", "server shutting down"), ...endOf("/admin", "server shutting down")]);
    expect([client.take(), client.port.closes, io.door.clientsCount]).toEqual([[], 1, 0]);
  });

  it("comes behind what was emitted before it, on WebSocket", async () => {
    const { io, client } = openSockets();
    io.emit("bye");
    await io.stop();
    expect([client.take(), client.port.closes]).toEqual([['2["bye"]'], 1]);
  });

  it("comes behind what was emitted before it, which a waiting poll still gets", async () => {
    const { io, platform } = openSockets();
    const target = "/socket.io/?EIO=3&transport=polling";
    io.door.handleRequest(new FakeExchange(target));
    const [sid] = Object.keys(io.door.clients).slice(-1);
    const poll = new FakeExchange(`${target}&sid=${sid}`);
    io.door.handleRequest(poll);
    platform.clock.endTurn();
    io.emit("bye");
    await io.stop();
    expect([poll.outcome, poll.answers.length]).toEqual(['200 9:42["bye"]', 1]);
  });

  it("closes the adapters, and one that fails stops nothing", async () => {
    const closed: string[] = [];
    class Stoppable extends SocketServer {
      stop(): Promise<void> {
        return this.stopEngine();
      }
    }
    const io = new Stoppable(
      {
        adapter: (namespace) =>
          Object.assign(new Adapter(namespace), {
            async close(): Promise<void> {
              closed.push(namespace.name);
              throw new Error("the broker is away");
            },
          }),
      },
      createFakePlatform(),
    );
    io.of("/admin");
    await io.stop();
    expect(closed).toEqual(["/", "/admin"]);
  });
});
