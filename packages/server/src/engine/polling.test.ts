// Rules of long-polling: what GETs and POSTs are answered, what they do to the session, and what overlaps do.

import { eio4 } from "@bowline/protocol";
import { createFakePlatform, FakeExchange, type FakeExchangeOptions } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";

/** A polling session with its handshake behind it. */
function openSession(protocol: 3 | 4 = 4, options: Partial<EngineOptions> = {}, query = "") {
  const { clock, ...platform } = createFakePlatform();
  const engine = new EngineServer(resolveOptions({ pingInterval: 100_000, ...options }, ENGINE_DEFAULTS), {
    ...platform,
    clock,
  });
  const heard: unknown[] = [];
  const opened: Connection[] = [];
  engine.on("connection", (connection) => {
    opened.push(connection);
    connection.on("message", (data) => heard.push(data));
    connection.on("close", (reason) => heard.push(`closed ${reason}`));
  });
  engine.handleRequest(new FakeExchange(`/engine.io/?EIO=${protocol}&transport=polling${query}`));
  const [connection] = opened;
  if (connection === undefined) throw new Error("Cannot open the session: the handshake was refused");
  const target = `/engine.io/?EIO=${protocol}&transport=polling&sid=${connection.id}`;

  function request(exchangeOptions: FakeExchangeOptions = {}): FakeExchange {
    const exchange = new FakeExchange(target, exchangeOptions);
    engine.handleRequest(exchange);
    clock.endTurn();
    return exchange;
  }
  return {
    clock,
    connection,
    heard,
    get: () => request(),
    request,
    /** Posts a body and waits for the answer. */
    async post(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<FakeExchange> {
      const exchange = request({ method: "POST", body, headers });
      await exchange.done;
      return exchange;
    },
    /** Holds a POST's body back. */
    postSlowly: (body: string) => request({ method: "POST", body, holdsBody: true }),
    send(...messages: readonly (string | Uint8Array)[]): void {
      const frames = messages.map((data) => connection.dialect.frame({ type: "message", data }, protocol === 4));
      connection.transmit({ frames, compress: false });
      clock.endTurn();
    },
  };
}

const OCTETS = { "content-type": "application/octet-stream" };

describe("a GET", () => {
  it("waits until there is something to say", () => {
    const { get, send } = openSession();
    const poll = get();
    expect(poll.outcome).toBe(undefined);
    send("a");
    expect(poll.outcome).toBe("200 4a");
  });

  it("gets all that waits in one body, in order", () => {
    const { get, send } = openSession();
    send("a");
    send("b");
    send("c");
    expect(get().outcome).toBe("200 4a\u001e4b\u001e4c");
  });

  it("is answered as text that no cache keeps", () => {
    const { get, send } = openSession();
    send("a");
    expect(get().answer?.headers).toEqual({
      "Content-Type": "text/plain; charset=UTF-8",
      "cache-control": "no-store",
    });
  });

  it("gets bytes as base64 in revision 4", () => {
    const { get, send } = openSession(4);
    send(Uint8Array.of(1, 2));
    expect(get().outcome).toBe("200 bAQI=");
  });

  it("gets bytes in a binary body in revision 3, and text where there are none", () => {
    const { get, send } = openSession(3);
    send("a", Uint8Array.of(1, 2));
    const { answer } = get();
    expect(answer?.headers["Content-Type"]).toBe("application/octet-stream");
    expect(answer?.body).toEqual(Uint8Array.of(0, 2, 255, 0x34, 0x61, 1, 3, 255, 4, 1, 2));
    send("b");
    expect(get().outcome).toBe("200 2:4b");
  });

  it("gets bytes as base64 in revision 3 where the handshake said b64", () => {
    const { get, send } = openSession(3, {}, "&b64=1");
    send(Uint8Array.of(1, 2));
    expect(get().outcome).toBe("200 6:b4AQI=");
  });

  it("that overlaps another is refused, and ends the session: the one that waited gets a close packet", () => {
    const { get, heard } = openSession();
    const [first, second] = [get(), get()];
    expect([second.outcome, first.outcome, heard]).toEqual(["400", "200 1", ["closed transport error"]]);
  });

  it("whose client goes away ends the session", () => {
    const { get, heard, connection } = openSession();
    get().abort();
    expect([heard, connection.readyState]).toEqual([["closed transport error"], "closed"]);
  });

  it("whose client goes away when an answer is on its way ends nothing", () => {
    const { get, send, heard } = openSession();
    const [first] = [get(), send("a")];
    first.abort();
    expect(heard).toEqual([]);
  });
});

describe("a POST", () => {
  it("is answered ok, and its packets are heard in order", async () => {
    const { post, heard } = openSession();
    const { answer } = await post("4a\u001e4b\u001ebAQI=");
    expect([answer?.status, answer?.body, answer?.headers["Content-Type"]]).toEqual([200, "ok", "text/html"]);
    expect(heard).toEqual(["a", "b", Uint8Array.of(1, 2)]);
  });

  it("may come while a GET waits", async () => {
    const { get, post, heard } = openSession();
    const poll = get();
    await post("4a");
    expect([poll.outcome, heard]).toEqual([undefined, ["a"]]);
  });

  it("is read as UTF-8, broken sequences as U+FFFD", async () => {
    const { post, heard } = openSession();
    await post(Uint8Array.of(0x34, 0xe2, 0x82, 0xac, 0xff));
    expect(heard).toEqual(["€\ufffd"]);
  });

  it("counts in UTF-16 units in revision 3", async () => {
    const { post, heard } = openSession(3);
    await post("3:4\u{1f600}2:4b");
    expect(heard).toEqual(["\u{1f600}", "b"]);
  });

  it("may be binary in revision 3", async () => {
    const { post, heard } = openSession(3);
    const { outcome } = await post(Uint8Array.of(0, 2, 255, 0x34, 0x61, 1, 3, 255, 4, 1, 2), OCTETS);
    expect([outcome, heard]).toEqual(["200 ok", ["a", Uint8Array.of(1, 2)]]);
  });

  it("of octets ends a session of revision 4, and a waiting GET gets a close packet", async () => {
    const { get, post, heard } = openSession(4);
    const poll = get();
    const { outcome } = await post("4a", OCTETS);
    expect([outcome, poll.outcome, heard]).toEqual(["400", "200 1", ["closed transport error"]]);
  });

  it.each([3, 4] as const)("that overlaps another is refused and ends the session of revision %i", async (protocol) => {
    const { get, post, postSlowly, heard } = openSession(protocol);
    const poll = get();
    const first = postSlowly("4a");
    const second = await post("4b");
    first.arrive();
    await first.done;
    expect([second.outcome, first.outcome]).toEqual(["400", "destroyed"]);
    expect([poll.outcome, heard]).toEqual([protocol === 4 ? "200 1" : "200 1:1", ["closed transport error"]]);
  });

  it("whose client goes away ends the session, and a waiting GET gets a close packet", async () => {
    const { get, postSlowly, heard } = openSession();
    const poll = get();
    postSlowly("4a").abort();
    await poll.done;
    expect([poll.outcome, heard]).toEqual(["200 1", ["closed transport error"]]);
  });

  it("of more than the most bytes is refused with 413: nothing is heard and the session lives", async () => {
    const { post, heard, connection } = openSession(4, { maxHttpBufferSize: 3 });
    const tooLarge = await post("4\u20ac");
    const largest = await post("4ab");
    expect([tooLarge.outcome, largest.outcome]).toEqual(["413", "200 ok"]);
    expect([heard, connection.readyState]).toEqual([["ab"], "open"]);
  });

  it.each([
    ["an unknown type", 4, "4a\u001e9\u001e4b"],
    ["an empty element", 4, "4a\u001e\u001e4b"],
    ["a separator at the end", 4, "4a\u001e"],
    ["a wrong length", 3, "2:4a9:4b"],
  ] as const)("with %s is answered ok, is heard up to there, and ends the session", async (_, protocol, body) => {
    const { get, post, heard } = openSession(protocol);
    const poll = get();
    const { outcome } = await post(body);
    expect([outcome, poll.outcome]).toEqual(["200 ok", protocol === 4 ? "200 1" : "200 1:1"]);
    expect(heard).toEqual(["a", "closed parse error"]);
  });

  it("with nothing in it is malformed", async () => {
    const { post, heard } = openSession();
    expect([(await post("")).outcome, heard]).toEqual(["200 ok", ["closed parse error"]]);
  });

  it("whose session ends meanwhile is cut, and not heard when it arrives", () => {
    const { postSlowly, connection, heard } = openSession();
    const slow = postSlowly("4a");
    connection.close(true);
    slow.arrive();
    expect([slow.outcome, slow.answers, heard]).toEqual(["destroyed", [], ["closed forced close"]]);
  });
});

describe("another method", () => {
  it.each(["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])("%s is answered 500 and the session lives", (method) => {
    const { request, connection, heard } = openSession();
    expect([request({ method }).outcome, connection.readyState, heard]).toEqual(["500", "open", []]);
  });
});

describe("the goodbye of the client", () => {
  it.each([
    [4, "1", "200 6"],
    [3, "1:1", "200 1:6"],
  ] as const)("of revision %i is answered ok, and a waiting GET gets a filler", async (protocol, body, filler) => {
    const { get, post, heard } = openSession(protocol);
    const poll = get();
    const { outcome } = await post(body);
    expect([outcome, poll.outcome, heard]).toEqual(["200 ok", filler, ["closed transport close"]]);
  });

  it("needs no waiting GET, and nothing behind it is heard", async () => {
    const { post, heard } = openSession();
    const { outcome } = await post("4a\u001e1\u001e4b");
    expect([outcome, heard]).toEqual(["200 ok", ["a", "closed transport close"]]);
  });
});

describe("the goodbye of the server", () => {
  it.each([
    [4, "200 1"],
    [3, "200 1:1"],
  ] as const)("of revision %i is the answer of a waiting GET", (protocol, goodbye) => {
    const { get, connection, heard } = openSession(protocol);
    const poll = get();
    connection.close();
    expect([poll.outcome, heard]).toEqual([goodbye, ["closed forced close"]]);
  });

  it.each([
    [4, "200 6\u001e1"],
    [3, "200 1:61:1"],
  ] as const)("of revision %i waits for the next GET behind a filler", (protocol, goodbye) => {
    const { get, connection, heard, clock } = openSession(protocol);
    connection.close();
    expect([connection.readyState, heard]).toEqual(["closing", []]);
    expect([get().outcome, heard]).toEqual([goodbye, ["closed forced close"]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("lets what waits leave first", () => {
    const { get, send, connection, heard } = openSession();
    send("a");
    connection.close();
    expect([get().outcome, heard]).toEqual(["200 4a", []]);
    expect([get().outcome, heard]).toEqual(["200 6\u001e1", ["closed forced close"]]);
  });

  it("is behind what was sent in the same turn", () => {
    const { get, connection, clock } = openSession();
    const poll = get();
    connection.transmit({ frames: [eio4.frame({ type: "message", data: "a" }, true)], compress: false });
    connection.close();
    clock.endTurn();
    expect([poll.outcome, get().outcome]).toEqual(["200 4a", "200 6\u001e1"]);
  });

  it("is given up when nobody fetches it for 30 seconds", () => {
    const { connection, heard, clock } = openSession();
    connection.close();
    clock.advance(29_999);
    expect(heard).toEqual([]);
    clock.advance(1);
    expect([heard, clock.pendingTimers]).toEqual([["closed forced close"], 0]);
  });

  it("is not waited for where the session is discarded meanwhile", () => {
    const { connection, heard, clock } = openSession();
    connection.close();
    connection.close(true);
    expect([heard, clock.pendingTimers]).toEqual([["closed forced close"], 0]);
  });

  it("makes the server deaf: what the client still says is answered and not heard", async () => {
    const { post, connection, heard } = openSession();
    connection.close();
    expect([(await post("4a")).outcome, heard]).toEqual(["200 ok", []]);
  });

  it.each([
    [4, "200 4a"],
    [3, "200 2:4a"],
  ] as const)("of a discarded session of revision %i is left out behind what still leaves", (protocol, body) => {
    const { get, connection, heard } = openSession(protocol);
    const poll = get();
    const frame = connection.dialect.frame({ type: "message", data: "a" }, true);
    connection.transmit({ frames: [frame], compress: false });
    connection.close(true);
    expect([poll.outcome, poll.answers.length, heard]).toEqual([body, 1, ["closed forced close"]]);
  });

  it("drops what waits where the session is discarded and no GET is there to take it", () => {
    const { get, send, connection, heard } = openSession();
    send("a");
    connection.close(true);
    expect([get().outcome, heard]).toEqual(['400 {"code":1,"message":"Session ID unknown"}', ["closed forced close"]]);
  });
});

describe("the heartbeat on polling", () => {
  it("of revision 4 is a ping in the answer to a GET, and a pong in a POST", async () => {
    const { get, post, clock, connection } = openSession(4, { pingInterval: 300, pingTimeout: 200 });
    const poll = get();
    clock.advance(300);
    expect(poll.outcome).toBe("200 2");
    clock.advance(199);
    await post("3");
    clock.advance(299);
    expect(connection.readyState).toBe("open");
  });

  it("that fails in revision 4 ends the session, and a waiting GET gets a close packet", () => {
    const { get, clock, heard } = openSession(4, { pingInterval: 300, pingTimeout: 200 });
    const ping = get();
    clock.advance(300);
    const poll = get();
    clock.advance(199);
    expect([ping.outcome, poll.outcome]).toEqual(["200 2", undefined]);
    clock.advance(1);
    expect([poll.outcome, heard]).toEqual(["200 1", ["closed ping timeout"]]);
  });

  it("of revision 3 is the client's: a GET alone proves nothing, a ping is answered", async () => {
    const { get, post, clock, heard } = openSession(3, { pingInterval: 300, pingTimeout: 200 });
    clock.advance(499);
    const poll = get();
    await post("1:2");
    expect(poll.outcome).toBe("200 1:3");
    const next = get();
    clock.advance(500);
    expect([next.outcome, heard]).toEqual(["200 1:1", ["closed ping timeout"]]);
  });
});

describe("a POST of many packets", () => {
  /** A body of packets `40` to `4n`, without the last one. */
  const bodyOf = (count: number) => Array.from({ length: count }, (_, index) => `4${index}`).join("\u001e");

  it("lets others have their turn after five milliseconds, and is under way until its end", () => {
    const { clock, connection, heard, request, postSlowly } = openSession();
    connection.on("message", () => clock.suspend(1));
    request({ method: "POST", body: bodyOf(100) });
    expect(heard.length).toBe(32);
    expect(postSlowly("4x").outcome).toBe("400");
  });

  it("goes on in order once they had it", async () => {
    const { clock, connection, heard, request } = openSession();
    connection.on("message", () => clock.suspend(1));
    const exchange = request({ method: "POST", body: bodyOf(50) });
    for (let turn = 0; turn < 3; turn++) {
      await Promise.resolve();
      clock.advance(0);
    }
    expect([heard, exchange.outcome]).toEqual([Array.from({ length: 50 }, (_, index) => String(index)), "200 ok"]);
  });

  it("is heard in one turn as long as that takes no time", async () => {
    const { heard, post } = openSession();
    await post(bodyOf(999));
    expect(heard.length).toBe(999);
  });
});
