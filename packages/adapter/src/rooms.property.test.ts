// Properties of rooms, with seeded data: whatever sockets do, rooms are what plain maps of sets would be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AdapterSocket } from "./contract.ts";
import { Rooms } from "./rooms.ts";

const SEED = { seed: 46, numRuns: 400 };

const id = fc.constantFrom("x", "y", "z", "w");
// The room of a socket's own id may be joined by others as well.
const room = fc.constantFrom("x", "y", "a", "b", "c");
const someRooms = fc.uniqueArray(room, { maxLength: 3 });

const step = fc.oneof(
  fc.record({ does: fc.constant("join" as const), id, rooms: someRooms }),
  fc.record({ does: fc.constant("leave" as const), id, room }),
  fc.record({ does: fc.constant("go" as const), id }),
  fc.record({ does: fc.constant("look" as const), id }),
  fc.record({ does: fc.constant("look at all" as const) }),
  fc.record({ does: fc.constant("broadcast" as const), rooms: someRooms, except: someRooms }),
);
type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;

/** Rooms as one would write them down: two maps of sets. */
class Model {
  readonly rooms = new Map<string, Set<string>>();
  readonly sids = new Map<string, Set<string>>();

  join(who: string, names: readonly string[]): void {
    const own = this.sids.get(who) ?? new Set();
    this.sids.set(who, own);
    for (const name of names) {
      own.add(name);
      this.rooms.set(name, (this.rooms.get(name) ?? new Set()).add(who));
    }
  }

  leave(who: string, name: string): void {
    this.sids.get(who)?.delete(name);
    this.rooms.get(name)?.delete(who);
    if (this.rooms.get(name)?.size === 0) this.rooms.delete(name);
  }

  go(who: string): void {
    for (const name of [...(this.sids.get(who) ?? [])]) this.leave(who, name);
    this.sids.delete(who);
  }

  addressed(names: readonly string[], except: readonly string[]): string[] {
    const all = names.length === 0 ? [...this.sids.keys()] : names.flatMap((name) => [...(this.rooms.get(name) ?? [])]);
    const left = new Set(except.flatMap((name) => [...(this.rooms.get(name) ?? [])]));
    return [...new Set(all)].filter((who) => !left.has(who));
  }
}

function socketOf(name: string): AdapterSocket {
  return { id: name, handshake: {}, rooms: new Set(), data: {}, join() {}, leave() {}, disconnect() {} };
}

/** Rooms and their model, side by side; what is compared stays so, whether somebody has looked before or not. */
class Pair {
  readonly model = new Model();
  readonly told: string[] = [];
  readonly rooms = new Rooms(
    { sockets: new Map(["x", "y", "z", "w"].map((name) => [name, socketOf(name)])) },
    { emit: (event: string, name: string, who = "") => this.told.push(`${event} ${name} ${who}`) },
  );

  play(taken: Step): void {
    switch (taken.does) {
      case "join":
        this.rooms.join(taken.id, new Set(taken.rooms));
        this.model.join(taken.id, taken.rooms);
        return;
      case "leave":
        this.rooms.leave(taken.id, taken.room);
        this.model.leave(taken.id, taken.room);
        return;
      case "go":
        this.rooms.leaveAll(taken.id);
        this.model.go(taken.id);
        return;
      case "look":
        expect(this.rooms.of(taken.id)).toEqual(this.model.sids.get(taken.id));
        return;
      case "look at all":
        this.compare();
        return;
      case "broadcast":
        expect(
          this.rooms.addressed({ rooms: new Set(taken.rooms), except: new Set(taken.except) }).map((s) => s.id),
        ).toEqual(this.model.addressed(taken.rooms, taken.except));
        return;
      default:
        taken satisfies never;
    }
  }

  /** In order, too: what programs list comes in the order of joining. */
  compare(): void {
    expect([...this.rooms.byRoom].map(([name, ids]) => [name, [...ids]])).toEqual(
      [...this.model.rooms].map(([name, ids]) => [name, [...ids]]),
    );
    expect([...this.rooms.bySocket].map(([who, names]) => [who, [...names]])).toEqual(
      [...this.model.sids].map(([who, names]) => [who, [...names]]),
    );
  }
}

describe("rooms", () => {
  test("are what plain maps of sets would be, and reach whom those would reach, in the order of joining", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pair = new Pair();
        for (const taken of steps) pair.play(taken);
        pair.compare();
      }),
      SEED,
    );
  });

  test("tell of each change once: what they have told is what there is", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pair = new Pair();
        for (const taken of steps) pair.play(taken);
        const live = new Set<string>();
        for (const line of pair.told) {
          const [event = "", ...rest] = line.split(" ");
          const key = rest.join(" ");
          const isComing = event === "create-room" || event === "join-room";
          // Never twice in, never out without having been in.
          expect(live.has(key)).toBe(!isComing);
          if (isComing) live.add(key);
          else live.delete(key);
        }
        const there = [...pair.model.rooms].flatMap(([name, ids]) => [
          `${name} `,
          ...[...ids].map((who) => `${name} ${who}`),
        ]);
        expect([...live].sort()).toEqual(there.sort());
      }),
      SEED,
    );
  });
});
