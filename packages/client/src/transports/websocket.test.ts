import { eio3, eio4, type Packet } from "@bowline/protocol";
import type { CloseReason, Outgoing } from "@bowline/protocol/internal";
import { describe, expect, test } from "vitest";
import { containing, createFakePlatform, having, last } from "../../test-support/fake-platform.ts";
import type { EngineOptions } from "../options.ts";
import { webSocketOver } from "./websocket.ts";

function createTransport(options: EngineOptions = {}) {
  const platform = createFakePlatform();
  const told: string[] = [];
  const packets: Packet[] = [];
  const ends: [CloseReason, unknown][] = [];
  const context = {
    connection: {},
    platform,
    options,
    dialect: eio4,
    sid: undefined,
    endpoint: "ws://h/",
    url: () => "ws://h/?EIO=4",
  };
  const transport = webSocketOver(platform.webSocket).create(context);
  transport.listen({
    opened: () => told.push("opened"),
    received: (packet) => packets.push(packet),
    drained: () => told.push("drained"),
    carrierClosed: (reason, cause) => ends.push([reason, cause]),
  });
  return { platform, transport, told, packets, ends };
}

function createOpen(options: EngineOptions = {}) {
  const parts = createTransport(options);
  parts.transport.open();
  parts.platform.socket().open();
  return parts;
}

function message(...data: (string | Uint8Array)[]): Outgoing & { readonly results: (CloseReason | undefined)[] } {
  const results: (CloseReason | undefined)[] = [];
  const frames = data.map((part) => eio4.frame({ type: "message", data: part }, false));
  return { frames, compress: false, flushed: (failure) => results.push(failure), results };
}

describe("opening", () => {
  test("asks with URL and subprotocols, and tells when packets may be sent", () => {
    const { platform, transport, told } = createOpen({ protocols: ["a"] });
    expect(platform.socket().request).toMatchObject({ url: "ws://h/?EIO=4", protocols: ["a"] });
    expect([told, transport.writable, transport.ws]).toEqual([["opened"], true, platform.socket()]);
  });

  test("that fails tells upstream's words and ours", () => {
    const { platform, transport, ends } = createTransport();
    transport.open();
    platform.socket().fail(new Error("Unexpected server response: 400"));
    platform.socket().close(1006);
    expect(ends).toEqual([["transport error", having({ message: "websocket error" })]]);
    expect(last(ends)[1]).toMatchObject({ cause: having({ message: "Unexpected server response: 400" }) });
  });

  test("that ends without an error tells the code", () => {
    const { platform, transport, ends } = createTransport();
    transport.open();
    platform.socket().close(1006);
    expect(last(ends)[1]).toMatchObject({
      code: "CONNECTION_RESET",
      cause: having({ message: containing("code 1006") }),
    });
  });

  test("that the platform refuses at once is a failure like any other", () => {
    const { platform, transport, ends } = createTransport();
    platform.webSocketError = new SyntaxError("bad subprotocol");
    transport.open();
    expect(ends).toEqual([]);
    platform.clock.advance(0);
    expect(last(ends)[1]).toMatchObject({
      code: "REQUEST_INVALID",
      cause: having({ message: containing("bad subprotocol") }),
    });
  });

  test("that the platform refuses at once shows no query", () => {
    const { platform, transport, ends } = createTransport();
    platform.webSocketError = new SyntaxError("Invalid URL: ws://h/?token=secret");
    transport.open();
    platform.clock.advance(0);
    const description = new Error("Invalid URL: ws://h/?…");
    expect(last(ends)[1]).toMatchObject({ description, code: "REQUEST_INVALID" });
  });

  test("that was given up tells nothing", () => {
    const { platform, transport, told, ends } = createTransport();
    transport.open();
    transport.close("discard");
    platform.socket().open();
    platform.socket().close();
    expect([told, ends, platform.socket().ended]).toEqual([[], [], "discard"]);
  });

  test("that has not begun can be given up", () => {
    const { platform, transport } = createTransport();
    transport.close("discard");
    expect([platform.sockets, transport.ws]).toEqual([[], undefined]);
  });
});

