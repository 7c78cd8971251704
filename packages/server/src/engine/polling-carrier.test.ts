// Rules of a polling carrier alone: what it refuses, and what it keeps to itself.
import { eio3, eio4 } from "@bowline/protocol";
import { SILENT } from "@bowline/protocol/internal";
import { createFakePlatform, FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { PollingCarrier, type PollingOptions } from "./polling-carrier.ts";
import { RefusalCounts } from "./refusal-counts.ts";

/** A carrier of revision 4 that takes little, but for what a test says. */
function createCarrier(options: Partial<PollingOptions> = {}): PollingCarrier {
  return new PollingCarrier({
    dialect: eio4,
    binary: true,
    jsonp: undefined,
    maxBodyBytes: 9,
    answersTooLargeBodies: true,
    compression: undefined,
    headers: () => ({}),
    clock: createFakePlatform().clock,
    refusals: new RefusalCounts(),
    trace: SILENT,
    ...options,
  });
}

/** A carrier that is hearing a body of this many messages, and has made its first pause. */
function startLongBody(messages: number, end = "") {
  const { clock } = createFakePlatform();
  const carrier = createCarrier({ maxBodyBytes: 100_000, clock });
  const heard: unknown[] = [];
  carrier.listen({
    received: (packet) => heard.push(packet.data),
    drained: () => undefined,
    carrierClosed: (reason) => heard.push(`closed ${reason}`),
  });
  const body = Array.from({ length: messages }, (_, index) => `4${index}`).join("\u001e") + end;
  const exchange = new FakeExchange("/", { method: "POST", body });
  carrier.post(exchange);
  return { clock, carrier, heard, exchange, pass: () => clock.advance(0) };
}

describe("a body of 2,500 packets", () => {
  it("is heard in several turns, in order, and answered when all of it was", () => {
    const { clock, heard, exchange, pass } = startLongBody(2500);
    const seen = [[heard.length, exchange.outcome]];
    clock.after(0, () => seen.push([heard.length, exchange.outcome]));
    pass();
    seen.push([heard.length, exchange.outcome]);
    expect(seen).toEqual([
      [1000, undefined],
      [2000, undefined],
      [2500, "200 ok"],
    ]);
    expect(heard).toEqual(Array.from({ length: 2500 }, (_, index) => `${index}`));
  });

  it("makes a second POST an overlap meanwhile: nothing more is heard, and the answer is ok", () => {
    const { carrier, heard, exchange, pass } = startLongBody(2500);
    const second = new FakeExchange("/", { method: "POST", body: "4x" });
    carrier.post(second);
    pass();
    expect([second.outcome, exchange.outcome, heard.slice(1000)]).toEqual([
      "400",
      "200 ok",
      ["closed transport error"],
    ]);
  });

  it("is not heard further once the session ends meanwhile, and the answer is ok", () => {
    const { carrier, clock, heard, exchange, pass } = startLongBody(2500);
    carrier.close("discard");
    pass();
    expect([exchange.outcome, heard.slice(1000), clock.pendingTimers]).toEqual(["200 ok", ["closed forced close"], 0]);
  });

  it("lets the next POST come behind it", () => {
    const { carrier, heard, pass } = startLongBody(1001);
    pass();
    const next = new FakeExchange("/", { method: "POST", body: "4next" });
    carrier.post(next);
    expect([next.outcome, heard.slice(1000)]).toEqual(["200 ok", ["1000", "next"]]);
  });

  it("that is malformed at its end is heard up to there, answered ok, and ends the session", () => {
    const { heard, exchange, pass } = startLongBody(1001, "\u001e9");
    pass();
    expect([exchange.outcome, heard.slice(1000)]).toEqual(["200 ok", ["1000", "closed parse error"]]);
  });
});

describe("a carrier by itself", () => {
  it("refuses to send while no GET waits", () => {
    const carrier = createCarrier({ dialect: eio3 });
    expect(() => carrier.send([])).toThrow(new TypeError("Cannot send: no GET is waiting"));
    expect([carrier.writable, carrier.supportsBinary]).toEqual([false, true]);
  });

  it("that is gone answers a GET with the goodbye and stays gone", () => {
    const carrier = createCarrier({ dialect: eio3 });
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
    expect([late.outcome, carrier.writable, closes]).toEqual(["200 1:61:1", false, []]);
  });

  it("that waits to say goodbye is not asked to again", () => {
    const { clock } = createFakePlatform();
    const carrier = createCarrier({ clock });
    carrier.close("flush");
    carrier.close("flush");
    expect(clock.pendingTimers).toBe(1);
  });

  it("tells packets that they were handed over", () => {
    const carrier = createCarrier();
    const told: unknown[] = [];
    carrier.park(new FakeExchange("/"));
    carrier.send([{ frames: [], compress: false, flushed: (failure) => told.push(failure) }]);
    expect(told).toEqual([undefined]);
  });

  it("ends at a GET whose client has left before it could be parked", () => {
    const carrier = createCarrier();
    const told: string[] = [];
    carrier.listen({
      received: () => undefined,
      drained: () => told.push("drained"),
      carrierClosed: (reason) => told.push(reason),
    });
    const gone = new FakeExchange("/");
    gone.abort();
    carrier.park(gone);
    expect([carrier.writable, told]).toEqual([false, ["transport error"]]);
  });

  it("is not harmed by a GET whose client goes away when another one waits already", () => {
    const carrier = createCarrier();
    const first = new FakeExchange("/");
    carrier.park(first);
    carrier.release();
    const second = new FakeExchange("/");
    carrier.park(second);
    first.answers.length = 0;
    first.abort();
    expect([carrier.writable, second.outcome]).toEqual([true, undefined]);
  });

  it.each([TypeError, SyntaxError])(
    "answers a POST although a listener throws a %o, which is not taken for a malformed body",
    (Mistake) => {
      const carrier = createCarrier({ binary: false });
      const mistake = new Mistake("a listener's mistake");
      const closes: string[] = [];
      carrier.listen({
        received() {
          throw mistake;
        },
        drained: () => undefined,
        carrierClosed: (reason) => closes.push(reason),
      });
      const exchange = new FakeExchange("/", { method: "POST", body: "4a" });
      expect(() => carrier.post(exchange)).toThrow(mistake);
      expect([exchange.outcome, closes]).toEqual(["200 ok", []]);
    },
  );
});
