// Rules of a session's end: told once, with the right reason, at every step, and never followed by anything.
import { createSessionScene, openSessionScene, outgoingMessage, RecordingCarrier } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { DEAF } from "./carrier.ts";
import { eio3 } from "./eio3.ts";

describe("close()", () => {
  it("ends a session that is opening at once, and what it sent learns why", () => {
    const { session, owner, clock } = createSessionScene();
    const flushed = vi.fn();
    session.send(outgoingMessage("a", flushed));
    session.close();
    clock.endTurn();
    expect([owner.told, flushed.mock.calls]).toEqual([["closed forced close"], [["forced close"]]]);
    expect(session.state).toEqual({ at: "closed", reason: "forced close" });
  });

  it("says goodbye at once where nothing waits", () => {
    const { session, carrier, owner } = openSessionScene();
    session.close();
    expect([carrier.closes, session.state.at, owner.told]).toEqual([["flush"], "draining", []]);
  });

  it("hands over what was sent in the same turn before it says goodbye", () => {
    const { session, carrier } = openSessionScene();
    session.send(outgoingMessage("a"));
    session.close();
    expect([carrier.batches, carrier.closes]).toEqual([[["4a"]], ["flush"]]);
  });

  it("says goodbye only when the last batch was handed over", () => {
    const { session, carrier, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    clock.endTurn();
    session.send(outgoingMessage("b"));
    session.close();
    expect([carrier.batches, carrier.closes]).toEqual([[["4a"]], []]);
    carrier.drain();
    expect([carrier.batches, carrier.closes]).toEqual([[["4a"], ["4b"]], ["flush"]]);
  });

  it("does nothing more when it is called again", () => {
    const { session, carrier, owner } = openSessionScene();
    session.close();
    session.close();
    carrier.listener.carrierClosed("transport close");
    session.close();
    expect([carrier.closes, owner.told]).toEqual([["flush"], ["closed forced close"]]);
  });

  it("is a forced close, whatever the carrier says when it goes", () => {
    const { session, carrier, owner } = openSessionScene();
    const cause = new Error("reset by peer");
    session.close();
    carrier.listener.carrierClosed("transport error", cause);
    expect(owner.closes).toEqual([{ reason: "forced close", cause }]);
  });

  it("is a forced close also if the carrier goes while packets wait, and they learn it", () => {
    const { session, carrier, owner } = openSessionScene();
    const flushed = vi.fn();
    carrier.writable = false;
    session.send(outgoingMessage("a", flushed));
    session.close();
    carrier.listener.carrierClosed("transport close");
    expect([owner.told, flushed.mock.calls]).toEqual([["closed forced close"], [["forced close"]]]);
  });

  it("ends with a ping timeout if the peer never takes what waits", () => {
    const { session, carrier, owner, clock } = openSessionScene();
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    session.close();
    clock.advance(45_000);
    expect([owner.closes[0]?.reason, carrier.closes]).toEqual(["ping timeout", ["discard"]]);
  });

  it("works from inside a carrier that goes at once", () => {
    const { session, carrier, owner } = openSessionScene();
    carrier.close = (how) => {
      carrier.closes.push(how);
      carrier.listener.carrierClosed("forced close");
    };
    session.close();
    expect([owner.told, carrier.closes]).toEqual([["closed forced close"], ["flush"]]);
  });

  it("says goodbye once if the carrier drains while it takes the last batch", () => {
    const { session, carrier } = openSessionScene({ staysWritable: true });
    carrier.whenSent = () => carrier.listener.drained();
    session.send(outgoingMessage("a"));
    session.close();
    expect([carrier.batches, carrier.closes]).toEqual([[["4a"]], ["flush"]]);
  });
});

describe("discard()", () => {
  it("hands over what waits if the carrier takes it now, and ends at once", () => {
    const { session, carrier, owner, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    session.send(outgoingMessage("b"));
    session.discard();
    clock.endTurn();
    expect([carrier.batches, carrier.closes, owner.told]).toEqual([
      [["4a", "4b"]],
      ["discard"],
      ["closed forced close"],
    ]);
    expect([session.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("puts no close packet behind what waits: clients that read both at once drop the events", () => {
    const { session, carrier } = openSessionScene({ name: "polling", endsByPacket: true });
    session.send(outgoingMessage("a"));
    session.discard();
    expect([carrier.batches, carrier.closes]).toEqual([[["4a"]], ["discard"]]);
  });

  it("sends no close packet where nothing waits: that is the carrier's to say", () => {
    const { session, carrier } = openSessionScene({ name: "polling", endsByPacket: true });
    session.discard();
    expect([carrier.batches, carrier.closes]).toEqual([[], ["discard"]]);
  });

  it.each([true, false])(
    "drops what waits for a busy carrier, which learns why (ends by packet: %s)",
    (endsByPacket) => {
      const { session, carrier, owner, clock } = openSessionScene({ endsByPacket });
      const flushed = vi.fn();
      carrier.writable = false;
      session.send(outgoingMessage("a", flushed));
      session.discard();
      clock.endTurn();
      expect([carrier.batches, carrier.closes, owner.told]).toEqual([[], ["discard"], ["closed forced close"]]);
      expect([flushed.mock.calls, session.waiting, clock.pendingTimers]).toEqual([[["forced close"]], 0, 0]);
    },
  );

  it("drops the rest of what does not fit into the one batch that the carrier takes", () => {
    const { session, carrier, owner } = openSessionScene({ maxBatchBytes: 2 });
    const flushed = vi.fn();
    session.send(outgoingMessage("a"));
    session.send(outgoingMessage("b", flushed));
    session.discard();
    expect([carrier.batches, flushed.mock.calls]).toEqual([[["4a"]], [["forced close"]]]);
    expect(owner.told).toEqual(["closed forced close"]);
  });

  it("ends once if the carrier goes while it takes what waits", () => {
    const { session, carrier, owner } = openSessionScene();
    carrier.whenSent = () => carrier.listener.carrierClosed("transport error");
    session.send(outgoingMessage("a"));
    session.discard();
    expect([owner.told, carrier.closes]).toEqual([["closed transport error"], []]);
  });

  it("ends a session that is opening", () => {
    const { session, owner } = createSessionScene();
    session.discard();
    expect(owner.told).toEqual(["closed forced close"]);
  });

  it("ends a session that drains", () => {
    const { session, carrier, owner } = openSessionScene();
    session.close();
    session.discard();
    expect([carrier.closes, owner.told]).toEqual([["flush", "discard"], ["closed forced close"]]);
  });

  it("does nothing after the end", () => {
    const { session, carrier, owner } = openSessionScene();
    session.discard();
    session.discard();
    expect([carrier.closes, owner.told]).toEqual([["discard"], ["closed forced close"]]);
  });
});

describe("a carrier that goes by itself", () => {
  it.each(["transport close", "transport error", "parse error"] as const)("ends the session with %s", (reason) => {
    const { carrier, owner, clock } = openSessionScene();
    const cause = new Error("why");
    carrier.listener.carrierClosed(reason, cause);
    expect([owner.closes, clock.pendingTimers]).toEqual([[{ reason, cause }], 0]);
  });

  it("is not closed a second time", () => {
    const { carrier } = openSessionScene();
    carrier.listener.carrierClosed("transport close");
    expect(carrier.closes).toEqual([]);
  });

  it("ends the session once, if it says so twice", () => {
    const { session, carrier, owner } = openSessionScene();
    carrier.listener.carrierClosed("transport close");
    session.carrierClosed("transport error");
    expect(owner.told).toEqual(["closed transport close"]);
  });

  it("ends a session that is opening", () => {
    const { session, owner } = createSessionScene();
    session.carrierClosed("transport error");
    expect(owner.told).toEqual(["closed transport error"]);
  });

  it("may go while it takes a batch", () => {
    const { session, carrier, owner, clock } = openSessionScene();
    carrier.whenSent = () => carrier.listener.carrierClosed("transport error");
    session.send(outgoingMessage("a"));
    clock.endTurn();
    expect(owner.told).toEqual(["closed transport error"]);
  });

  it("may go while it takes the batch that waited for it to drain", () => {
    const { session, carrier, owner, clock } = openSessionScene();
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    clock.endTurn();
    carrier.whenSent = () => carrier.listener.carrierClosed("transport error");
    carrier.drain();
    expect(owner.told).toEqual(["closed transport error"]);
  });

  it("may go while it takes the last batch before the goodbye", () => {
    const { session, carrier, owner } = openSessionScene();
    carrier.whenSent = () => carrier.listener.carrierClosed("transport error");
    session.send(outgoingMessage("a"));
    session.close();
    expect([owner.told, carrier.closes]).toEqual([["closed forced close"], []]);
  });
});

describe("a close packet", () => {
  it("ends the session where packets can do so", () => {
    const { carrier, owner } = openSessionScene({ name: "polling", endsByPacket: true });
    carrier.listener.received({ type: "close" });
    expect([owner.told, carrier.closes]).toEqual([["closed transport close"], ["discard"]]);
  });

  it("means nothing elsewhere", () => {
    const { session, carrier, owner } = openSessionScene({ endsByPacket: false });
    carrier.listener.received({ type: "close" });
    expect([owner.told, session.state.at]).toEqual([[], "open"]);
  });
});

describe("after the end", () => {
  it("a late packet, drain or end of the dead carrier is not heard", () => {
    const { session, carrier, owner } = openSessionScene();
    const { listener } = carrier;
    session.discard();
    listener.received({ type: "message", data: "late" });
    listener.received({ type: "close" });
    listener.drained();
    listener.carrierClosed("transport error");
    expect(owner.told).toEqual(["closed forced close"]);
    expect(session.state).toEqual({ at: "closed", reason: "forced close" });
  });

  it("the carrier is deaf", () => {
    const { session, carrier, owner } = openSessionScene();
    session.discard();
    carrier.listener.received({ type: "message", data: "late" });
    carrier.listener.drained();
    carrier.listener.carrierClosed("transport error");
    expect(owner.told).toEqual(["closed forced close"]);
  });

  it("the carrier holds on to nothing of the session", () => {
    const { session, carrier } = openSessionScene();
    session.discard();
    expect([carrier.listener, carrier.formerListener]).toEqual([DEAF, session]);
  });

  it("nothing is written and no timer is left", () => {
    const { session, carrier, clock } = openSessionScene();
    session.discard();
    session.send(outgoingMessage("a"));
    clock.advance(1_000_000);
    expect([carrier.batches, clock.pendingTimers]).toEqual([[], 0]);
  });

  it("the owner's own mistake while it hears of the end keeps no carrier alive", () => {
    const { session, carrier, owner } = openSessionScene();
    owner.react = () => {
      throw new Error("the owner's own mistake");
    };
    expect(() => session.discard()).toThrow("the owner's own mistake");
    expect([carrier.closes, owner.told]).toEqual([["discard"], ["closed forced close"]]);
  });

  it("the owner may open the next session from within", () => {
    const { session, owner } = openSessionScene();
    const next = createSessionScene();
    owner.react = () => next.session.attach(new RecordingCarrier());
    session.discard();
    expect([session.state.at, next.session.state.at]).toEqual(["closed", "open"]);
  });
});

describe("the trace of the end", () => {
  it("is published when somebody listens", () => {
    const publish = vi.fn();
    const { carrier } = openSessionScene({ dialect: eio3, trace: () => ({ active: true, publish }) });
    const cause = new Error("why");
    carrier.listener.carrierClosed("transport error", cause);
    expect(publish.mock.calls).toEqual([[{ id: "s1", reason: "transport error", cause }]]);
  });

  it("is not even made when nobody does", () => {
    const publish = vi.fn();
    const { session } = openSessionScene({ trace: () => ({ active: false, publish }) });
    session.discard();
    expect(publish).not.toHaveBeenCalled();
  });
});
