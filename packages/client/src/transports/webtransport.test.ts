// Rules of the WebTransport transport: how it begins, sends, receives and ends.
import { eio4, type Packet } from "@bowline/protocol";
import { type CloseReason, DEAF, type Outgoing } from "@bowline/protocol/internal";
import { describe, expect, test } from "vitest";
import { containing, createFakePlatform, having, last } from "../../test-support/fake-platform.ts";
import { FakeWebTransport, settle } from "../../test-support/fake-web-transport.ts";
import type { EngineOptions } from "../options.ts";
import type { OpenChannel } from "./channel.ts";
import { channelsLoadedBy, webTransportOver } from "./webtransport.ts";
import { webTransportChannels } from "./webtransport-channel.ts";

function createContext(sid?: string, options: EngineOptions = {}) {
  const platform = createFakePlatform();
  const context = {
    connection: {},
    platform,
    options,
    dialect: eio4,
    sid,
    endpoint: "https://h/",
    url: () => "https://h/?EIO=4&transport=webtransport",
  };
  return { platform, context };
}

function createTransport(sid?: string, options: EngineOptions = {}, refusal?: Error) {
  const { platform, context } = createContext(sid, options);
  const sessions: FakeWebTransport[] = [];
  const told: string[] = [];
  const packets: Packet[] = [];
  const ends: [CloseReason, unknown][] = [];
  const open = webTransportChannels((url, given) => {
    if (refusal !== undefined) throw refusal;
    const session = new FakeWebTransport(url, given);
    sessions.push(session);
    return session;
  });
  const transport = webTransportOver(open, () => true).create(context);
  transport.listen({
    opened: () => told.push("opened"),
    received: (packet) => packets.push(packet),
    drained: () => told.push("drained"),
    carrierClosed: (reason, cause) => ends.push([reason, cause]),
  });
  transport.open();
  return { platform, transport, sessions, told, packets, ends };
}

async function createOpen(sid?: string, options: EngineOptions = {}) {
  const parts = createTransport(sid, options);
  const session = last(parts.sessions);
  await session.open();
  return { ...parts, session };
}

function message(...data: (string | Uint8Array)[]): Outgoing & { readonly results: (CloseReason | undefined)[] } {
  const results: (CloseReason | undefined)[] = [];
  const frames = data.map((part) => eio4.frame({ type: "message", data: part }, false));
  return { frames, compress: false, flushed: (failure) => results.push(failure), results };
}

describe("opening", () => {
  test("asks with URL and the options for the constructor, and says which session is meant", async () => {
    const webtransport = { serverCertificateHashes: [] };
    const { session, transport, told } = await createOpen(undefined, {
      transportOptions: { webtransport },
    });
    expect([session.url, session.options]).toEqual(["https://h/?EIO=4&transport=webtransport", webtransport]);
    expect([session.packets, told, transport.writable, transport.readyState]).toEqual([
      [{ type: "open" }],
      ["opened"],
      true,
      "open",
    ]);
  });

  test("of a session that moves names it", async () => {
    const { session, transport } = await createOpen("abc");
    expect([session.packets, transport.query]).toEqual([
      [{ type: "open", data: '{"sid":"abc"}' }],
      { EIO: "4", transport: "webtransport" },
    ]);
  });

  test("that the platform refuses is a failure like any other, and not told at once", async () => {
    const { platform, ends } = createTransport(undefined, {}, new TypeError("bad option"));
    await settle();
    expect(ends).toEqual([]);
    platform.clock.advance(0);
    expect(last(ends)).toEqual(["transport error", having({ message: "webtransport error" })]);
    expect(last(ends)[1]).toMatchObject({ cause: having({ message: containing("bad option") }) });
  });

  test("that the server refuses tells why", async () => {
    const { sessions, ends } = createTransport();
    await last(sessions).refuse(new Error("opening handshake failed"));
    expect(ends).toEqual([["transport error", having({ message: "webtransport error" })]]);
    expect(last(ends)[1]).toMatchObject({ cause: having({ message: containing("opening handshake failed") }) });
  });

  test("that was given up tells nothing, and closes the session", async () => {
    const { sessions, transport, told, ends } = createTransport();
    transport.close("discard");
    await last(sessions).open();
    expect([last(sessions).isClosed, told, ends, transport.readyState]).toEqual([true, [], [], "closed"]);
  });
});

