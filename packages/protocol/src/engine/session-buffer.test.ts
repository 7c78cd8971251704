// Rules of what may wait for a peer that takes nothing: how much, until when, and how the session ends.
import { createFakeClock, createSessionRecorder, outgoingMessage, RecordingCarrier } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { SILENT } from "../shared/trace.ts";
import { eio4 } from "./eio4.ts";
import { EncodedFrame } from "./frame.ts";
import { EngineSession } from "./session.ts";
import { createSessionTerms } from "./session-terms.ts";

/** An open session that may keep ten bytes. */
function openSession(limits: { readonly maxBufferedBytes?: number } = { maxBufferedBytes: 10 }) {
  const clock = createFakeClock();
  const owner = createSessionRecorder();
  const carrier = new RecordingCarrier();
  const terms = createSessionTerms({
    dialect: eio4,
    side: "server",
    pingIntervalMs: 25_000,
    pingTimeoutMs: 20_000,
    ...limits,
    clock,
    trace: SILENT,
  });
  const session = new EngineSession("s1", owner, terms);
  session.attach(carrier);
  clock.endTurn();
  return { clock, owner, carrier, session };
}

const CAUSE = new RangeError("Cannot keep more than 10 bytes: 11 bytes wait for a peer that does not take them");

describe("a session whose peer takes nothing", () => {
  it("ends when the turn does, with a transport error that names the numbers", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("abcd"));
    session.send(outgoingMessage("abcde"));
    expect(owner.told).toEqual([]);
    clock.endTurn();
    expect([owner.closes, carrier.closes]).toEqual([[{ reason: "transport error", cause: CAUSE }], ["discard"]]);
    expect([session.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("ends in a later turn, when what came before still waits", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("abcd"));
    clock.endTurn();
    expect(owner.told).toEqual([]);
    session.send(outgoingMessage("abcde"));
    clock.endTurn();
    expect(owner.closes).toEqual([{ reason: "transport error", cause: CAUSE }]);
  });

  it("counts bytes as well as text", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("abcd"));
    session.send({ frames: [new EncodedFrame(new Uint8Array(6))], compress: false });
    clock.endTurn();
    expect(owner.closes).toEqual([{ reason: "transport error", cause: CAUSE }]);
  });

  it("lives while no more than the limit waits", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("abcd"));
    session.send(outgoingMessage("abcd"));
    clock.endTurn();
    expect([owner.told, session.waiting]).toEqual([[], 2]);
  });

  it("lives with a single packet above the limit", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("x".repeat(100)));
    clock.endTurn();
    expect([owner.told, session.waiting]).toEqual([[], 1]);
  });

  it("ends while it drains just the same", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("abcd"));
    session.send(outgoingMessage("abcde"));
    session.close();
    clock.endTurn();
    expect(owner.closes).toEqual([{ reason: "transport error", cause: CAUSE }]);
  });

  it("keeps everything where no limit is given", () => {
    const { session, carrier, owner, clock } = openSession({});
    carrier.writable = false;
    session.send(outgoingMessage("x".repeat(100_000)));
    session.send(outgoingMessage("x".repeat(100_000)));
    clock.endTurn();
    expect([owner.told, session.waiting]).toEqual([[], 2]);
  });
});

describe("a session whose peer takes what it gets", () => {
  it("lives through a burst in one turn that the carrier takes at once", () => {
    const { session, carrier, owner, clock } = openSession();
    session.send(outgoingMessage("x".repeat(100)));
    session.send(outgoingMessage("y".repeat(100)));
    clock.endTurn();
    expect([owner.told, carrier.batches.length, session.waiting]).toEqual([[], 1, 0]);
  });

  it("counts afresh what comes behind a drain", () => {
    const { session, carrier, owner, clock } = openSession();
    carrier.writable = false;
    session.send(outgoingMessage("abcde"));
    clock.endTurn();
    carrier.drain();
    owner.told.length = 0;
    session.send(outgoingMessage("abcd"));
    clock.endTurn();
    session.send(outgoingMessage("abcd"));
    clock.endTurn();
    expect([owner.told, session.waiting]).toEqual([[], 2]);
  });
});
