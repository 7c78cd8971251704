// Rules of warnings that come back.
import { createFakeClock } from "@bowline/testkit";
import { expect, it } from "vitest";
import { RecurringWarning, reasonOf } from "./recurring-warning.ts";

function createWarning() {
  const clock = createFakeClock();
  const told: string[] = [];
  return { clock, told, warning: new RecurringWarning(clock, (text) => void told.push(text)) };
}

it("a trouble is told when it begins, and not again as long as it lasts", () => {
  const { clock, told, warning } = createWarning();
  warning.give("away");
  clock.advance(120_000);
  warning.give("still away");
  expect(told).toEqual(["away"]);
});

it("a trouble that is over is told when it comes back, once a minute at most", () => {
  const { clock, told, warning } = createWarning();
  for (const [text, ms] of [
    ["first", 59_999],
    ["too soon", 1],
    ["later", 0],
    ["at once", 0],
  ] as const) {
    warning.give(text);
    warning.over();
    clock.advance(ms);
  }
  expect(told).toEqual(["first", "later"]);
});

it("whatever was thrown has something to say", () => {
  expect([reasonOf(new Error("why")), reasonOf("how"), reasonOf(undefined)]).toEqual(["why", "how", "undefined"]);
});
