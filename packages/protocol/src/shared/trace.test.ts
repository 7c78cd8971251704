import { expect, test } from "vitest";
import { createTrace, type TraceChannel } from "./trace.ts";

class Channel implements TraceChannel {
  hasSubscribers = false;
  readonly published: unknown[] = [];

  publish(message: unknown): void {
    this.published.push(message);
  }
}

test("a trace point is one channel, however often it is looked up", () => {
  const opened: string[] = [];
  const trace = createTrace((name) => {
    opened.push(name);
    return new Channel();
  });
  expect(trace("session.closed")).toBe(trace("session.closed"));
  expect(opened).toEqual(["bowline:session.closed"]);
});

test("a trace point is active while somebody listens to its channel", () => {
  const channel = new Channel();
  const point = createTrace(() => channel)("session.closed");
  expect(point.active).toBe(false);
  channel.hasSubscribers = true;
  expect(point.active).toBe(true);
});

test("what a trace point publishes goes to its channel", () => {
  const channel = new Channel();
  createTrace(() => channel)("session.closed").publish({ reason: "ping timeout" });
  expect(channel.published).toEqual([{ reason: "ping timeout" }]);
});
