// The names of rooms as programs give them: one or many, and numbers as well.
// Place: the user's code -> **rooms** -> socket / broadcast operator -> adapter
// Rules: a number names the same room as its digits, since elder programs join 42 and address "42"; what is no name at all,
//        as the id of a user who is away, is a room like others, in which nobody is.

import type { Adapter, Room } from "@bowline/adapter";

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

/** A socket that is to join rooms. */
interface Joiner {
  readonly id: string;
  readonly adapter: Pick<Adapter, "socketRooms">;
  readonly nsp: { readonly server: { readonly opts: { readonly maxRoomsPerSocket?: number } } };
  readonly client: { readonly gone: boolean; giveUp(code: "BOWLINE_TOO_MANY_ROOMS"): void };
}

/** Whether a socket may join more rooms; who would be in too many is sent away, whoever has chosen them. */
export function mayJoin(socket: Joiner, added: ReadonlySet<string>): boolean {
  const { maxRoomsPerSocket } = socket.nsp.server.opts;
  if (maxRoomsPerSocket === undefined) return true;
  const rooms = socket.adapter.socketRooms(socket.id);
  let count = rooms?.size ?? 0;
  for (const room of added) if (rooms?.has(room) !== true) count++;
  if (count <= maxRoomsPerSocket) return true;
  if (!socket.client.gone) socket.client.giveUp("BOWLINE_TOO_MANY_ROOMS");
  return false;
}
