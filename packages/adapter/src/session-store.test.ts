// Rules of lost sessions: who gets one back and with which events, and how long and how many are kept.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { BroadcastOptions } from "./contract.ts";
import { MOST_STAYS } from "./past-stays.ts";
import { SessionStore } from "./session-store.ts";

const KEPT_MS = 120_000;
const RETENTION_MS = 165_000;

function createStore(maxLogBytes = 1e6) {
  const clock = createFakeClock();
  const store = new SessionStore({
    clock,
    epoch: "epoch",
    maxDisconnectionDurationMs: KEPT_MS,
    retentionMs: RETENTION_MS,
    maxLogBytes,
  });
  /** Sends an event and gives its offset. */
  const send = (name: string, ...rooms: readonly string[]) => sendTo(name, { rooms: new Set(rooms) });
  const sendTo = (name: string, to: BroadcastOptions) => {
    const offset = store.nextOffset;
    store.append({ data: [name, offset], byteLength: 100 }, to);
    return offset;
  };
  const join = (sid: string, ...rooms: readonly string[]) => store.joined(sid, new Set(rooms));
  const lose = (sid: string, ...rooms: readonly string[]) => {
    store.persist({ sid, pid: `secret of ${sid}`, rooms: [sid, ...rooms], data: { of: sid } });
    store.gone(sid);
  };
  /** The names of the events that a session gets when it is brought back, or undefined if it is not. */
  const missed = (sid: string, offset: string) =>
    store.restore(`secret of ${sid}`, offset)?.missedPackets.map(([name]) => name);
  return { store, clock, send, sendTo, join, lose, missed };
}