describe("packets", () => {
  test("come one by one", () => {
    const { platform, packets } = createOpen();
    platform.socket().message("4hi");
    platform.socket().message(Uint8Array.of(1));
    expect(packets).toEqual([
      { type: "message", data: "hi" },
      { type: "message", data: Uint8Array.of(1) },
    ]);
  });

  test("are read in the revision that was settled", () => {
    const { platform, transport, packets } = createOpen();
    transport.settle({ dialect: eio3, sid: "s", maxPayload: undefined });
    platform.socket().message(Uint8Array.of(4, 1));
    expect([packets, transport.dialect]).toEqual([[{ type: "message", data: Uint8Array.of(1) }], eio3]);
  });

  test("that cannot be read end it", () => {
    const { platform, ends } = createOpen();
    platform.socket().message("x");
    platform.socket().message("4late");
    expect(ends).toEqual([["transport error", having({ message: "server error" })]]);
    expect(platform.socket().ended).toBe("discard");
  });

  test("leave one by one, in order", () => {
    const { platform, transport, told } = createOpen();
    const outgoing = message("a", Uint8Array.of(1));
    transport.send([outgoing]);
    expect([platform.socket().sent, platform.socket().compressed]).toEqual([
      ["4a", Uint8Array.of(1)],
      [false, false],
    ]);
    expect([outgoing.results, told]).toEqual([[undefined], ["opened", "drained"]]);
  });

  test("are not welcome while the platform has not taken those before", () => {
    const { platform, transport, told } = createOpen();
    platform.holdsSends = true;
    transport.send([message("a"), message("b")]);
    expect(transport.writable).toBe(false);
    platform.socket().release();
    expect([transport.writable, told]).toEqual([true, ["opened", "drained"]]);
  });

  test("that the platform did not take learn of it", () => {
    const { platform, transport } = createOpen();
    platform.holdsSends = true;
    const outgoing = message("a");
    transport.send([outgoing]);
    platform.socket().release(new Error("gone"));
    expect(outgoing.results).toEqual(["transport error"]);
  });

  test("are not sent before it is open", () => {
    const { platform, transport } = createTransport();
    transport.open();
    transport.send([message("a")]);
    expect(platform.socket().sent).toEqual([]);
  });

  test("hold bytes unless the program wants base64", () => {
    expect(createOpen().transport.supportsBinary).toBe(true);
    expect(createOpen({ forceBase64: true }).transport.supportsBinary).toBe(false);
  });
});

describe("the end", () => {
  test("that the server wants is no error", () => {
    const { platform, ends } = createOpen();
    platform.socket().close(1000, "bye");
    const context = { code: 1000, reason: "bye" };
    const details = { description: "websocket connection closed", context, code: "CONNECTION_CLOSED" };
    expect(ends).toEqual([["transport close", details]]);
  });

  test("after an error is one", () => {
    const { platform, ends } = createOpen();
    platform.socket().fail(new Error("reset"));
    platform.socket().close(1006);
    expect(last(ends)).toEqual(["transport error", having({ message: "websocket error" })]);
  });

  test("of ours starts the closing handshake and is over for its listener", () => {
    const { platform, transport, ends } = createOpen();
    transport.close("flush");
    transport.close("flush");
    platform.socket().close(1005);
    expect([ends, platform.socket().ended]).toEqual([[["transport close", undefined]], "close"]);
  });

  test("before it was open drops the connection", () => {
    const { platform, transport } = createTransport();
    transport.open();
    transport.close("flush");
    expect(platform.socket().ended).toBe("discard");
  });

  test("leaves nothing to pause", () => {
    const { transport, told } = createOpen();
    transport.pause(() => told.push("paused"));
    transport.resume();
    expect(told).toEqual(["opened", "paused"]);
  });
});
