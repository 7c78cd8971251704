// Rules of the moment of an upgrade: nothing is lost or repeated, the old carrier is deaf, and a close is still a close.
import { createSessionScene, openSessionScene, outgoingMessage, RecordingCarrier } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";

describe("replacing the carrier", () => {
  it("hands what waits to the new carrier, in order, without waiting for the end of the turn", () => {
    const { session, carrier } = openSessionScene();
    const next = new RecordingCarrier();
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    session.send(outgoingMessage("b"));
    session.replace(next);
    expect([carrier.batches, next.batches]).toEqual([[], [["4a", "4b"]]]);
  });

  it("does not hand over again what the old carrier has", () => {
    const { session, carrier, clock } = openSessionScene();
    const next = new RecordingCarrier();
    session.send(outgoingMessage("a"));
    clock.endTurn();
    session.replace(next);
    session.send(outgoingMessage("b"));
    clock.endTurn();
    expect([carrier.batches, next.batches]).toEqual([[["4a"]], [["4b"]]]);
  });

  it("moves the rest of a packet that the old carrier had begun", () => {
    const { session, carrier, clock } = openSessionScene({ maxBatchBytes: 6 });
    const next = new RecordingCarrier();
    session.send(outgoingMessage(["a", "b", "c"]));
    clock.endTurn();
    session.replace(next);
    expect([carrier.batches, next.batches]).toEqual([[["4a", "4b"]], [["4c"]]]);
  });

  it("waits for the new carrier where it is not writable", () => {
    const { session, carrier } = openSessionScene();
    const next = new RecordingCarrier();
    carrier.writable = false;
    next.writable = false;
    session.send(outgoingMessage("a"));
    session.replace(next);
    expect(next.batches).toEqual([]);
    next.drain();
    expect(next.batches).toEqual([["4a"]]);
  });

  it("leaves the old carrier to its owner", () => {
    const { session, carrier } = openSessionScene();
    session.replace(new RecordingCarrier());
    expect(carrier.closes).toEqual([]);
  });

  it("makes the session deaf for what the old carrier still says", () => {
    const { session, carrier, owner } = openSessionScene();
    session.replace(new RecordingCarrier());
    carrier.listener.received({ type: "message", data: "late" });
    carrier.listener.received({ type: "close" });
    carrier.listener.drained();
    carrier.listener.carrierClosed("transport error");
    expect([owner.told, session.state.at]).toEqual([[], "open"]);
  });

  it("makes the session hear the new carrier", () => {
    const { session, owner } = openSessionScene();
    const next = new RecordingCarrier();
    session.replace(next);
    next.listener.received({ type: "message", data: "a" });
    next.listener.carrierClosed("transport close");
    expect(owner.told).toEqual(["message a", "closed transport close"]);
  });

  it("takes its facts from the new carrier", () => {
    const { session, owner } = openSessionScene({ endsByPacket: true });
    const next = new RecordingCarrier({ endsByPacket: false });
    session.replace(next);
    next.listener.received({ type: "close" });
    expect([owner.told, session.carrier]).toEqual([[], next]);
  });

  it("holds one heartbeat timer", () => {
    const { session, clock } = openSessionScene({ side: "client" });
    clock.advance(1000);
    session.replace(new RecordingCarrier());
    expect(clock.pendingTimers).toBe(1);
  });

  it("by one that is gone as soon as somebody listens ends the session and leaves no timer behind", () => {
    const { session, owner, clock } = openSessionScene({ side: "client" });
    class StillbornCarrier extends RecordingCarrier {
      override listen(events: typeof session): void {
        super.listen(events);
        events.carrierClosed("transport error");
      }
    }
    session.replace(new StillbornCarrier());
    expect([owner.told, clock.pendingTimers]).toEqual([["closed transport error"], 0]);
  });

  it("by one that goes while it takes what waits ends the session once", () => {
    const { session, carrier, owner } = openSessionScene();
    const next = new RecordingCarrier();
    next.whenSent = () => next.listener.carrierClosed("transport error");
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    session.replace(next);
    expect([owner.told, next.closes]).toEqual([["closed transport error"], []]);
  });
});

describe("replacing the carrier of a session that drains", () => {
  it("hands what waits to the new carrier and then closes that one", () => {
    const { session, carrier, owner } = openSessionScene();
    const next = new RecordingCarrier();
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    session.close();
    session.replace(next);
    expect([carrier.closes, next.batches, next.closes]).toEqual([[], [["4a"]], ["flush"]]);
    next.listener.carrierClosed("transport close");
    expect(owner.told).toEqual(["closed forced close"]);
  });

  it("closes the new carrier only when it has taken everything", () => {
    const { session, carrier } = openSessionScene();
    const next = new RecordingCarrier();
    carrier.writable = false;
    next.writable = false;
    session.send(outgoingMessage("a"));
    session.close();
    session.replace(next);
    expect(next.closes).toEqual([]);
    next.drain();
    expect([next.batches, next.closes]).toEqual([[["4a"]], ["flush"]]);
  });

  it("says goodbye over the new carrier although the old one was told already", () => {
    const { session, carrier } = openSessionScene();
    const next = new RecordingCarrier();
    session.close();
    session.replace(next);
    expect([carrier.closes, next.closes]).toEqual([["flush"], ["flush"]]);
  });

  it("does not open it again", () => {
    const { session } = openSessionScene();
    const flushed = vi.fn();
    session.close();
    session.replace(new RecordingCarrier());
    session.send(outgoingMessage("late", flushed));
    expect([session.state.at, flushed.mock.calls]).toEqual(["draining", [["forced close"]]]);
  });
});

describe("a session without a carrier to replace", () => {
  it("says so while it opens", () => {
    const { session } = createSessionScene();
    expect(() => session.replace(new RecordingCarrier())).toThrow(
      new TypeError('Cannot replace the carrier of session "s1": it is opening'),
    );
  });

  it("says so after the end, and leaves the carrier alone", () => {
    const { session } = openSessionScene();
    const next = new RecordingCarrier();
    session.discard();
    expect(() => session.replace(next)).toThrow(
      new TypeError('Cannot replace the carrier of session "s1": it is closed'),
    );
    expect(next.listener).not.toBe(session);
  });
});