describe("a lost session", () => {
  it("comes back with what it was", () => {
    const { store, join, lose } = createStore();
    join("x", "x", "a");
    lose("x", "a");
    expect(store.restore("secret of x", store.lastOffset)).toMatchObject({
      sid: "x",
      pid: "secret of x",
      rooms: ["x", "a"],
      data: { of: "x" },
      missedPackets: [],
    });
  });

  it("comes back with the events behind its offset, in order, each with its own", () => {
    const { store, send, join, lose } = createStore();
    join("x", "x");
    const offset = send("one");
    const [two, three] = [send("two"), send("three", "x")];
    lose("x");
    expect(store.restore("secret of x", offset)?.missedPackets).toEqual([
      ["two", two],
      ["three", three],
    ]);
  });

  it("that never was in a room gets what was sent since it was lost", () => {
    const { send, store, lose, missed } = createStore();
    const early = store.lastOffset;
    send("before");
    lose("x");
    send("after");
    expect(missed("x", early)).toEqual(["after"]);
  });

  it("gets the events of its rooms and of everybody, and not those of other rooms or that spare one of its own", () => {
    const { sendTo, send, store, join, lose, missed } = createStore();
    join("x", "x", "a");
    lose("x", "a");
    const offset = store.lastOffset;
    send("of a", "a");
    send("of b", "b");
    send("of a and b", "b", "a");
    sendTo("for all but b", { rooms: new Set(), except: new Set(["b"]) });
    sendTo("for all but a", { rooms: new Set(), except: new Set(["a"]) });
    sendTo("for all", { rooms: new Set() });
    expect(missed("x", offset)).toEqual(["of a", "of a and b", "for all but b", "for all"]);
  });

  it("gets no event of a room from before it joined that room, whatever offset it shows", () => {
    const { store, send, join, lose, missed } = createStore();
    const early = store.lastOffset;
    send("before", "a");
    send("before, to all");
    join("x", "x");
    send("between", "a");
    join("x", "a");
    send("after", "a");
    lose("x", "a");
    expect(missed("x", early)).toEqual(["after"]);
  });

  it("gets nothing of a room that it had left", () => {
    const { store, send, join, lose, missed } = createStore();
    join("x", "x", "a");
    store.left("x", "a");
    lose("x");
    const offset = store.lastOffset;
    send("of a", "a");
    expect(missed("x", offset)).toEqual([]);
  });

  it("gets what was sent to a room until it left that room, each time that it was there", () => {
    const { store, send, sendTo, join, lose, missed } = createStore();
    join("x", "x", "a");
    const offset = store.lastOffset;
    send("first stay", "a");
    store.left("x", "a");
    send("between", "a");
    sendTo("for all but a", { rooms: new Set(), except: new Set(["a"]) });
    join("x", "a");
    send("second stay", "a");
    sendTo("for all but a again", { rooms: new Set(), except: new Set(["a"]) });
    store.left("x", "a");
    send("after", "a");
    lose("x");
    expect(missed("x", offset)).toEqual(["first stay", "for all but a", "second stay"]);
    join("x", "x");
    lose("x");
    expect(missed("x", offset)).toEqual(["first stay", "for all but a", "second stay"]);
  });

  it("that has left many rooms begins anew where its client got nothing of all but the last of them", () => {
    const leaveMany = () => {
      const scene = createStore();
      scene.join("x", "x");
      const offsets = [scene.store.lastOffset];
      for (let index = 0; index <= MOST_STAYS; index++) {
        scene.join("x", `room ${index}`);
        offsets.push(scene.send(`event ${index}`, `room ${index}`));
        scene.store.left("x", `room ${index}`);
      }
      scene.lose("x");
      return { ...scene, offsets };
    };
    const [early, late] = [leaveMany(), leaveMany()];
    expect(early.missed("x", early.offsets[0] ?? "")).toBeUndefined();
    expect(late.missed("x", late.offsets[1] ?? "")).toHaveLength(MOST_STAYS);
  });

  it("that has left many rooms to which nothing was sent comes back all the same", () => {
    const { store, send, join, lose, missed } = createStore();
    join("x", "x");
    const early = store.lastOffset;
    for (let index = 0; index <= MOST_STAYS; index++) {
      join("x", `room ${index}`);
      store.left("x", `room ${index}`);
    }
    send("one");
    lose("x");
    expect(missed("x", early)).toEqual(["one"]);
  });

  it("gets what is sent to everybody, though it had left its own room", () => {
    const { store, send, join, missed } = createStore();
    join("x", "x");
    store.left("x", "x");
    const offset = store.lastOffset;
    store.persist({ sid: "x", pid: "secret of x", rooms: [], data: {} });
    send("to its room", "x");
    send("to everybody");
    expect(missed("x", offset)).toEqual(["to everybody"]);
  });

  it("is given once", () => {
    const { store, lose, missed } = createStore();
    lose("x");
    expect([missed("x", store.lastOffset), missed("x", store.lastOffset)]).toEqual([[], undefined]);
  });

  it("may be lost again before its client got what it had missed", () => {
    const { store, send, join, lose, missed } = createStore();
    join("x", "x", "a");
    lose("x", "a");
    const offset = store.lastOffset;
    send("one", "a");
    expect(missed("x", offset)).toEqual(["one"]);
    join("x", "x", "a");
    send("two", "a");
    lose("x", "a");
    expect(missed("x", offset)).toEqual(["one", "two"]);
  });

  it("gets what is sent until it reads", () => {
    const { store, send, join, lose } = createStore();
    join("x", "x");
    lose("x");
    const session = store.restore("secret of x", store.lastOffset);
    send("late");
    expect(session?.missedPackets).toEqual([["late", store.lastOffset]]);
  });

  it("cannot read what went from the log since it was brought back", () => {
    const { store, send, lose } = createStore(1000);
    lose("x");
    const session = store.restore("secret of x", store.lastOffset);
    for (const name of ["1", "2", "3", "4", "5"]) send(name);
    expect(() => session?.missedPackets).toThrow(RangeError);
  });

  it.each(["x", "epoch", "epoch.", "epoch.1", "epoch.01", "epoch.-1", "epoch.0.5", "other.0", "EPOCH.0"])(
    "does not come back for the offset %j",
    (offset) => {
      const { lose, missed } = createStore();
      lose("x");
      expect(missed("x", offset)).toBeUndefined();
    },
  );

  it("whose client has got no event comes back with all that was sent since it came", () => {
    const { send, join, lose, missed } = createStore();
    send("before");
    join("x", "x");
    send("first");
    lose("x");
    send("second");
    expect(missed("x", "")).toEqual(["first", "second"]);
  });

  it("whose client has got no event comes back the second time as well", () => {
    const { store, send, join, lose, missed } = createStore();
    join("x", "x");
    lose("x");
    store.restore("secret of x", "");
    lose("x");
    send("first");
    expect(missed("x", "")).toEqual(["first"]);
  });

  it.each(["", "epoch.0"])("comes back for the offset %j though events from before it came are gone", (offset) => {
    const { send, join, lose, missed } = createStore(4000);
    for (const name of ["1", "2", "3", "4", "5"]) send(name);
    join("x", "x");
    lose("x");
    send("6");
    expect(missed("x", offset)).toEqual(["6"]);
  });

  it("comes back when events behind its offset are gone from before its client was last known to have got everything", () => {
    const { store, clock, send, join, lose, missed } = createStore();
    join("x", "x");
    const offset = send("one");
    send("of another room", "a");
    clock.advance(RETENTION_MS + 60_000);
    send("there still", "x");
    store.persist({ sid: "x", pid: "secret of x", rooms: ["x"], data: undefined, receivedUntilMs: clock.now() - 1 });
    store.gone("x");
    expect(missed("x", offset)).toEqual(["there still"]);
    // Lost once more, by an owner who does not know that, it begins anew.
    lose("x");
    expect(missed("x", offset)).toBeUndefined();
  });

  it("says how far its client was known to have got everything", () => {
    const { store, join } = createStore();
    join("x", "x");
    store.persist({ sid: "x", pid: "secret of x", rooms: ["x"], data: undefined, receivedUntilMs: 7 });
    expect(store.restore("secret of x", "")).toMatchObject({ receivedUntilMs: 7 });
  });

  it("does not come back when events behind its offset are gone", () => {
    const { send, join, lose, missed } = createStore(4000);
    join("x", "x");
    const offset = send("one");
    lose("x");
    for (const name of ["2", "3", "4", "5"]) send(name);
    expect(missed("x", offset)).toBeUndefined();
  });
});

