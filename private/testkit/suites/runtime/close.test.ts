// The end of a server on Node, ours and the official one: who is told what, in which order, and where nothing listens.
import { createServer, type Server as HttpServer } from "node:http";
import { Server } from "@bowline/server";
import { describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isConstructor } from "../../src/peers/raw-surface.ts";

/** What the tests ask of a server of either package. */
interface Closing {
  close(callback?: (error?: Error) => void): Promise<void>;
  of(name: string): {
    readonly adapter: { close(): unknown };
    readonly sockets: ReadonlyMap<string, unknown>;
    on(event: "connection", listener: (socket: Leaver) => void): unknown;
  };
}

interface Leaver {
  readonly rooms: ReadonlySet<string>;
  on(event: string, listener: (reason: unknown, details: unknown) => void): unknown;
}

function isClosing(value: unknown): value is Closing {
  return typeof value === "object" && value !== null && "close" in value && "of" in value;
}

const MAKERS: readonly (readonly [name: string, make: (httpServer: HttpServer) => unknown])[] = [
  ["our server", (httpServer) => new Server(httpServer)],
  [
    "server 4.8",
    (httpServer) => {
      const Official = memberOf(requireOfficial("socket.io-v4"), "Server");
      return isConstructor(Official) ? new Official(httpServer, {}) : undefined;
    },
  ],
];

async function listening(httpServer: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => {
    httpServer.listen(0, "127.0.0.1", resolve);
  });
  const address = httpServer.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the server");
  return `http://127.0.0.1:${address.port}`;
}

describe.each(MAKERS)("%s", (_name, make) => {
  function start() {
    const httpServer = createServer();
    const io = make(httpServer);
    if (!isClosing(io)) throw new Error("Cannot test the end of the server: it is none");
    return { httpServer, io };
  }

  test("tells sockets of every namespace, then adapters, then the callback, and then resolves", async () => {
    const { httpServer, io } = start();
    const story: unknown[] = [];
    io.of("/desk").on("connection", (socket) => {
      socket.on("disconnecting", (reason) => story.push(["disconnecting", reason, socket.rooms.size]));
      socket.on("disconnect", (reason, details) => story.push(["disconnect", reason, details, socket.rooms.size]));
    });
    const { adapter } = io.of("/desk");
    const closeAdapter = adapter.close;
    adapter.close = () => {
      story.push(["adapter"]);
      return Reflect.apply(closeAdapter, adapter, []);
    };
    const client = (await clientPeer("client 4.8")).connect(await listening(httpServer), {
      namespace: "/desk",
      mode: "websocket",
    });
    const gone = new Promise((resolve) => client.on("disconnect", resolve));
    await new Promise((resolve) => client.on("connect", () => resolve(undefined)));
    await io.close((error) => story.push(["callback", error]));
    story.push(["resolved"]);
    expect(story).toEqual([
      ["disconnecting", "server shutting down", 1],
      ["disconnect", "server shutting down", undefined, 0],
      ["adapter"],
      ["callback", undefined],
      ["resolved"],
    ]);
    expect([await gone, httpServer.listening, io.of("/desk").sockets.size]).toEqual(["transport close", false, 0]);
    client.dispose();
  });

  test("where nothing listens, the callback is told so, and nothing is thrown", async () => {
    const { io } = start();
    const told: unknown[] = [];
    expect(await io.close((error) => told.push(Reflect.get(error ?? {}, "code")))).toBeUndefined();
    expect(told).toEqual(["ERR_SERVER_NOT_RUNNING"]);
  });

  test("that is closed twice closes once", async () => {
    const { httpServer, io } = start();
    await listening(httpServer);
    const told: unknown[] = [];
    const close = () => io.close((error) => told.push(Reflect.get(error ?? {}, "code")));
    expect(await Promise.all([close(), close()])).toEqual([undefined, undefined]);
    expect(new Set(told)).toEqual(new Set([undefined, "ERR_SERVER_NOT_RUNNING"]));
  });
});

describe("our server that closes right after it has welcomed a client, before that polls again", () => {
  const clients = ["client 2.5", "client 4.8", "our client"] as const;
  test.each(clients)("tells %s so at its next poll, and waits for it", async (name) => {
    const httpServer = createServer();
    const io = new Server(httpServer);
    let wasBetweenPolls: boolean | undefined;
    const closed = new Promise<void>((resolve) => {
      io.on("connection", ({ conn }) => {
        // The answer to its CONNECT is being handed to the poll that waits.
        conn.once("flush", () => {
          queueMicrotask(() => {
            wasBetweenPolls = conn.betweenPolls;
            void io.close().then(resolve);
          });
        });
      });
    });
    const client = (await clientPeer(name)).connect(await listening(httpServer), { mode: "polling" });
    const gone = new Promise((resolve) => client.on("disconnect", resolve));
    expect([await gone, wasBetweenPolls]).toEqual(["transport close", true]);
    client.dispose();
    await closed;
    expect(httpServer.listening).toBe(false);
  });
});

test("our server that was never attached is closed at once", async () => {
  const told: unknown[] = [];
  await new Server().close((error) => told.push(error));
  expect(told).toEqual([undefined]);
});
