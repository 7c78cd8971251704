import { expect, test } from "vitest";
import { createDebugTrace, readPatterns } from "./debug.ts";
import { SILENT, type TracePoint } from "./trace.ts";

test.each<[patterns: string, scope: string, isWanted: boolean]>([
  ["", "socket.io-client:manager", false],
  ["*", "socket.io-client:manager", true],
  ["socket.io-client*", "socket.io-client", true],
  ["socket.io-client*", "socket.io-client:manager", true],
  ["socket.io-client*", "engine.io-client:socket", false],
  ["socket.io-client:manager", "socket.io-client:manager", true],
  ["socket.io-client", "socket.io-client:manager", false],
  ["socket.io*client", "socket.io-client", true],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["a*b*c", "a-c-c", false],
  ["ab*bc", "abc", false],
  ["other, engine*", "engine.io-client:socket", true],
  ["other engine*", "engine.io-client:socket", true],
  ["*,-engine*", "engine.io-client:socket", false],
  ["-engine*,*", "engine.io-client:socket", false],
  ["*,-engine*", "socket.io-client", true],
  ["-engine*", "socket.io-client", false],
])("the patterns %j ask for %s: %s", (patterns, scope, isWanted) => {
  expect(readPatterns(patterns)(scope)).toBe(isWanted);
});

function printing(patterns: string, below: TracePoint = SILENT("")) {
  const printed: unknown[] = [];
  let looks = 0;
  const trace = createDebugTrace(
    () => below,
    { manager: "socket.io-client:manager" },
    {
      patterns() {
        looks += 1;
        return patterns;
      },
      print: (scope, message) => printed.push([scope, message]),
    },
  );
  return { trace, printed, looks: () => looks };
}

test.each([
  ["socket.io-client*", "socket.io-client:manager"],
  ["bowline:*", "bowline:manager.event"],
  ["*", "socket.io-client:manager"],
])("a point that %s asks for is printed once, as %s", (patterns, scope) => {
  const { trace, printed } = printing(patterns);
  const point = trace("manager.event");
  point.publish({ event: "open" });
  expect([point.active, printed]).toEqual([true, [[scope, { event: "open" }]]]);
});

test("a point that nobody asks for is the one it was", () => {
  const below: TracePoint = { active: true, publish() {} };
  const { trace, looks } = printing("engine*", below);
  expect([trace("manager.event"), trace("other.event"), trace("plain")]).toEqual([below, below, below]);
  expect(trace("manager.event")).toBe(below);
  expect(looks()).toBe(1);
});

test("a printed point still publishes, where somebody listens", () => {
  const heard: unknown[] = [];
  const below = { active: false, publish: (message: unknown) => heard.push(message) };
  const { trace, printed } = printing("*", below);
  trace("manager.event").publish({ at: 1 });
  below.active = true;
  trace("manager.event").publish({ at: 2 });
  expect([printed.length, heard]).toEqual([2, [{ at: 2 }]]);
});
