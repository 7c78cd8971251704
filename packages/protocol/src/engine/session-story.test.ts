// Two sessions and an upgrade between them over wires in memory: the story as it goes, and thousands of random ones.
import { EnginePair, type EngineStep } from "@bowline/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eio3 } from "./eio3.ts";
import { eio4 } from "./eio4.ts";

const REVISIONS = [eio3, eio4] as const;

const by = fc.constantFrom("client", "server");
const sending = fc.record({ do: fc.constant("send"), by, frames: fc.integer({ min: 1, max: 3 }), size: fc.nat(12) });
const ticking = fc.record({ do: fc.constant("tick"), ms: fc.oneof(fc.nat(150), fc.nat(30_000)) });

const step: fc.Arbitrary<EngineStep> = fc.oneof(
  { weight: 6, arbitrary: sending },
  { weight: 4, arbitrary: ticking },
  { weight: 1, arbitrary: fc.constant({ do: "end turn" }) },
  { weight: 2, arbitrary: fc.constant({ do: "upgrade" }) },
  { weight: 1, arbitrary: fc.constant({ do: "drop candidate" }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stall"), by, ms: fc.nat(500) }) },
);

const wires = fc.record({
  dialect: fc.constantFrom(...REVISIONS),
  seed: fc.nat(),
  delayMs: fc.nat(100),
  jitterMs: fc.nat(100),
  maxBatchBytes: fc.constantFrom(20, 50, Number.POSITIVE_INFINITY),
});

const end = fc.constantFrom("cut", "silence", "client closes", "server closes", "client discards", "server discards");

/** Whether `part` is what is left of `whole` after some things were taken away. */
function isSubsequence(part: readonly unknown[], whole: readonly unknown[]): boolean {
  let at = 0;
  for (const item of whole) if (item === part[at]) at += 1;
  return at === part.length;
}

function opened(options: ConstructorParameters<typeof EnginePair>[0]): EnginePair {
  const pair = new EnginePair(options);
  pair.open();
  return pair;
}

describe.each(REVISIONS)("an upgrade in revision $revision", (dialect) => {
  it("moves both sides to the candidate", () => {
    const pair = opened({ dialect, delayMs: 10 });
    pair.clock.advance(100);
    pair.beginUpgrade();
    pair.clock.advance(1000);
    expect(pair.client.session.carrier).toBe(pair.upgrade?.pipe.client);
    expect(pair.server.session.carrier).toBe(pair.upgrade?.pipe.server);
  });

  it("loses, repeats and reorders nothing of a thousand messages sent while it goes on", () => {
    const pair = opened({ dialect, delayMs: 7, jitterMs: 20, seed: 3, maxBatchBytes: 200 });
    pair.beginUpgrade();
    for (let number = 0; number < 500; number++) {
      pair.send("client");
      pair.send("server");
      pair.clock.advance(1);
    }
    pair.clock.advance(5000);
    expect(pair.upgrade?.offer).toEqual({ at: "switched" });
    expect(pair.server.owner.messages).toEqual(pair.client.sent);
    expect(pair.client.owner.messages).toEqual(pair.server.sent);
  });

  it("loses, repeats and reorders nothing, between which two messages it may begin", () => {
    for (let before = 0; before <= 40; before++) {
      const pair = opened({ dialect, delayMs: 5, maxBatchBytes: 30 });
      for (let number = 0; number <= 40; number++) {
        if (number === before) pair.beginUpgrade();
        pair.send(number % 2 === 0 ? "client" : "server", 1 + (number % 3));
        pair.clock.advance(1);
      }
      pair.clock.advance(5000);
      expect(pair.upgrade?.offer).toEqual({ at: "switched" });
      expect(pair.server.owner.messages).toEqual(pair.client.sent);
      expect(pair.client.owner.messages).toEqual(pair.server.sent);
    }
  });

  it("writes nothing but the probes to the candidate before the switch", () => {
    const pair = opened({ dialect, delayMs: 50 });
    pair.beginUpgrade();
    pair.send("client");
    pair.send("server");
    pair.clock.advance(100);
    expect(pair.upgrade?.offer.at).toBe("pausing");
    expect(pair.upgrade?.pipe.client.batches).toEqual([["2probe"]]);
    expect(pair.upgrade?.pipe.server.batches).toEqual([["3probe"]]);
  });

  it("that fails while polling pauses leaves the session polling", () => {
    const pair = opened({ dialect, delayMs: 50 });
    pair.beginUpgrade();
    pair.clock.advance(20);
    pair.send("client");
    pair.clock.advance(80);
    expect(pair.upgrade?.offer.at).toBe("pausing");
    pair.upgrade?.pipe.cut();
    pair.send("client");
    pair.send("server");
    pair.clock.advance(120_000);
    expect(pair.server.owner.messages).toEqual(pair.client.sent);
    expect(pair.client.owner.messages).toEqual(pair.server.sent);
    expect([pair.client.session.state.at, pair.server.session.state.at]).toEqual(["open", "open"]);
  });

  it("that fails may be tried again", () => {
    const pair = opened({ dialect, delayMs: 10 });
    pair.beginUpgrade();
    pair.upgrade?.pipe.cut();
    pair.clock.advance(100);
    pair.beginUpgrade();
    pair.clock.advance(1000);
    expect(pair.upgrade?.offer.at).toBe("switched");
  });

  it("whose candidate stays silent is given up by the server and harms nobody", () => {
    const pair = opened({ dialect, delayMs: 10 });
    pair.beginUpgrade();
    pair.upgrade?.pipe.silence();
    pair.clock.advance(11_000);
    expect(pair.upgrade?.ticket).toEqual({ at: "dropped", why: "too late" });
    expect([pair.client.session.state.at, pair.server.session.state.at]).toEqual(["open", "open"]);
  });

  it("that the end of the session overtakes closes the candidate", () => {
    const pair = opened({ dialect, delayMs: 50 });
    pair.beginUpgrade();
    pair.clock.advance(100);
    pair.client.session.close();
    pair.clock.advance(60_000);
    expect([pair.upgrade?.pipe.client.isGone, pair.upgrade?.pipe.server.isGone]).toEqual([true, true]);
    expect(pair.client.owner.closes.map(({ reason }) => reason)).toEqual(["forced close"]);
    expect(pair.server.owner.closes.map(({ reason }) => reason)).toEqual(["transport close"]);
  });

  it("finishes while the server drains, and everything arrives before the end", () => {
    const pair = opened({ dialect, delayMs: 50 });
    pair.beginUpgrade();
    pair.clock.advance(100);
    pair.send("server");
    pair.server.session.close();
    pair.clock.advance(60_000);
    expect(pair.client.owner.messages).toEqual(pair.server.sent);
    expect(pair.server.owner.closes.map(({ reason }) => reason)).toEqual(["forced close"]);
    expect(pair.client.owner.closes.map(({ reason }) => reason)).toEqual(["transport close"]);
  });
});

describe("a random story", () => {
  it("without losses delivers everything once and in order, and stays open", () => {
    fc.assert(
      fc.property(wires, fc.array(step, { maxLength: 40, size: "max" }), (options, steps) => {
        const pair = opened(options);
        for (const one of steps) pair.play(one);
        pair.clock.advance(30_000);
        expect(pair.server.owner.messages).toEqual(pair.client.sent);
        expect(pair.client.owner.messages).toEqual(pair.server.sent);
        expect([pair.client.session.state.at, pair.server.session.state.at]).toEqual(["open", "open"]);
      }),
      { seed: 42, numRuns: 300 },
    );
  });

  it("whatever gets lost keeps order, delivers at most once, ends closed, and leaves nothing behind", () => {
    const loss = fc.constantFrom(0, 0, 0.02, 0.3);
    const stories = fc.array(step, { maxLength: 25, size: "max" });
    fc.assert(
      fc.property(wires, loss, stories, end, stories, (options, share, before, how, after) => {
        const pair = opened({ ...options, loss: share });
        for (const one of before) pair.play(one);
        pair.finish(how);
        for (const one of after) pair.play(one);
        pair.clock.advance(300_000);
        expect(isSubsequence(pair.server.owner.messages, pair.client.sent)).toBe(true);
        expect(isSubsequence(pair.client.owner.messages, pair.server.sent)).toBe(true);
        for (const { session, owner } of [pair.client, pair.server]) {
          expect([session.state.at, owner.closes.length, session.waiting]).toEqual(["closed", 1, 0]);
          expect(owner.told.at(-1)).toMatch(/^closed /);
        }
        expect([pair.clock.pendingTimers, pair.polling.inFlight]).toEqual([0, 0]);
      }),
      { seed: 43, numRuns: 400 },
    );
  });

  it("ends with one report for every packet, in order", () => {
    fc.assert(
      fc.property(wires, fc.array(step, { maxLength: 30, size: "max" }), end, (options, steps, how) => {
        const pair = opened(options);
        for (const one of steps) pair.play(one);
        pair.finish(how);
        pair.clock.advance(300_000);
        expect(pair.client.reports).toEqual(pair.client.packets);
        expect(pair.server.reports).toEqual(pair.server.packets);
      }),
      { seed: 44, numRuns: 200 },
    );
  });

  it("that the client closes delivers what it had sent, where nothing gets lost", () => {
    fc.assert(
      fc.property(wires, fc.array(step, { maxLength: 30, size: "max" }), (options, steps) => {
        const pair = opened(options);
        for (const one of steps) pair.play(one);
        pair.client.session.close();
        pair.clock.advance(60_000);
        expect(pair.server.owner.messages).toEqual(pair.client.sent);
        expect(pair.client.owner.closes.map(({ reason }) => reason)).toEqual(["forced close"]);
      }),
      { seed: 45, numRuns: 200 },
    );
  });
});
