// Connections that came to an end, and namespaces that were refused: what listeners are told beside the reason.

import { createServer } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { connectTo, containing, endOf, failureAt, matching, next, TRANSPORTS, toldOf } from "./client.ts";
import { listen, SERVERS, serveSocketIo, stopAll } from "./servers.ts";

afterEach(stopAll);

describe.each(SERVERS)("%s", (name) => {
  test("that closes the connection is not lost", async () => {
    const { url, dismiss } = await serveSocketIo(name);
    const socket = connectTo(url, { transports: ["websocket"] });
    await next(socket, "connect");
    dismiss();
    expect(await endOf(socket)).toMatchObject({
      reason: "transport close",
      code: "CONNECTION_CLOSED",
      hint: containing("closed the connection"),
    });
  });

  test("that dies is lost", async () => {
    const running = await serveSocketIo(name);
    const socket = connectTo(running.url, { transports: ["websocket"] });
    await next(socket, "connect");
    running.cut();
    expect(await endOf(socket)).toMatchObject({
      reason: "transport close",
      code: "CONNECTION_LOST",
      hint: containing("broke without a goodbye"),
    });
  });

  test.each(TRANSPORTS)("without a namespace says so over %s", async (transport) => {
    const { url } = await serveSocketIo(name);
    expect(await failureAt(`${url}/nowhere`, { transports: [transport] })).toMatchObject({
      message: "Invalid namespace",
      type: undefined,
      code: "NAMESPACE_UNKNOWN",
      hint: containing("io.of()"),
    });
  });

  test("whose middleware says no has its words kept", async () => {
    const { url, io } = await serveSocketIo(name);
    io.of("/").use((_socket, done) => done(new Error("members only")));
    expect(await failureAt(url)).toMatchObject({
      message: "members only",
      type: undefined,
      code: "NAMESPACE_REFUSED",
      hint: containing("members only; a middleware of the server refused"),
    });
  });
});

describe("a server that speaks nonsense", () => {
  const open = `0${JSON.stringify({ sid: "s", upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1e6 })}`;

  async function saying(...messages: readonly string[]): Promise<string> {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    server.on("connection", (socket) => {
      for (const message of messages) socket.send(message);
    });
    return `http://127.0.0.1:${await listen(http)}`;
  }

  test("after a packet that was understood has made an error", async () => {
    const url = await saying(open, '40{"sid":"id"}', "4nonsense");
    const told = await endOf(connectTo(url, { transports: ["websocket"] }));
    expect(told).toMatchObject({
      reason: "parse error",
      code: "PARSE_ERROR",
      hint: containing("what came is no packet"),
    });
  });

  test("below the packets has made an error", async () => {
    const url = await saying(open, '40{"sid":"id"}', "9");
    const told = await endOf(connectTo(url, { transports: ["websocket"] }));
    expect(told).toMatchObject({ reason: "transport error", code: "PARSE_ERROR" });
  });

  test("from the first packet on may have another parser", async () => {
    const url = await saying(open, "4nonsense");
    const socket = connectTo(url, { transports: ["websocket"] });
    const [reason, details] = await next(socket.io, "close");
    expect([reason, toldOf(details)]).toMatchObject([
      "parse error",
      { code: "PARSER_MISMATCH", hint: containing('see the option "parser" of both sides') },
    ]);
  });

  test("with its first message is no Socket.IO server", async () => {
    const url = await saying("hello");
    const told = await failureAt(url, { transports: ["websocket"] });
    expect(told).toMatchObject({ code: "PARSE_ERROR", hint: containing("what came is no packet") });
  });

  test("with its first packet is no Socket.IO server", async () => {
    const url = await saying("4hello");
    const told = await failureAt(url, { transports: ["websocket"] });
    expect(told).toMatchObject({
      message: "websocket error",
      code: "NOT_SOCKET_IO",
      hint: matching(/no Socket.IO server answers there; .*: the first packet was message, not open$/),
    });
  });
});