test("a session that cannot be closed before it is there is closed once it is", async () => {
  const { sessions, transport } = createTransport();
  const session = last(sessions);
  session.closeFailure = new Error("WebTransport is not connected");
  transport.close("discard");
  session.closeFailure = undefined;
  await session.open();
  expect(session.isClosed).toBe(true);
});

test("a session that never comes, and cannot be closed, harms nobody", async () => {
  const { sessions, transport, ends } = createTransport();
  const session = last(sessions);
  session.closeFailure = new Error("WebTransport is not connected");
  transport.close("discard");
  await session.refuse(new Error("no route"));
  expect(ends).toEqual([]);
});

describe("sending", () => {
  test("writes a batch at once, and takes the next when it was taken", async () => {
    const { session, transport, told } = await createOpen();
    const sent = message("a", Uint8Array.of(1, 2));
    session.holdsWrites = true;
    transport.send([sent]);
    expect([session.writes, transport.writable, transport.readyState, sent.results]).toEqual([2, false, "open", []]);
    await session.release();
    expect(session.packets.slice(1)).toEqual([
      { type: "message", data: "a" },
      { type: "message", data: Uint8Array.of(1, 2) },
    ]);
    expect([transport.writable, sent.results, told]).toEqual([true, [undefined], ["opened", "drained"]]);
  });

  test("a message of no bytes goes as text, for which there is a frame", async () => {
    const { session, transport } = await createOpen();
    transport.send([message(new Uint8Array(0))]);
    await settle();
    expect(session.packets[1]).toEqual({ type: "message", data: new Uint8Array(0) });
  });

  test("that fails ends it, and the packets learn of it", async () => {
    const { platform, session, transport, ends } = await createOpen();
    const sent = message("a");
    session.writeFailure = new Error("stream was reset");
    transport.send([sent]);
    await settle();
    platform.clock.advance(0);
    expect([sent.results, ends]).toEqual([
      ["transport error"],
      [["transport error", having({ message: "webtransport error" })]],
    ]);
    expect(session.isClosed).toBe(true);
  });

  test("what was written leaves before the session is closed, and the end is told at once", async () => {
    const { session, transport, ends } = await createOpen();
    session.holdsWrites = true;
    transport.send([message("a")]);
    transport.close("flush");
    await settle();
    expect([session.isFinished, session.isClosed, ends]).toEqual([false, false, [["transport close", undefined]]]);
    await session.release();
    expect([session.isFinished, session.isClosed, ends.length]).toEqual([true, true, 1]);
  });

  test("a server that takes nothing is waited for one second", async () => {
    const { platform, session, transport } = await createOpen();
    session.holdsWrites = true;
    transport.send([message("a")]);
    transport.close("flush");
    platform.clock.advance(999);
    expect(session.isClosed).toBe(false);
    platform.clock.advance(1);
    expect(session.isClosed).toBe(true);
  });

  test("a stream that cannot be ended is closed with its session", async () => {
    const { platform, session, transport } = await createOpen();
    session.writeFailure = new Error("stream was reset");
    transport.close("flush");
    await settle();
    expect([session.isClosed, platform.clock.pendingTimers]).toEqual([true, 0]);
  });

  test("nobody is waited for when it is discarded, and nothing more is told", async () => {
    const { session, transport, ends, told } = await createOpen();
    session.holdsWrites = true;
    transport.send([message("a")]);
    transport.close("discard");
    transport.close("discard");
    await session.release();
    expect([session.isClosed, ends, told]).toEqual([true, [], ["opened"]]);
  });
});

