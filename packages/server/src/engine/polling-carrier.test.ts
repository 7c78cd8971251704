// Rules of a polling carrier alone: what it refuses, and what it keeps to itself.
import { eio3, eio4 } from "@bowline/protocol";
import { createFakePlatform, FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { PollingCarrier } from "./polling-carrier.ts";

describe("a carrier by itself", () => {
  it("refuses to send while no GET waits", () => {
    const carrier = new PollingCarrier({
      dialect: eio3,
      binary: true,
      maxBodyBytes: 1,
      clock: createFakePlatform().clock,
    });
    expect(() => carrier.send([])).toThrow(new TypeError("Cannot send: no GET is waiting"));
    expect([carrier.writable, carrier.supportsBinary]).toEqual([false, true]);
  });

  it("that is gone refuses GETs and stays gone", () => {
    const carrier = new PollingCarrier({
      dialect: eio3,
      binary: true,
      maxBodyBytes: 1,
      clock: createFakePlatform().clock,
    });
    const closes: string[] = [];
    carrier.close("discard");
    carrier.listen({
      received: () => undefined,
      drained: () => undefined,
      carrierClosed: (reason) => closes.push(reason),
    });
    const late = new FakeExchange("/");
    carrier.park(late);
    carrier.release();
    carrier.close("flush");
    expect([late.outcome, carrier.writable, closes]).toEqual(["400", false, []]);
  });

  it("that waits to say goodbye is not asked to again", () => {
    const { clock } = createFakePlatform();
    const carrier = new PollingCarrier({ dialect: eio4, binary: true, maxBodyBytes: 1, clock });
    carrier.close("flush");
    carrier.close("flush");
    expect(clock.pendingTimers).toBe(1);
  });

  it("tells packets that they were handed over", () => {
    const carrier = new PollingCarrier({
      dialect: eio4,
      binary: true,
      maxBodyBytes: 1,
      clock: createFakePlatform().clock,
    });
    const told: unknown[] = [];
    carrier.park(new FakeExchange("/"));
    carrier.send([{ frames: [], compress: false, flushed: (failure) => told.push(failure) }]);
    expect(told).toEqual([undefined]);
  });

  it("is not harmed by a GET whose client goes away when another one waits already", () => {
    const carrier = new PollingCarrier({
      dialect: eio4,
      binary: true,
      maxBodyBytes: 1,
      clock: createFakePlatform().clock,
    });
    const first = new FakeExchange("/");
    carrier.park(first);
    carrier.release();
    const second = new FakeExchange("/");
    carrier.park(second);
    first.answers.length = 0;
    first.abort();
    expect([carrier.writable, second.outcome]).toEqual([true, undefined]);
  });

  it("answers a POST although a listener throws, and what it threw is not taken for a malformed body", async () => {
    const carrier = new PollingCarrier({
      dialect: eio4,
      binary: false,
      maxBodyBytes: 9,
      clock: createFakePlatform().clock,
    });
    const mistake = new TypeError("a listener's mistake");
    const closes: string[] = [];
    carrier.listen({
      received() {
        throw mistake;
      },
      drained: () => undefined,
      carrierClosed: (reason) => closes.push(reason),
    });
    const exchange = new FakeExchange("/", { method: "POST", body: "4a" });
    await expect(carrier.post(exchange)).rejects.toBe(mistake);
    expect([exchange.outcome, closes]).toEqual(["200 ok", []]);
  });
});
