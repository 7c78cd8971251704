// Rules of a session's heartbeat: who pings, what is answered, and what ends the session.
import { openSessionScene, outgoingMessage, SCENE_INTERVAL_MS, SCENE_TIMEOUT_MS } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { eio3 } from "./eio3.ts";
import { eio4 } from "./eio4.ts";

const PINGERS = [
  { who: "server of revision 4", dialect: eio4, side: "server" },
  { who: "client of revision 3", dialect: eio3, side: "client" },
] as const;

const ANSWERERS = [
  { who: "client of revision 4", dialect: eio4, side: "client" },
  { who: "server of revision 3", dialect: eio3, side: "server" },
] as const;

describe.each(PINGERS)("the $who", ({ dialect, side }) => {
  it("pings after one interval", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect, side });
    clock.advance(SCENE_INTERVAL_MS);
    expect([carrier.batches, owner.told]).toEqual([[["2"]], ["ping"]]);
  });

  it("tells how long the pong took", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect, side });
    clock.advance(SCENE_INTERVAL_MS + 40);
    carrier.listener.received({ type: "pong" });
    expect(owner.told).toEqual(["ping", "pong 40"]);
  });

  it("closes when the pong is late", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect, side });
    clock.advance(SCENE_INTERVAL_MS + SCENE_TIMEOUT_MS - 1);
    expect(owner.closes).toEqual([]);
    clock.advance(1);
    expect([owner.closes[0]?.reason, carrier.closes]).toEqual(["ping timeout", ["discard"]]);
  });

  it("lives as long as pongs come", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect, side, staysWritable: true });
    carrier.whenSent = () => clock.after(1000, () => carrier.listener.received({ type: "pong" }));
    clock.advance(10 * SCENE_INTERVAL_MS);
    expect([owner.closes, carrier.batches.length]).toEqual([[], 9]);
  });

  it("ignores a pong that nobody asked for", () => {
    const { session, carrier, owner } = openSessionScene({ dialect, side });
    carrier.listener.received({ type: "pong" });
    expect([owner.told, session.state.at]).toEqual([[], "open"]);
  });

  it.each([[{ type: "ping" }], [{ type: "ping", data: "probe" }]] as const)("closes when the peer sends %j", (ping) => {
    const { carrier, owner } = openSessionScene({ dialect, side });
    carrier.listener.received(ping);
    expect(owner.told).toEqual(["closed transport error"]);
    expect(owner.closes[0]?.cause).toBeInstanceOf(SyntaxError);
    expect([carrier.batches, carrier.closes]).toEqual([[], ["discard"]]);
  });

  it("keeps a ping behind what waits", () => {
    const { session, carrier, clock } = openSessionScene({ dialect, side });
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    clock.advance(SCENE_INTERVAL_MS);
    carrier.drain();
    expect(carrier.batches).toEqual([["4a", "2"]]);
  });

  it("pings on time although the session moved to another carrier", () => {
    const { session, carrier, owner, clock } = openSessionScene({ dialect, side });
    clock.advance(SCENE_INTERVAL_MS - 1);
    session.replace(carrier);
    clock.advance(1);
    expect(owner.told).toEqual(["ping"]);
  });

  it("pings no more when the owner ended the session because of the ping", () => {
    const { session, carrier, owner, clock } = openSessionScene({ dialect, side });
    owner.react = () => session.discard();
    clock.advance(SCENE_INTERVAL_MS);
    expect([carrier.batches, session.waiting, clock.pendingTimers]).toEqual([[], 0, 0]);
  });

  it("leaves no ping behind the goodbye when the owner closes because of it", () => {
    const { session, carrier, owner, clock } = openSessionScene({ dialect, side });
    owner.react = () => session.close();
    clock.advance(SCENE_INTERVAL_MS);
    expect([carrier.batches, carrier.closes, session.waiting]).toEqual([[], ["flush"], 0]);
  });
});

