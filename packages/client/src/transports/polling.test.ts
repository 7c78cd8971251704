import type { Packet } from "@bowline/protocol";
import {
  type CarrierEvents,
  type CloseReason,
  eio3Client as eio3,
  eio4Client as eio4,
  type Outgoing,
} from "@bowline/protocol/internal";
import { describe, expect, test } from "vitest";
import {
  body3,
  body4,
  createFakePlatform,
  type FakePlatform,
  first,
  having,
  last,
  openPacket,
} from "../../test-support/fake-platform.ts";
import type { EngineOptions } from "../options.ts";
import { createPolling } from "./polling.ts";
import type { Transport } from "./transport.ts";

interface Heard extends CarrierEvents {
  readonly packets: Packet[];
  readonly drains: number[];
  readonly ends: [CloseReason, unknown][];
}

function createHeard(): Heard {
  const packets: Packet[] = [];
  const drains: number[] = [];
  const ends: [CloseReason, unknown][] = [];
  return {
    packets,
    drains,
    ends,
    received: (packet) => packets.push(packet),
    drained: () => drains.push(drains.length),
    carrierClosed: (reason, cause) => ends.push([reason, cause]),
  };
}

function createTransport(platform: FakePlatform, options: EngineOptions = {}): Transport {
  return createPolling(
    {
      connection: {},
      platform,
      options,
      dialect: eio4,
      sid: undefined,
      endpoint: "http://h/",
      url: ({ revision }, sid) => `http://h/?${revision}&${sid}`,
    },
    platform.http,
  );
}

/** A transport whose handshake is over, and whose first poll waits. */
function createOpen(options: EngineOptions = {}, dialect: typeof eio4 = eio4) {
  const platform = createFakePlatform();
  const transport = createTransport(platform, options);
  const heard = createHeard();
  transport.listen({ ...heard, received: () => transport.settle({ dialect, sid: "s", maxPayload: undefined }) });
  transport.open();
  first(platform.requests).answer(dialect === eio4 ? openPacket() : body3(openPacket()));
  transport.listen(heard);
  return { platform, transport, heard };
}

function text(data: string): Outgoing & { readonly results: (CloseReason | undefined)[] } {
  const results: (CloseReason | undefined)[] = [];
  const frame = eio4.frame({ type: "message", data }, true);
  return { frames: [frame], compress: true, flushed: (failure) => results.push(failure), results };
}

