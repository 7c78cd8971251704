// Rules of the heartbeat, for both sides and both revisions, on a clock that the test turns.
import { createFakeClock, type FakeClock } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Alarm } from "../shared/clock.ts";
import { Heartbeat } from "./heartbeat.ts";

const INTERVAL_MS = 25_000;
const TIMEOUT_MS = 20_000;

interface Scene {
  readonly clock: FakeClock;
  readonly heartbeat: Heartbeat;
  readonly ping: ReturnType<typeof vi.fn<() => void>>;
  readonly expire: ReturnType<typeof vi.fn<() => void>>;
}

function started(role: "pinger" | "answerer", revision: 3 | 4, intervalMs: number = INTERVAL_MS): Scene {
  const clock = createFakeClock();
  const [ping, expire] = [vi.fn<() => void>(), vi.fn<() => void>()];
  const heartbeat = new Heartbeat(
    { role, anyPacketProvesLife: revision === 3, pingIntervalMs: intervalMs, pingTimeoutMs: TIMEOUT_MS, clock },
    { pingDue: ping, expired: expire },
  );
  heartbeat.start();
  return { clock, heartbeat, ping, expire };
}

describe.each([3, 4] as const)("the side that pings in revision %d", (revision) => {
  it("pings one interval after the start and not earlier", () => {
    const { clock, ping } = started("pinger", revision);
    clock.advance(INTERVAL_MS - 1);
    expect(ping).toHaveBeenCalledTimes(0);
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(1);
  });

  it("pings again one interval after the pong", () => {
    const { clock, heartbeat, ping } = started("pinger", revision);
    clock.advance(INTERVAL_MS + 300);
    heartbeat.saw("pong");
    clock.advance(INTERVAL_MS - 1);
    expect(ping).toHaveBeenCalledTimes(1);
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(2);
  });

  it("pings on time also if the interval is shorter than the timeout", () => {
    const { clock, heartbeat, ping } = started("pinger", revision, 5000);
    clock.advance(5000);
    heartbeat.saw("pong");
    clock.advance(5000);
    expect([ping.mock.calls.length, clock.pendingTimers]).toEqual([2, 1]);
  });

  it("knows how long the pong took", () => {
    const { clock, heartbeat } = started("pinger", revision);
    clock.advance(INTERVAL_MS + 300);
    expect(heartbeat.saw("pong")).toBe(300);
  });

  it("ignores a pong that nobody asked for", () => {
    const { clock, heartbeat, ping } = started("pinger", revision);
    clock.advance(INTERVAL_MS - 1);
    expect(heartbeat.saw("pong")).toBeUndefined();
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(1);
  });

  it("ignores a second pong to the same ping", () => {
    const { clock, heartbeat, ping } = started("pinger", revision);
    clock.advance(INTERVAL_MS);
    heartbeat.saw("pong");
    clock.advance(INTERVAL_MS - 1);
    expect(heartbeat.saw("pong")).toBeUndefined();
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(2);
  });

  it("expires when no pong comes within the timeout, once", () => {
    const { clock, expire } = started("pinger", revision);
    clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    expect(expire).toHaveBeenCalledTimes(0);
    clock.advance(1);
    clock.advance(10 * INTERVAL_MS);
    expect(expire).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is not moved by packets between two pings", () => {
    const { clock, heartbeat, ping } = started("pinger", revision);
    clock.advance(INTERVAL_MS - 1);
    heartbeat.saw("message");
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(1);
  });

  it("keeps its rhythm when the carrier changes between two pings", () => {
    const { clock, heartbeat, ping } = started("pinger", revision);
    clock.advance(INTERVAL_MS - 1);
    heartbeat.moved();
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(1);
  });

  it("waits for the pong anew when the carrier changes", () => {
    const { clock, heartbeat, expire } = started("pinger", revision);
    clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    heartbeat.moved();
    clock.advance(TIMEOUT_MS - 1);
    expect(expire).toHaveBeenCalledTimes(0);
    clock.advance(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  it("knows how long a pong took that came over the next carrier", () => {
    const { clock, heartbeat } = started("pinger", revision);
    clock.advance(INTERVAL_MS + 100);
    heartbeat.moved();
    clock.advance(200);
    expect(heartbeat.saw("pong")).toBe(300);
  });

  it("is overdue when the time for the pong has passed unseen, and not while it rests", () => {
    const { clock, heartbeat } = started("pinger", revision);
    clock.suspend(10 * INTERVAL_MS);
    expect(heartbeat.overdue).toBe(false);
    clock.advance(0);
    clock.suspend(TIMEOUT_MS);
    expect(heartbeat.overdue).toBe(false);
    clock.suspend(1);
    expect(heartbeat.overdue).toBe(true);
  });

  it("pings once after a long sleep", () => {
    const { clock, ping, expire } = started("pinger", revision);
    clock.suspend(10 * INTERVAL_MS);
    clock.advance(0);
    expect([ping.mock.calls.length, expire.mock.calls.length]).toEqual([1, 0]);
  });
});

describe("another packet while the pong is awaited", () => {
  it("postpones the end once in revision 4", () => {
    const { clock, heartbeat, expire } = started("pinger", 4);
    clock.advance(INTERVAL_MS + 15_000);
    heartbeat.saw("message");
    clock.advance(15_000);
    heartbeat.saw("message");
    clock.advance(4999);
    expect(expire).toHaveBeenCalledTimes(0);
    clock.advance(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  it("may postpone again after the next ping in revision 4", () => {
    const { clock, heartbeat, expire } = started("pinger", 4);
    clock.advance(INTERVAL_MS);
    heartbeat.saw("message");
    heartbeat.saw("pong");
    clock.advance(INTERVAL_MS + 15_000);
    heartbeat.saw("message");
    clock.advance(TIMEOUT_MS - 1);
    expect(expire).toHaveBeenCalledTimes(0);
  });

  it("does not hide how long the pong took in revision 4", () => {
    const { clock, heartbeat } = started("pinger", 4);
    clock.advance(INTERVAL_MS + 100);
    expect(heartbeat.saw("message")).toBeUndefined();
    clock.advance(200);
    expect(heartbeat.saw("pong")).toBe(300);
  });

  it("proves life in revision 3", () => {
    const { clock, heartbeat, ping, expire } = started("pinger", 3);
    clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    heartbeat.saw("message");
    clock.advance(INTERVAL_MS);
    expect([ping.mock.calls.length, expire.mock.calls.length]).toEqual([2, 0]);
  });

  it("does not hide how long the pong took in revision 3", () => {
    const { clock, heartbeat } = started("pinger", 3);
    clock.advance(INTERVAL_MS + 100);
    expect(heartbeat.saw("message")).toBeUndefined();
    clock.advance(200);
    expect(heartbeat.saw("pong")).toBe(300);
    expect(heartbeat.saw("pong")).toBeUndefined();
  });

  it("leaves the next ping of revision 3 one interval behind the pong that follows it", () => {
    const { clock, heartbeat, ping } = started("pinger", 3);
    clock.advance(INTERVAL_MS);
    heartbeat.saw("message");
    clock.advance(500);
    heartbeat.saw("pong");
    clock.advance(INTERVAL_MS - 1);
    expect(ping).toHaveBeenCalledTimes(1);
    clock.advance(1);
    expect(ping).toHaveBeenCalledTimes(2);
  });

  it("measures the next ping of revision 3 by itself, when the pong before never came", () => {
    const { clock, heartbeat } = started("pinger", 3);
    clock.advance(INTERVAL_MS);
    heartbeat.saw("message");
    clock.advance(INTERVAL_MS + 40);
    expect(heartbeat.saw("pong")).toBe(40);
  });
});

describe.each([3, 4] as const)("the side that answers in revision %d", (revision) => {
  it("expires when no ping comes within interval and timeout, once", () => {
    const { clock, ping, expire } = started("answerer", revision);
    clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    expect(expire).toHaveBeenCalledTimes(0);
    clock.advance(1);
    clock.advance(10 * INTERVAL_MS);
    expect([ping.mock.calls.length, expire.mock.calls.length, clock.pendingTimers]).toEqual([0, 1, 0]);
  });

  it("begins anew with each ping", () => {
    const { clock, heartbeat, expire } = started("answerer", revision);
    clock.advance(40_000);
    expect(heartbeat.saw("ping")).toBeUndefined();
    clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    expect(expire).toHaveBeenCalledTimes(0);
    clock.advance(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  it("begins anew when the carrier changes", () => {
    const { clock, heartbeat, expire } = started("answerer", revision);
    clock.advance(40_000);
    heartbeat.moved();
    clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    expect(expire).toHaveBeenCalledTimes(0);
    clock.advance(1);
    expect(expire).toHaveBeenCalledTimes(1);
  });

  it("is overdue as soon as the deadline has passed unseen", () => {
    const { clock, heartbeat } = started("answerer", revision);
    clock.suspend(INTERVAL_MS + TIMEOUT_MS);
    expect(heartbeat.overdue).toBe(false);
    clock.suspend(1);
    expect(heartbeat.overdue).toBe(true);
  });

  it("holds one timer, however many pings come", () => {
    const { clock, heartbeat } = started("answerer", revision);
    clock.advance(1000);
    heartbeat.saw("ping");
    clock.advance(1000);
    heartbeat.saw("ping");
    expect(clock.pendingTimers).toBe(1);
  });
});

describe("any packet", () => {
  it("counts for the answerer of revision 3", () => {
    const { clock, heartbeat, expire } = started("answerer", 3);
    clock.advance(40_000);
    heartbeat.saw("message");
    clock.advance(40_000);
    expect(expire).toHaveBeenCalledTimes(0);
  });

  it("but a ping counts for nothing with the answerer of revision 4", () => {
    const { clock, heartbeat, expire } = started("answerer", 4);
    clock.advance(40_000);
    heartbeat.saw("message");
    clock.advance(5000);
    expect(expire).toHaveBeenCalledTimes(1);
  });
});

describe("a heartbeat that was stopped", () => {
  it("neither pings nor expires, and holds no timer", () => {
    const { clock, heartbeat, ping, expire } = started("pinger", 4);
    heartbeat.stop();
    clock.advance(10 * INTERVAL_MS);
    expect([ping.mock.calls.length, expire.mock.calls.length, clock.pendingTimers]).toEqual([0, 0, 0]);
  });

  it("takes no note of packets and is never overdue", () => {
    const { clock, heartbeat } = started("answerer", 3);
    heartbeat.stop();
    clock.suspend(10 * INTERVAL_MS);
    expect([heartbeat.saw("ping"), heartbeat.overdue, clock.pendingTimers]).toEqual([undefined, false, 0]);
  });

  it("stays stopped when the carrier changes", () => {
    const { clock, heartbeat } = started("pinger", 4);
    heartbeat.stop();
    heartbeat.moved();
    expect(clock.pendingTimers).toBe(0);
  });

  it("may be stopped again, and before it was started", () => {
    const { clock, heartbeat } = started("pinger", 4);
    heartbeat.stop();
    heartbeat.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it("may be started anew", () => {
    const { clock, heartbeat, ping } = started("pinger", 4);
    heartbeat.stop();
    heartbeat.start();
    clock.advance(INTERVAL_MS);
    expect(ping).toHaveBeenCalledTimes(1);
  });
});

describe("a heartbeat whose timers are not exact", () => {
  it("waits for the rest of the time where a timer came too early", () => {
    const exact = createFakeClock();
    const early = { ...exact, coarseAlarm: (ms: number, alarm: Alarm) => exact.coarseAlarm(ms / 2, alarm) };
    const ping = vi.fn();
    const heartbeat = new Heartbeat(
      { role: "pinger", anyPacketProvesLife: false, pingIntervalMs: 1000, pingTimeoutMs: 500, clock: early },
      { pingDue: ping, expired: () => undefined },
    );
    heartbeat.start();
    exact.advance(900);
    expect(ping).toHaveBeenCalledTimes(0);
    exact.advance(1000);
    expect(ping).toHaveBeenCalled();
  });

  it("survives a timer that fires after it was stopped", () => {
    const exact = createFakeClock();
    const unstoppable = {
      ...exact,
      coarseAlarm: (ms: number, alarm: Alarm) => {
        exact.after(ms, () => alarm.ring());
        return { remove: () => undefined };
      },
    };
    const expire = vi.fn();
    const heartbeat = new Heartbeat(
      { role: "answerer", anyPacketProvesLife: false, pingIntervalMs: 1000, pingTimeoutMs: 500, clock: unstoppable },
      { pingDue: () => undefined, expired: expire },
    );
    heartbeat.start();
    heartbeat.stop();
    exact.advance(5000);
    expect(expire).toHaveBeenCalledTimes(0);
  });
});