describe("receiving", () => {
  test("hands over packets, however they are cut", async () => {
    const { session, packets } = await createOpen();
    await session.sendChunk(Uint8Array.of(3, 0x34));
    await session.sendChunk(Uint8Array.of(0x68, 0x69, 1, 0x32));
    expect(packets).toEqual([{ type: "message", data: "hi" }, { type: "ping" }]);
  });

  test("stops in the middle of a chunk when it is closed there", async () => {
    const { session, transport, packets } = await createOpen();
    transport.listen({
      received(packet) {
        packets.push(packet);
        transport.close("discard");
      },
      drained() {},
      carrierClosed() {},
    });
    await session.send({ type: "message", data: "a" }, { type: "message", data: "b" });
    expect(packets).toEqual([{ type: "message", data: "a" }]);
  });

  test("what is no packet ends it with upstream's words", async () => {
    const { platform, session, ends } = await createOpen();
    await session.sendChunk(Uint8Array.of(0));
    platform.clock.advance(0);
    expect(ends).toEqual([["transport error", having({ message: "server error" })]]);
    expect([session.isClosed, last(ends)[1]]).toEqual([
      true,
      having({ code: "PARSE_ERROR", cause: having({ message: containing("0 bytes") }) }),
    ]);
  });

  test("a packet larger than the option allows is refused", async () => {
    const { platform, session, ends } = await createOpen(undefined, { maxPayload: 10 });
    await session.sendChunk(Uint8Array.of(11));
    platform.clock.advance(0);
    expect(last(ends)[1]).toMatchObject({
      code: "PARSE_ERROR",
      cause: having({ message: containing("more than 10 bytes") }),
    });
  });
});

describe("the end", () => {
  test("of the session is told once, without an error", async () => {
    const { session, ends } = await createOpen();
    await session.end();
    expect(ends).toEqual([
      ["transport close", { description: "webtransport connection closed", code: "CONNECTION_CLOSED" }],
    ]);
  });

  test("of the session by an error is told as one", async () => {
    const { platform, session, ends } = await createOpen();
    await session.fail(new Error("connection lost"));
    platform.clock.advance(0);
    expect([ends.length, last(ends)]).toEqual([1, ["transport error", having({ message: "webtransport error" })]]);
  });

  test("of the stream alone is the end as well", async () => {
    const { session, ends } = await createOpen();
    await session.endStream();
    expect([session.isClosed, last(ends)[0]]).toEqual([true, "transport close"]);
  });

  test("of the stream alone by an error is an error", async () => {
    const { platform, session, ends } = await createOpen();
    await session.failStream(new Error("reset"));
    platform.clock.advance(0);
    expect([session.isClosed, last(ends)[0]]).toEqual([true, "transport error"]);
  });
});

describe("moving away", () => {
  test("needs no pause", async () => {
    const { transport, told } = await createOpen();
    transport.pause(() => told.push("paused"));
    transport.resume();
    expect(told).toEqual(["opened", "paused"]);
  });
});

/** A transport whose code is loaded when the test says so. */
function createLoaded() {
  const { context, platform } = createContext();
  let resolve: (open: OpenChannel) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<OpenChannel>((...ways) => {
    [resolve, reject] = ways;
  });
  const calls: unknown[] = [];
  const ends: unknown[] = [];
  const transport = webTransportOver(
    channelsLoadedBy(() => promise),
    () => true,
  ).create(context);
  transport.listen({ ...DEAF, carrierClosed: (reason, cause) => ends.push([reason, cause]) });
  transport.open();
  const open: OpenChannel = (_context, url, events) => {
    calls.push(url);
    events.opened();
    return { send: (data) => calls.push(data), close: () => calls.push("close"), discard: () => calls.push("discard") };
  };
  return { platform, transport, calls, ends, open, resolve, reject };
}

describe("code that is loaded with the first channel", () => {
  test("opens the channel, and passes on what it is told", async () => {
    const { transport, calls, open, resolve } = createLoaded();
    resolve(open);
    await settle();
    transport.send([message("a")]);
    transport.close("flush");
    expect([transport.readyState, calls]).toEqual([
      "closed",
      ["https://h/?EIO=4&transport=webtransport", "4a", "close"],
    ]);
  });

  test("opens nothing where the transport was given up meanwhile", async () => {
    const { transport, calls, open, resolve } = createLoaded();
    transport.close("discard");
    resolve(open);
    await settle();
    expect(calls).toEqual([]);
  });

  test("that cannot be loaded is a failure of the transport, as the network's", async () => {
    const { ends, reject } = createLoaded();
    reject(new TypeError("gone"));
    await settle();
    expect(ends).toEqual([["transport error", having({ message: "webtransport error", code: "NETWORK_ERROR" })]]);
  });

  test("that cannot open anything is a request that is invalid", async () => {
    const { ends, resolve } = createLoaded();
    resolve(() => {
      throw new TypeError("bad option");
    });
    await settle();
    expect(ends).toEqual([["transport error", having({ message: "webtransport error", code: "REQUEST_INVALID" })]]);
  });
});
