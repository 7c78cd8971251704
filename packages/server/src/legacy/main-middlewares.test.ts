// Rules of the main namespace's middlewares for programs of 2.x: they guard all namespaces, for clients of every generation.
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { chooseDialect } from "../runtime/dialect-2.ts";
import type { ServerOptions } from "../socket/options.ts";
import { SocketServer } from "../socket/server.ts";
import type { Socket } from "../socket/socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server whose main namespace is for those with a token, and a client that comes with a query. */
function createScene(compat: ServerOptions["compat"], protocol: 3 | 4, query = "") {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ compat }, platform, chooseDialect);
  const asked = vi.fn();
  io.use((socket: Socket, next) => {
    asked(socket.nsp.name);
    if (socket.handshake.query["token"] === "sesame") next();
    else next(new Error("not authorized"));
  });
  const order = vi.fn();
  io.of("/chat").use((_, next) => {
    order("its own");
    next();
  });
  const client = new FakeClient(io.door, platform.clock, { protocol, query });
  return { io, client, asked, order };
}

describe("with compat 2", () => {
  it("keep a client since 3.0 out of the others too", () => {
    const { client, io, order } = createScene(2, 4);
    client.send("0/chat,");
    expect([client.take(), io.of("/chat").sockets.size, order.mock.calls]).toEqual([
      ['4/chat,{"message":"not authorized"}'],
      0,
      [],
    ]);
  });

  it("let one in that they are content with, before the namespace's own are asked", () => {
    const { client, io, asked, order } = createScene(2, 4, "&token=sesame");
    client.join("/chat");
    expect([io.of("/chat").sockets.size, asked.mock.calls, order.mock.calls]).toEqual([1, [["/chat"]], [["its own"]]]);
  });

  it("are not asked again for one that is in the main namespace", () => {
    const { client, asked } = createScene(2, 4, "&token=sesame");
    client.join().join("/chat");
    expect(asked.mock.calls).toEqual([["/"]]);
  });

  it("are asked once for a client of 2.x, which is in the main namespace first", () => {
    const { client, io, asked } = createScene(2, 3, "&token=sesame");
    client.send("0/chat,");
    expect([io.of("/chat").sockets.size, asked.mock.calls]).toEqual([1, [["/"]]]);
  });
});

describe("with compat auto", () => {
  it("guard the main namespace alone, as in 4.x", () => {
    const { client, io, asked } = createScene("auto", 4);
    client.join("/chat");
    expect([io.of("/chat").sockets.size, asked.mock.calls]).toEqual([1, []]);
  });
});
