// WebSockets of the server on Node, by the bytes of RFC 6455 and by what programs see of them: those that we frame
// ourselves, and those of the package `ws`, which programs know.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { connect, type Socket } from "node:net";
import { attach, type Connection, type Server } from "@bowline/server/engine";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { frame, readFrames, upgradeRequest } from "../hostile/raw-websocket.ts";

const TARGET = "/engine.io/?EIO=4&transport=websocket";

interface Running {
  readonly engine: Server;
  readonly port: number;
}

interface Peer {
  readonly socket: Socket;
  /** Resolves once a text about what has come in fits. */
  until(isThere: (received: Buffer) => boolean): Promise<Buffer>;
}

const servers: HttpServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

function dial(port: number): Peer {
  const socket = connect(port, "127.0.0.1");
  let received = Buffer.alloc(0);
  let look: () => void = () => undefined;
  sockets.push(socket);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    look();
  });
  return {
    socket,
    until: (isThere) =>
      new Promise((resolve) => {
        look = () => {
          if (isThere(received)) resolve(received);
        };
        socket.on("end", () => resolve(received));
        look();
      }),
  };
}

function framesOf(received: Buffer): readonly string[] {
  const start = received.indexOf("\r\n\r\n") + 4;
  return readFrames(received.subarray(start)).map(({ opcode, payload }) => `${opcode} ${payload.toString("latin1")}`);
}

/** The frames behind the open packet, once there are so many. */
async function answers(peer: Peer, count: number): Promise<readonly string[]> {
  const received = await peer.until((bytes) => framesOf(bytes).length > count);
  return framesOf(received).slice(1);
}