describe("receiving", () => {
  test("the first answer is read, and the next poll waits", () => {
    const platform = createFakePlatform();
    const transport = createTransport(platform);
    const heard = createHeard();
    transport.listen({
      ...heard,
      received(packet) {
        heard.packets.push(packet);
        transport.settle({ dialect: eio4, sid: "s", maxPayload: 100 });
      },
    });
    transport.open();
    first(platform.requests).answer(body4(openPacket(), "4hi"));
    expect(heard.packets.map(({ type }) => type)).toEqual(["open", "message"]);
    expect(platform.requests.map(({ request }) => request.url)).toEqual(["http://h/?4&undefined", "http://h/?4&s"]);
    expect(transport.maxBatchBytes).toBe(100);
  });

  test("the first answer tells the revision that it is read with", () => {
    const platform = createFakePlatform();
    const transport = createTransport(platform);
    const heard = createHeard();
    transport.listen(heard);
    transport.open();
    first(platform.requests).answer(body3(openPacket(), "40"));
    expect(heard.packets).toHaveLength(2);
    expect(transport.dialect).toBe(eio3);
  });

  test("bytes of revision 3 are read", () => {
    const { platform, heard } = createOpen({}, eio3);
    last(platform.requests).answer(Uint8Array.of(1, 3, 255, 4, 7, 8));
    expect(heard.packets).toEqual([{ type: "message", data: Uint8Array.of(7, 8) }]);
  });

  test("an answer other than 200 ends it with what came back", () => {
    const { platform, heard } = createOpen();
    last(platform.requests).answer('{"code":1}', 400);
    expect(heard.ends).toEqual([["transport error", having({ type: "TransportError" })]]);
    expect(last(heard.ends)[1]).toMatchObject({ message: "xhr poll error", description: 400 });
  });

  test("a request without an answer ends it", () => {
    const { platform, heard } = createOpen();
    last(platform.requests).fail(new Error("reset"));
    expect(last(heard.ends)[1]).toMatchObject({ message: "xhr poll error", description: 0, cause: new Error("reset") });
  });

  test("a request that the platform refuses to make ends it, and no query is shown", () => {
    const platform = createFakePlatform();
    const heard = createHeard();
    const refusing = {
      ...platform,
      http() {
        throw new TypeError("Invalid URL: http://h/?token=secret");
      },
    };
    const transport = createTransport(refusing);
    transport.listen(heard);
    transport.open();
    expect(heard.ends).toEqual([]);
    platform.clock.advance(0);
    expect(last(heard.ends)[1]).toMatchObject({
      message: "xhr poll error",
      code: "REQUEST_INVALID",
      cause: having({ message: "Invalid URL: http://h/?…" }),
    });
  });

  test("an answer that is no payload ends it after the packets before", () => {
    const { platform, heard } = createOpen();
    last(platform.requests).answer(body4("4hi", "x"));
    expect(heard.packets).toHaveLength(1);
    expect(last(heard.ends)[1]).toMatchObject({ message: "server error" });
  });

  test("a listener that throws does not stop the polling", () => {
    const { platform, transport } = createOpen();
    transport.listen({
      ...createHeard(),
      received() {
        throw new TypeError("a handler failed");
      },
    });
    expect(() => last(platform.requests).answer("4hi")).toThrow("a handler failed");
    expect(platform.pending("GET")).toHaveLength(1);
  });

  test("packets behind the one at which it was discarded are not told", () => {
    const { platform, transport } = createOpen();
    const heard = createHeard();
    transport.listen({
      ...heard,
      received(packet) {
        heard.packets.push(packet);
        transport.close("discard");
      },
    });
    last(platform.requests).answer(body4("4a", "4b"));
    expect(heard.packets).toHaveLength(1);
    expect(platform.pending("GET")).toEqual([]);
  });

  test("a request may take no longer than requestTimeout", () => {
    const { platform, heard } = createOpen({ requestTimeout: 300 });
    platform.clock.advance(300);
    expect(last(heard.ends)[1]).toMatchObject({ code: "TIMEOUT", detail: 300 });
    expect(last(platform.requests).isCancelled).toBe(true);
  });

  test("an answer stops the timer of its request", () => {
    const { platform, transport } = createOpen({ requestTimeout: 300 });
    last(platform.requests).answer("6");
    transport.close("discard");
    expect(platform.clock.pendingTimers).toBe(0);
  });

  test("a request that failed leaves no timer", () => {
    const { platform } = createOpen({ requestTimeout: 300 });
    last(platform.requests).fail(new Error("reset"));
    expect(platform.clock.pendingTimers).toBe(0);
  });

  test("requests carry the program's headers", () => {
    const { platform } = createOpen({ extraHeaders: { "x-mine": "1" } });
    expect(first(platform.requests).request.headers).toEqual({ Accept: "*/*", "x-mine": "1" });
  });
});

test.each([
  ["by its status", undefined, "BAD_REQUEST"],
  ["as the platform knows it better", "TLS_REQUIRED", "TLS_REQUIRED"],
] as const)("an answer that is no success is named %s", (_rule, known, code) => {
  const { platform, heard } = createOpen();
  last(platform.requests).answer("no", 400, known);
  expect(heard.ends).toEqual([["transport error", having({ message: "xhr poll error", code })]]);
});

describe("sending", () => {
  test("a batch leaves in one request, and nothing else until it was answered", () => {
    const { platform, transport, heard } = createOpen();
    const [a, b] = [text("a"), text("b")];
    transport.send([a, b]);
    expect(first(platform.pending("POST")).request).toMatchObject({
      body: body4("4a", "4b"),
      headers: { "Content-Type": "text/plain;charset=UTF-8" },
    });
    expect(transport.writable).toBe(false);
    first(platform.pending("POST")).answer("ok");
    expect([a.results, b.results, heard.drains]).toEqual([[undefined], [undefined], [0]]);
    expect(transport.writable).toBe(true);
  });

  test("bytes leave as text, in revision 3 as in revision 4", () => {
    const { platform, transport } = createOpen({}, eio3);
    expect([transport.supportsBinary, createOpen().transport.supportsBinary]).toEqual([false, false]);
    const frame = eio3.frame({ type: "message", data: Uint8Array.of(5) }, !transport.supportsBinary);
    transport.send([{ frames: [frame], compress: true }]);
    expect(first(platform.pending("POST")).request).toMatchObject({
      body: body3("b4BQ=="),
      headers: { "Content-Type": "text/plain;charset=UTF-8" },
    });
  });

  test("a request that is not taken ends it, and the batch learns of it", () => {
    const { platform, transport, heard } = createOpen();
    const outgoing = text("a");
    transport.send([outgoing]);
    first(platform.pending("POST")).answer("", 413);
    expect(outgoing.results).toEqual(["transport error"]);
    expect(last(heard.ends)[1]).toMatchObject({ message: "xhr post error", description: 413 });
    expect(platform.pending("GET")).toEqual([]);
  });

  test("before the session is open nothing is sent", () => {
    const platform = createFakePlatform();
    createTransport(platform).send([text("a")]);
    expect(platform.requests).toEqual([]);
  });
});

