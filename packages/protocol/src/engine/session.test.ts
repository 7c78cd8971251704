// Rules of a session on its way out and in: order, one batch per turn, back-pressure, reports, and what is heard when.
import {
  createSessionScene,
  openSessionScene,
  outgoingMessage,
  RecordingCarrier,
  SCENE_INTERVAL_MS,
  SCENE_TIMEOUT_MS,
} from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import { eio3 } from "./eio3.ts";
import { eio4 } from "./eio4.ts";
import { EncodedFrame } from "./frame.ts";

describe("sending", () => {
  it("hands over the packets of one turn in one batch, in order", () => {
    const { session, carrier, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    session.send(outgoingMessage("b"));
    expect(carrier.batches).toEqual([]);
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a", "4b"]]);
  });

  it("hands over a lone message at the end of its turn", () => {
    const { session, carrier, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a"]]);
  });

  it("asks for the end of the turn once, however much is sent", () => {
    const { session, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    session.send(outgoingMessage("b"));
    expect(clock.pendingTurnEnds).toBe(1);
  });

  it("makes a batch of its own for each turn", () => {
    const { session, carrier, clock } = openSessionScene({ staysWritable: true });
    session.send(outgoingMessage("a"));
    clock.endTurn();
    session.send(outgoingMessage("b"));
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a"], ["4b"]]);
  });

  it("waits while the carrier is busy and goes on when it has drained", () => {
    const { session, carrier, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    clock.endTurn();
    session.send(outgoingMessage("b"));
    clock.endTurn();
    session.send(outgoingMessage("c"));
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a"]]);
    carrier.drain();
    expect(carrier.batches).toEqual([["4a"], ["4b", "4c"]]);
  });

  it("splits by bytes as the dialect counts them, between the frames of one packet too", () => {
    const { session, carrier, clock } = openSessionScene({ maxBatchBytes: 6, staysWritable: true });
    session.send(outgoingMessage(["a", "b", "c"]));
    session.send(outgoingMessage("d"));
    clock.endTurn();
    expect(carrier.batches).toEqual([
      ["4a", "4b"],
      ["4c", "4d"],
    ]);
  });

  it("counts the framing of revision 3", () => {
    const { session, carrier, clock } = openSessionScene({ dialect: eio3, maxBatchBytes: 10, staysWritable: true });
    session.send(outgoingMessage(["a", "b", "c"]));
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a", "4b"], ["4c"]]);
  });

  it("keeps what is sent before there is a carrier, and hands it over in one batch", () => {
    const { session, carrier, clock } = createSessionScene();
    session.send(outgoingMessage("a"));
    clock.endTurn();
    session.send(outgoingMessage("b"));
    session.attach(carrier);
    expect(carrier.batches).toEqual([]);
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a", "4b"]]);
  });

  it("hands frames over as they are", () => {
    const { session, carrier, clock } = openSessionScene();
    const bytes = Uint8Array.of(1, 2);
    session.send({ frames: [new EncodedFrame("451-"), new EncodedFrame(bytes)], compress: true });
    clock.endTurn();
    expect(carrier.batches[0]?.[1]).toBe(bytes);
  });

  it("puts what is sent while a batch is handed over behind it", () => {
    const { session, carrier, clock } = openSessionScene({ staysWritable: true });
    carrier.whenSent = () => {
      carrier.whenSent = () => undefined;
      session.send(outgoingMessage("b"));
    };
    session.send(outgoingMessage("a"));
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a"], ["4b"]]);
  });
});

describe("what a session says about its way out", () => {
  it("is writable while its carrier is", () => {
    const { session, carrier, clock } = openSessionScene();
    expect(session.writable).toBe(true);
    session.send(outgoingMessage("a"));
    clock.endTurn();
    expect(session.writable).toBe(false);
    carrier.drain();
    expect(session.writable).toBe(true);
  });

  it("stays writable within a turn that has sent something", () => {
    const { session } = openSessionScene();
    session.send(outgoingMessage("a"));
    expect([session.writable, session.waiting]).toEqual([true, 1]);
  });

  it("is not writable before it opens, nor after it began to close", () => {
    const { session, carrier } = createSessionScene();
    expect(session.writable).toBe(false);
    session.attach(carrier);
    session.close();
    expect(session.writable).toBe(false);
  });

  it("is not writable once the peer is overdue, although no timer ran", () => {
    const { session, clock } = openSessionScene({ side: "client" });
    clock.suspend(SCENE_INTERVAL_MS + SCENE_TIMEOUT_MS);
    expect([session.overdue, session.writable]).toEqual([false, true]);
    clock.suspend(1);
    expect([session.overdue, session.writable]).toEqual([true, false]);
  });

  it("counts the packets that wait", () => {
    const { session, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    session.send(outgoingMessage(["b", "c"]));
    expect(session.waiting).toBe(2);
    clock.endTurn();
    expect(session.waiting).toBe(0);
  });

  it("shows its carrier while it has one", () => {
    const { session, carrier } = createSessionScene();
    expect(session.carrier).toBeUndefined();
    session.attach(carrier);
    expect(session.carrier).toBe(carrier);
    session.close();
    expect(session.carrier).toBe(carrier);
    session.discard();
    expect(session.carrier).toBeUndefined();
  });

  it("tells that it drained when the carrier took the last batch, not before", () => {
    const { session, carrier, owner, clock } = openSessionScene();
    session.send(outgoingMessage("a"));
    clock.endTurn();
    session.send(outgoingMessage("b"));
    carrier.drain();
    expect(owner.told).toEqual([]);
    carrier.drain();
    expect(owner.told).toEqual(["drained"]);
  });
});

describe("the report of a packet", () => {
  it("comes once, when the carrier handed it over", () => {
    const { session, carrier, clock } = openSessionScene();
    const flushed = vi.fn();
    session.send(outgoingMessage("a", flushed));
    clock.endTurn();
    expect(flushed).not.toHaveBeenCalled();
    carrier.drain();
    carrier.drain();
    session.discard();
    expect(flushed.mock.calls).toEqual([[]]);
  });

  it("says why a packet that waited never left", () => {
    const { session, carrier, clock } = openSessionScene();
    const flushed = vi.fn();
    carrier.writable = false;
    session.send(outgoingMessage("a", flushed));
    clock.advance(SCENE_INTERVAL_MS + SCENE_TIMEOUT_MS);
    expect(flushed.mock.calls).toEqual([["ping timeout"]]);
  });

  it.each([["draining"], ["closed"]] as const)("says at once that nothing leaves a session that is %s", (at) => {
    const { session, carrier } = openSessionScene();
    const flushed = vi.fn();
    session.close();
    carrier.listener[at === "closed" ? "carrierClosed" : "drained"]("forced close");
    session.send(outgoingMessage("a", flushed));
    session.send(outgoingMessage("b"));
    expect(session.state.at).toBe(at);
    expect([flushed.mock.calls, session.waiting]).toEqual([[["forced close"]], 0]);
  });

  it("reaches the packets of every turn before the end is told", () => {
    const { session, carrier, owner } = openSessionScene();
    carrier.writable = false;
    session.send(outgoingMessage("a", (failure) => owner.told.push(`lost by ${failure}`)));
    session.discard();
    expect(owner.told).toEqual(["lost by forced close", "closed forced close"]);
  });

  it("may end the session in the middle of a batch", () => {
    const { session, carrier, owner, clock } = openSessionScene();
    session.send(outgoingMessage("a", () => session.discard()));
    session.send(outgoingMessage("b"));
    clock.endTurn();
    carrier.drain();
    expect(owner.told).toEqual(["closed forced close"]);
  });
});

describe("hearing", () => {
  it("tells messages in order, text and bytes", () => {
    const { carrier, owner } = openSessionScene();
    const bytes = Uint8Array.of(7);
    carrier.listener.received({ type: "message", data: "a" });
    carrier.listener.received({ type: "message", data: bytes });
    expect(owner.messages).toEqual(["a", bytes]);
  });

  it("tells a message without data as an empty text", () => {
    const { carrier, owner } = openSessionScene();
    carrier.listener.received({ type: "message" });
    expect(owner.messages).toEqual([""]);
  });

  it.each(["open", "upgrade", "noop", "pong"] as const)("ignores a stray %s packet", (type) => {
    const { session, carrier, owner } = openSessionScene();
    carrier.listener.received({ type });
    expect([owner.told, session.state.at]).toEqual([[], "open"]);
  });

  it("hears nothing before it has a carrier", () => {
    const { session, owner } = createSessionScene();
    session.received({ type: "message", data: "early" });
    session.drained();
    expect(owner.told).toEqual([]);
  });

  it("hears no message any more once it closes", () => {
    const { session, carrier, owner } = openSessionScene();
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    session.close();
    carrier.listener.received({ type: "message", data: "late" });
    expect(owner.messages).toEqual([]);
  });

  it("hears no second message once the first one ended it", () => {
    const { session, carrier, owner } = openSessionScene();
    const { listener } = carrier;
    owner.react = () => session.discard();
    listener.received({ type: "message", data: "a" });
    listener.received({ type: "message", data: "b" });
    expect(owner.messages).toEqual(["a"]);
  });
});

describe("the first carrier", () => {
  it("hears the session's own ear", () => {
    const { session, carrier } = openSessionScene();
    expect(carrier.listener).toBe(session);
  });

  it("is attached once", () => {
    const { session } = openSessionScene();
    expect(() => session.attach(new RecordingCarrier())).toThrow(
      new TypeError('Cannot attach to session "s1": it has a carrier'),
    );
  });

  it("cannot be attached after the end", () => {
    const { session, carrier, clock } = createSessionScene();
    session.close();
    expect(() => session.attach(carrier)).toThrow(TypeError);
    expect(clock.pendingTimers).toBe(0);
  });

  it("that is gone as soon as somebody listens leaves no timer behind", () => {
    const { session, owner, clock } = createSessionScene();
    class StillbornCarrier extends RecordingCarrier {
      override listen(events: typeof session): void {
        super.listen(events);
        events.carrierClosed("transport error");
      }
    }
    session.attach(new StillbornCarrier());
    expect([owner.told, clock.pendingTimers]).toEqual([["closed transport error"], 0]);
  });
});

describe("a session knows", () => {
  it("its id, its dialect and that it opens", () => {
    const { session } = createSessionScene({ dialect: eio4 });
    expect([session.id, session.dialect, session.state]).toEqual(["s1", eio4, { at: "opening" }]);
  });
});