describe("time", () => {
  it("ends a lost session", () => {
    const { store, clock, lose, missed } = createStore();
    lose("x");
    lose("y");
    clock.suspend(KEPT_MS);
    expect(missed("x", store.lastOffset)).toEqual([]);
    clock.suspend(1);
    expect(missed("y", store.lastOffset)).toBeUndefined();
  });

  it("frees what nobody came back for, and sets no timer then", () => {
    const { store, clock, send, lose } = createStore();
    expect(clock.pendingTimers).toBe(0);
    send("one");
    lose("x");
    clock.advance(KEPT_MS);
    expect([store.size, clock.pendingTimers]).toEqual([1, 1]);
    clock.advance(60_000);
    expect([store.size, clock.pendingTimers]).toEqual([0, 0]);
  });

  it("keeps events longer than sessions, since a dead connection is noticed late", () => {
    const { clock, send, join, lose, missed } = createStore();
    join("x", "x");
    const offset = send("one");
    send("two");
    clock.advance(45_000);
    lose("x");
    clock.advance(KEPT_MS - 1);
    expect(missed("x", offset)).toEqual(["two"]);
  });

  it("spares younger sessions", () => {
    const { store, clock, lose } = createStore();
    lose("x");
    clock.advance(100_000);
    lose("y");
    clock.advance(100_000);
    expect([store.size, store.restore("secret of y", store.lastOffset)?.sid]).toEqual([1, "y"]);
  });
});

describe("a store", () => {
  it("keeps a hundred thousand sessions and then forgets the oldest", () => {
    const { store, lose, missed } = createStore();
    for (let at = 0; at <= 100_000; at++) lose(String(at));
    expect([store.size, missed("0", store.lastOffset), missed("1", store.lastOffset)]).toEqual([
      100_000,
      undefined,
      [],
    ]);
  });

  it("forgets everything when it is closed, its timer too", () => {
    const { store, clock, send, lose, missed } = createStore();
    const offset = send("one");
    lose("x");
    store.close();
    expect([store.size, clock.pendingTimers, missed("x", offset)]).toEqual([0, 0, undefined]);
  });
});