describe("pausing", () => {
  test("is over when neither request is in flight", () => {
    const { platform, transport, heard } = createOpen();
    const order: string[] = [];
    transport.send([text("a")]);
    transport.pause(() => order.push("paused"));
    first(platform.pending("POST")).answer("ok");
    order.push("post done");
    first(platform.pending("GET")).answer(body4("4last", "6"));
    expect(order).toEqual(["post done", "paused"]);
    expect(heard.packets.map(({ type }) => type)).toEqual(["message", "noop"]);
    expect([platform.pending("GET"), transport.writable, heard.drains]).toEqual([[], false, []]);
  });

  test("waits for the request that sends as well", () => {
    const { platform, transport } = createOpen();
    const order: string[] = [];
    transport.send([text("a")]);
    transport.pause(() => order.push("paused"));
    first(platform.pending("GET")).answer("6");
    order.push("get done");
    first(platform.pending("POST")).answer("ok");
    expect(order).toEqual(["get done", "paused"]);
  });

  test("that was undone polls and writes again, and is never over", () => {
    const { platform, transport, heard } = createOpen();
    transport.pause(() => expect.unreachable());
    transport.resume();
    first(platform.pending("GET")).answer("6");
    expect([platform.pending("GET").length, transport.writable, heard.drains]).toEqual([1, true, [0]]);
  });

  test("can be undone once it is over", () => {
    const { platform, transport } = createOpen();
    transport.pause(() => {});
    first(platform.pending("GET")).answer("6");
    transport.resume();
    expect(platform.pending("GET")).toHaveLength(1);
  });

  test("while a batch is on its way writes again after that", () => {
    const { platform, transport, heard } = createOpen();
    transport.send([text("a")]);
    transport.pause(() => {});
    transport.resume();
    expect(heard.drains).toEqual([]);
    first(platform.pending("POST")).answer("ok");
    expect(heard.drains).toEqual([0]);
  });

  test("means nothing before the session is open, nor its undoing", () => {
    const platform = createFakePlatform();
    const transport = createTransport(platform);
    transport.pause(() => expect.unreachable());
    transport.resume();
    expect(platform.requests).toEqual([]);
  });
});

describe("leaving", () => {
  test("says goodbye, keeps the poll until that was answered, and ends at once for its listener", () => {
    const { platform, transport, heard } = createOpen();
    transport.close("flush");
    expect(first(platform.pending("POST")).request.body).toBe("1");
    expect(heard.ends).toEqual([["transport close", undefined]]);
    expect(platform.pending("GET")).toHaveLength(1);
    first(platform.pending("POST")).answer("ok");
    expect(platform.pending("GET")).toEqual([]);
  });

  test("says goodbye in the words of revision 3", () => {
    const { platform, transport } = createOpen({}, eio3);
    transport.close("flush");
    expect(first(platform.pending("POST")).request.body).toBe("1:1");
  });

  test("says goodbye after the batch on its way", () => {
    const { platform, transport } = createOpen();
    transport.send([text("a")]);
    transport.close("flush");
    transport.close("flush");
    first(platform.pending("POST")).answer("ok");
    expect(platform.pending("POST").map(({ request }) => request.body)).toEqual(["1"]);
  });

  test("tells nothing of what still comes in, nor of a goodbye that failed", () => {
    const { platform, transport, heard } = createOpen();
    transport.close("flush");
    first(platform.pending("GET")).answer("4late");
    first(platform.pending("POST")).fail(new Error("reset"));
    expect(heard.packets).toEqual([]);
    expect(heard.ends).toHaveLength(1);
  });

  test("before the session is open only stops", () => {
    const platform = createFakePlatform();
    const transport = createTransport(platform);
    transport.open();
    transport.close("flush");
    expect([platform.pending("GET"), platform.pending("POST")]).toEqual([[], []]);
  });

  test("at once cancels both requests, and the batch learns of it", () => {
    const { platform, transport, heard } = createOpen();
    const outgoing = text("a");
    transport.send([outgoing]);
    transport.close("discard");
    transport.close("discard");
    expect([platform.pending("GET"), platform.pending("POST")]).toEqual([[], []]);
    expect([outgoing.results, heard.ends]).toEqual([["forced close"], []]);
  });
});
