// What holds for a session in whatever order things happen: sends, turns, a busy transport, a move, pings, the end.
import { createSessionScene, outgoingMessage, RecordingCarrier } from "@bowline/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CloseReason } from "./close-reason.ts";

const SEED = { seed: 29, numRuns: 300 };

type Step = "send" | "send two frames" | "end turn" | "ready" | "replace" | "interval" | "close" | "discard";

const life = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Step>("send", "send", "send two frames") },
    { weight: 6, arbitrary: fc.constantFrom<Step>("end turn", "ready") },
    { weight: 1, arbitrary: fc.constantFrom<Step>("replace", "interval") },
  ),
  { maxLength: 40, size: "max" },
);
const end = fc.constantFrom<readonly Step[]>([], ["close", "send", "ready"], ["discard", "send"]);
// Small enough to cut a batch, and a packet of two frames.
const batches = fc.constantFrom(5, 20, Number.POSITIVE_INFINITY);

/** Plays steps, and keeps what the session was given, what has left, and what each packet was told. */
function play(steps: readonly Step[], maxBatchBytes: number) {
  const { clock, owner, session, carrier: first } = createSessionScene({ maxBatchBytes });
  const carriers = [first];
  const given: string[] = [];
  const reports: (CloseReason | undefined)[][] = [];
  const send = (...texts: readonly string[]): void => {
    const told: (CloseReason | undefined)[] = [];
    reports.push(told);
    given.push(...texts.map((text) => `4${text}`));
    session.send(outgoingMessage(texts, (failure) => told.push(failure)));
  };
  const acts: Record<Step, () => void> = {
    send: () => send(`${given.length}`),
    "send two frames": () => send(`${given.length}`, `${given.length + 1}`),
    "end turn": () => clock.endTurn(),
    ready: () => carriers.at(-1)?.drain(),
    replace: () => {
      const carrier = new RecordingCarrier({ maxBatchBytes });
      carriers.push(carrier);
      session.replace(carrier);
    },
    interval: () => {
      clock.advance(25_000);
      session.received({ type: "pong" });
    },
    close: () => session.close(),
    discard: () => session.discard(),
  };
  session.attach(first);
  for (const step of steps) acts[step]();
  const left = (): unknown[] =>
    carriers.flatMap(({ batches: each }) => each.flat()).filter((data) => typeof data !== "string" || data !== "2");
  return { clock, owner, session, carriers, given, reports, left };
}

describe("a session", () => {
  test("hands over what it was given in order, each frame once, and nothing from beyond a gap", () => {
    fc.assert(
      fc.property(life, end, batches, (steps, last, maxBatchBytes) => {
        const { left, given } = play([...steps, ...last], maxBatchBytes);
        expect(left()).toEqual(given.slice(0, left().length));
      }),
      SEED,
    );
  });

  test("hands over everything, as soon as the transport takes it", () => {
    fc.assert(
      fc.property(life, batches, (steps, maxBatchBytes) => {
        const { left, given, clock, carriers } = play(steps, maxBatchBytes);
        clock.endTurn();
        for (const _ of given) carriers.at(-1)?.drain();
        expect(left()).toEqual(given);
      }),
      SEED,
    );
  });

  test("tells every packet what became of it, once", () => {
    fc.assert(
      fc.property(life, end, batches, (steps, last, maxBatchBytes) => {
        const { reports, session, carriers } = play([...steps, ...last], maxBatchBytes);
        session.discard();
        for (const carrier of carriers) carrier.drain();
        expect(reports.filter((told) => told.length !== 1)).toEqual([]);
      }),
      SEED,
    );
  });

  test("tells its owner of its end once, whatever ends it", () => {
    fc.assert(
      fc.property(life, end, batches, (steps, last, maxBatchBytes) => {
        const { session, owner, carriers } = play([...steps, ...last], maxBatchBytes);
        session.discard();
        for (const carrier of carriers) carrier.listener.carrierClosed("transport close");
        expect(owner.closes).toHaveLength(1);
      }),
      SEED,
    );
  });

  test("lets a packet that is alone leave in the turn in which it was sent, in a batch of its own", () => {
    fc.assert(
      fc.property(life, (steps) => {
        const { clock, session, carriers } = play(steps, Number.POSITIVE_INFINITY);
        clock.endTurn();
        carriers.at(-1)?.drain();
        carriers.at(-1)?.drain();
        session.send(outgoingMessage("alone"));
        clock.endTurn();
        expect(carriers.at(-1)?.batches.at(-1)).toEqual(["4alone"]);
      }),
      SEED,
    );
  });
});