describe.each([
  ["framed by the server itself", {}],
  ["of the package ws", { wsEngine: "ws" }],
])("a WebSocket %s", (_, options) => {
  async function serve(): Promise<Running> {
    const httpServer = createServer();
    servers.push(httpServer);
    const engine = attach(httpServer, { ...options, maxHttpBufferSize: 1000 });
    await new Promise<void>((resolve) => {
      httpServer.listen(0, "127.0.0.1", resolve);
    });
    const address = httpServer.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the engine");
    return { engine, port: address.port };
  }

  async function join(): Promise<Peer & { readonly connection: Connection }> {
    const { engine, port } = await serve();
    const connected = new Promise<Connection>((resolve) => {
      engine.once("connection", resolve);
    });
    const peer = dial(port);
    peer.socket.write(upgradeRequest(TARGET));
    await peer.until((received) => framesOf(received).length === 1);
    return { ...peer, connection: await connected };
  }

  function ended(connection: Connection): Promise<readonly unknown[]> {
    return new Promise((resolve) => {
      connection.once("close", (reason, cause) => {
        resolve([reason, cause instanceof Error ? Reflect.get(cause, "code") : cause]);
      });
    });
  }

  test("reads what comes in the same packet as the request, and cut after any byte", async () => {
    const { engine, port } = await serve();
    engine.on("connection", (connection) => connection.on("message", (data) => connection.send(data)));
    const bytes = Buffer.concat([upgradeRequest(TARGET), frame("4hello"), frame(Uint8Array.of(1, 2, 255))]);
    const whole = dial(port);
    whole.socket.write(bytes);
    const slow = dial(port);
    for (const byte of bytes.subarray(-20)) {
      if (slow.socket.bytesWritten === 0) slow.socket.write(bytes.subarray(0, -20));
      slow.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const expected = ["1 4hello", "2 \u0001\u0002ÿ"];
    expect([await answers(whole, 2), await answers(slow, 2)]).toEqual([expected, expected]);
  });

  test("joins fragments, and answers a ping between them", async () => {
    const peer = await join();
    peer.connection.on("message", (data) => peer.connection.send(data));
    peer.socket.write(
      Buffer.concat([
        frame("4h", { isFinal: false }),
        frame("there?", { opcode: 9 }),
        frame("i", { opcode: 0, isFinal: true }),
      ]),
    );
    expect(await answers(peer, 2)).toEqual(["10 there?", "1 4hi"]);
  });

  test.each([
    ["no code", [], "8 "],
    ["a code and a reason", [3, 232, 98, 121, 101], "8 \u0003èbye"],
    ["a code of the program's", [15, 160], "8 \u000f\u00a0"],
  ])("that is closed with %s answers with the same, and ends the connection", async (_name, payload, answer) => {
    const peer = await join();
    const end = ended(peer.connection);
    peer.socket.write(frame(Uint8Array.from(payload), { opcode: 8 }));
    await once(peer.socket, "end");
    const [goodbye] = await answers(peer, 1);
    expect(await end).toEqual(["transport close", undefined]);
    expect(goodbye).toBe(answer);
  });

  test("whose peer leaves right behind a message is closed once that has been acted on", async () => {
    const { connection, socket } = await join();
    const story: unknown[] = [];
    connection.on("message", (data) => {
      story.push(data);
      void Promise.resolve().then(() => story.push("acted on"));
    });
    const end = ended(connection).then(() => story.push("closed"));
    socket.write(Buffer.concat([frame("4hello"), frame("", { opcode: 8 })]));
    await end;
    expect(story).toEqual(["hello", "acted on", "closed"]);
  });

  // The package says of the answer that it cannot be sent any more, before it tells that the peer has left.
  const word = "wsEngine" in options ? "transport error" : "transport close";
  test(`whose peer leaves without waiting for an answer is told of it as ${word}`, async () => {
    const { connection, socket } = await join();
    connection.on("message", (data) => connection.send(data));
    const end = ended(connection);
    socket.write(Buffer.concat([frame("4hello"), frame("", { opcode: 8 })]));
    const [reason] = await end;
    expect(reason).toBe(word);
  });

  test("that we close says so, and ends the connection when the peer has agreed", async () => {
    const peer = await join();
    peer.connection.close();
    expect(await answers(peer, 1)).toEqual(["8 "]);
    peer.socket.write(frame("", { opcode: 8 }));
    await once(peer.socket, "end");
    expect(peer.socket.readableEnded).toBe(true);
  });

  test.each([
    ["ends its side", (socket: Socket) => socket.end()],
    ["ends its side within a frame", (socket: Socket) => socket.end(frame("4hello").subarray(0, 7))],
    ["is reset", (socket: Socket) => socket.resetAndDestroy()],
  ])("whose peer %s without a word is closed, without an error", async (_name, leave) => {
    const peer = await join();
    const end = ended(peer.connection);
    leave(peer.socket);
    expect(await end).toEqual(["transport close", undefined]);
  });

  test.each([
    ["a frame without a mask", frame("4x", { isMasked: false }), 1002, "WS_ERR_EXPECTED_MASK"],
    ["a text that is no UTF-8", frame(Uint8Array.of(0x34, 0xff), { opcode: 1 }), 1007, "WS_ERR_INVALID_UTF8"],
    ["more than the limit", frame(`4${"x".repeat(1000)}`), 1009, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"],
  ])("that gets %s is closed with the code for it", async (_name, bytes, closeCode, code) => {
    const peer = await join();
    const end = ended(peer.connection);
    peer.socket.write(bytes);
    expect(await end).toEqual(["transport error", code]);
    const [goodbye = ""] = await answers(peer, 1);
    expect(Buffer.from(goodbye.slice(2), "latin1").readUInt16BE(0)).toBe(closeCode);
  });

  test.each([
    ["another method", upgradeRequest(TARGET).toString().replace("GET", "POST"), /^HTTP\/1.1 4/],
    [
      "a bad key",
      upgradeRequest(TARGET)
        .toString()
        .replace(/Key: \S+/, "Key: x"),
      /^HTTP\/1.1 400 Bad Request\r\n/,
    ],
    [
      "a version that nobody speaks",
      upgradeRequest(TARGET).toString().replace("Version: 13", "Version: 99"),
      /^HTTP\/1.1 400 [\s\S]*Sec-WebSocket-Version: 13/,
    ],
  ])("that is asked for with %s is refused", async (_name, request, answer) => {
    const { port } = await serve();
    const peer = dial(port);
    peer.socket.write(request);
    await once(peer.socket, "end");
    expect((await peer.until(() => true)).toString()).toMatch(answer);
  });

  test("takes the first subprotocol", async () => {
    const { port } = await serve();
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}${TARGET}`, ["b", "a"]);
    await once(webSocket, "open");
    expect(webSocket.protocol).toBe("b");
    webSocket.terminate();
  });

  describe("as the program sees it", () => {
    async function look(): Promise<Peer & { readonly native: WebSocket }> {
      const peer = await join();
      const { socket } = peer.connection.transport;
      if (!(socket instanceof WebSocket)) throw new Error("Cannot find the WebSocket");
      return { ...peer, native: socket };
    }

    test("is open, and knows its connection", async () => {
      const { native, socket } = await look();
      const below: unknown = Reflect.get(native, "_socket");
      expect(below).toMatchObject({ remotePort: socket.localPort });
      expect([native.readyState, native.OPEN, native.extensions, native.protocol, native.bufferedAmount]).toEqual([
        WebSocket.OPEN,
        1,
        "",
        "",
        0,
      ]);
    });

    test("tells of messages, pings, pongs and the end", async () => {
      const { native, socket } = await look();
      const told: unknown[] = [];
      native.on("message", (data, isBinary) => told.push([data, isBinary]));
      native.on("ping", (data) => told.push(["ping", data]));
      native.on("pong", (data) => told.push(["pong", data]));
      const closed = once(native, "close");
      socket.write(
        Buffer.concat([
          frame("4a"),
          frame(Uint8Array.of(1)),
          frame("i", { opcode: 9 }),
          frame("o", { opcode: 10 }),
          frame(Uint8Array.of(15, 160, 98), { opcode: 8 }),
        ]),
      );
      socket.on("end", () => socket.end());
      expect([await closed, native.readyState]).toEqual([[4000, Buffer.from("b")], WebSocket.CLOSED]);
      expect(told).toEqual([
        [Buffer.from("4a"), false],
        [Buffer.of(1), true],
        ["ping", Buffer.from("i")],
        ["pong", Buffer.from("o")],
      ]);
    });

    test("sends messages, pings and pongs, and says when they are out", async () => {
      const peer = await look();
      const { native } = peer;
      await new Promise((resolve) => native.send("text", resolve));
      await new Promise((resolve) => native.send(Uint8Array.of(1), { binary: true }, resolve));
      await new Promise((resolve) => native.send("as bytes", { binary: true }, resolve));
      native.ping("i");
      native.pong(Buffer.from("o"), false, () => native.close(4001, "done"));
      expect(await answers(peer, 6)).toEqual(["1 text", "2 \u0001", "2 as bytes", "9 i", "10 o", "8 \u000f¡done"]);
    });

    test("is cut off by terminate()", async () => {
      const { native, socket } = await look();
      native.terminate();
      await once(socket, "close");
      expect(socket.destroyed).toBe(true);
    });
  });
});

test("a program that loads the server loads no package for WebSockets with it, since most servers need none", () => {
  const program = `
    const { Server } = require("@bowline/server");
    new Server(require("node:http").createServer());
    const loaded = () => Object.keys(require.cache).some((file) => /node_modules.ws./.test(file));
    const before = loaded();
    new Server(require("node:http").createServer(), { perMessageDeflate: true });
    console.log(before, loaded());
    process.exit();
  `;
  const folder = new URL(".", import.meta.url);
  expect(execFileSync(process.execPath, ["-e", program], { cwd: folder, encoding: "utf8" }).trim()).toBe("false true");
});