describe.each(ANSWERERS)("the $who", ({ dialect, side }) => {
  it("answers a ping without data and without delay", () => {
    const { carrier, owner } = openSessionScene({ dialect, side });
    carrier.listener.received({ type: "ping", data: "anything" });
    expect([carrier.batches, owner.told]).toEqual([[["3"]], ["ping"]]);
  });

  it("answers behind what was sent in the same turn", () => {
    const { session, carrier, clock } = openSessionScene({ dialect, side });
    session.send(outgoingMessage("a"));
    carrier.listener.received({ type: "ping" });
    clock.endTurn();
    expect(carrier.batches).toEqual([["4a", "3"]]);
  });

  it("answers a flood of pings with one pong until the transport has taken it", () => {
    const { session, carrier } = openSessionScene({ dialect, side });
    for (let count = 0; count < 3; count++) carrier.listener.received({ type: "ping" });
    expect([carrier.batches, session.waiting]).toEqual([[["3"]], 0]);
    carrier.drain();
    carrier.listener.received({ type: "ping" });
    expect(carrier.batches).toEqual([["3"], ["3"]]);
  });

  it("does not compress its answer", () => {
    const { carrier } = openSessionScene({ dialect, side });
    carrier.listener.received({ type: "ping" });
    expect(carrier.compressed).toEqual([[false]]);
  });

  it("never pings", () => {
    const { carrier, clock } = openSessionScene({ dialect, side });
    clock.advance(SCENE_INTERVAL_MS + SCENE_TIMEOUT_MS);
    expect(carrier.batches).toEqual([]);
  });

  it("closes when no ping comes within interval and timeout", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect, side });
    clock.advance(SCENE_INTERVAL_MS + SCENE_TIMEOUT_MS - 1);
    expect(owner.closes).toEqual([]);
    clock.advance(1);
    expect([owner.closes[0]?.reason, carrier.closes]).toEqual(["ping timeout", ["discard"]]);
  });

  it("lives as long as pings come", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect, side, staysWritable: true });
    clock.advance(40_000);
    carrier.listener.received({ type: "ping" });
    clock.advance(40_000);
    expect(owner.closes).toEqual([]);
  });

  it("ignores a pong", () => {
    const { session, carrier, owner } = openSessionScene({ dialect, side });
    carrier.listener.received({ type: "pong" });
    expect([owner.told, session.state.at]).toEqual([[], "open"]);
  });

  it("answers no more when the owner ended the session because of the ping", () => {
    const { session, carrier, owner } = openSessionScene({ dialect, side });
    owner.react = () => session.discard();
    carrier.listener.received({ type: "ping" });
    expect([carrier.batches, session.waiting]).toEqual([[], 0]);
  });

  it("answers pings while it drains, so that what waits can still leave", () => {
    const { session, carrier } = openSessionScene({ dialect, side });
    carrier.writable = false;
    session.send(outgoingMessage("a"));
    session.close();
    carrier.listener.received({ type: "ping" });
    carrier.drain();
    expect([carrier.batches, carrier.closes]).toEqual([[["4a", "3"]], ["flush"]]);
  });

  it("says nothing more after its goodbye", () => {
    const { session, carrier } = openSessionScene({ dialect, side });
    session.close();
    carrier.listener.received({ type: "ping" });
    expect([carrier.batches, session.waiting]).toEqual([[], 0]);
  });

  it("gives the peer its full time on another carrier", () => {
    const { session, carrier, owner, clock } = openSessionScene({ dialect, side });
    clock.advance(40_000);
    session.replace(carrier);
    clock.advance(SCENE_INTERVAL_MS + SCENE_TIMEOUT_MS - 1);
    expect(owner.closes).toEqual([]);
    clock.advance(1);
    expect(owner.closes[0]?.reason).toBe("ping timeout");
  });
});

describe("a message instead of the heartbeat", () => {
  it("keeps the client alive for the server of revision 3", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect: eio3, side: "server" });
    clock.advance(40_000);
    carrier.listener.received({ type: "message", data: "a" });
    clock.advance(40_000);
    expect(owner.closes).toEqual([]);
  });

  it("does not keep the server alive for the client of revision 4", () => {
    const { carrier, owner, clock } = openSessionScene({ dialect: eio4, side: "client" });
    clock.advance(40_000);
    carrier.listener.received({ type: "message", data: "a" });
    clock.advance(5000);
    expect(owner.closes[0]?.reason).toBe("ping timeout");
  });
});
