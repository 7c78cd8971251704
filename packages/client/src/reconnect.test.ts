import { describe, expect, test } from "vitest";
import { RESTING, type Reconnection, type ReconnectionInput, stepReconnection } from "./reconnect.ts";

const settings = { minMs: 1000, maxMs: 5000, jitter: 0.5, maxAttempts: 3 };
const waiting: Reconnection = { at: "waiting", attempts: 2 };
const trying: Reconnection = { at: "trying", attempts: 2 };

describe("reconnection", () => {
  test("waits the shortest delay after the connection was lost", () => {
    const step = stepReconnection(RESTING, { is: "lost", fraction: 0.5 }, settings);
    expect(step).toEqual({ state: { at: "waiting", attempts: 1 }, action: { do: "wait", ms: 1000 } });
  });

  test("moves a delay at random", () => {
    const step = stepReconnection(RESTING, { is: "lost", fraction: 0 }, settings);
    expect(step.action).toEqual({ do: "wait", ms: 500 });
  });

  test("waits longer after each failure", () => {
    const step = stepReconnection(trying, { is: "failed", fraction: 0.5 }, settings);
    expect(step).toEqual({ state: { at: "waiting", attempts: 3 }, action: { do: "wait", ms: 4000 } });
  });

  test("tries when the delay is over", () => {
    const step = stepReconnection(waiting, { is: "due" }, settings);
    expect(step).toEqual({ state: trying, action: { do: "try", attempt: 2 } });
  });

  test("rests after a success and tells the number of the attempt", () => {
    const step = stepReconnection(trying, { is: "opened" }, settings);
    expect(step).toEqual({ state: RESTING, action: { do: "tell success", attempt: 2 } });
  });

  test("gives up when its attempts are used up", () => {
    const step = stepReconnection({ at: "trying", attempts: 3 }, { is: "failed", fraction: 0.5 }, settings);
    expect(step).toEqual({ state: RESTING, action: { do: "give up" } });
  });

  test.each([RESTING, waiting, trying])("rests once it was stopped while $at", (state) => {
    expect(stepReconnection(state, { is: "stop" }, settings)).toEqual({ state: RESTING });
  });

  test.each<[Reconnection, ReconnectionInput]>([
    [waiting, { is: "lost", fraction: 0.5 }],
    [trying, { is: "lost", fraction: 0.5 }],
    [RESTING, { is: "failed", fraction: 0.5 }],
    [waiting, { is: "failed", fraction: 0.5 }],
    [RESTING, { is: "due" }],
    [trying, { is: "due" }],
    [RESTING, { is: "opened" }],
    [waiting, { is: "opened" }],
  ])("while $at is not moved by what does not belong there: %o", (state, input) => {
    expect(stepReconnection(state, input, settings)).toEqual({ state });
  });
});
