// The names of rooms as programs give them: one or many, and numbers as well.
// Place: the user's code -> **rooms** -> socket / broadcast operator -> adapter
// Rules: a number names the same room as its digits, since elder programs join 42 and address "42"; what is no name at all,
//        as the id of a user who is away, is a room like others, in which nobody is.

import type { Room } from "@bowline/adapter";

/**
 * Lists rooms that were given one by one or together.
 * @param rooms one room, or many; a number is turned into its digits.
 * @returns their names.
 */
export function toRooms(rooms: Room | readonly Room[]): readonly Room[] {
  return isList(rooms) ? rooms.map(String) : [String(rooms)];
}

function isList(rooms: Room | readonly Room[]): rooms is readonly Room[] {
  return Array.isArray(rooms);
}
