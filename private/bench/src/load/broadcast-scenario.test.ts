import { expect, test } from "vitest";
import { Membership } from "./broadcast-scenario.ts";

/** How many members each room has when every client joins the rooms it is given. */
function fill(
  rooms: number,
  roomSize: number,
  clients: number,
): { counted: readonly number[]; told: readonly number[] } {
  const membership = new Membership({ rooms, roomSize, clients });
  const counted = Array.from({ length: rooms }, () => 0);
  for (let client = 0; client < clients; client += 1) {
    for (let i = 0; i < membership.perClient; i += 1) {
      const room = (membership.firstOf(client) + i) % rooms;
      counted[room] = (counted[room] ?? 0) + 1;
    }
  }
  return { counted, told: counted.map((_, room) => membership.sizeOf(room)) };
}

test.each([
  [10, 100, 1000],
  [100, 10, 1000],
  [2000, 10, 1000],
  [7, 3, 20],
  [10, 100, 20],
])("%i rooms of %i have the members that were told, with %i clients", (rooms, roomSize, clients) => {
  const { counted, told } = fill(rooms, roomSize, clients);
  expect(counted).toEqual(told);
});

test("rooms have the size that was asked for where the numbers allow it", () => {
  expect(new Set(fill(100, 50, 1000).counted)).toEqual(new Set([50]));
});

test("a client is in no more rooms than there are", () => {
  expect(new Membership({ rooms: 10, roomSize: 100, clients: 20 }).perClient).toBe(10);
});
