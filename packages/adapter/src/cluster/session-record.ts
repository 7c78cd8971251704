// A session as it is kept by the broker: who it is, when it was in which rooms, and what the program keeps.
// Place: recovering adapter -> session cupboard -> **record** -> bus -> the broker, and back the same way
// Rules: what comes from the broker is checked before it is believed; data that has no MessagePack costs the data alone.

import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import type { Room, SocketId } from "../contract.ts";
import { PastStays, type Stay } from "../past-stays.ts";
import { areTexts, isList } from "./foreign-fields.ts";
import type { Offset } from "./message.ts";

const FORMAT = 1;

/** What is kept of a session. */
export interface SessionRecord {
  readonly sid: SocketId;
  /** Behind which event the socket came. */
  readonly cameBehind: Offset;
  /** Its rooms, and behind which event it joined each. */
  readonly rooms: ReadonlyMap<Room, Offset>;
  /** When it was in rooms that it has left. */
  readonly past: PastStays<Offset>;
  /** The socket's `data` in MessagePack; undefined where there is none. */
  readonly data: Uint8Array | undefined;
  /** Up to which event its client is known to have got all that was for it; undefined where nothing is known. */
  readonly received?: Offset | undefined;
}

/** Writes a session. */
export function encodeSession({ sid, cameBehind, rooms, past, data, received }: SessionRecord): Uint8Array {
  const fields = [FORMAT, sid, cameBehind, [...rooms].flat(), data ?? null];
  // Most have left no room to which anything was sent.
  if (past.all.length > 0 || past.forgotten !== undefined || received !== undefined) {
    const stays = past.all.flatMap(({ room, behind, upTo }) => [room, behind, upTo]);
    fields.push([past.forgotten ?? "", ...stays]);
  }
  if (received !== undefined) fields.push(received);
  return encodeMsgpack(fields);
}

/** @throws SyntaxError for what cannot be read, such as a format of later versions. */
export function decodeSession(bytes: Uint8Array): SessionRecord {
  const fields = decodeMsgpack(bytes);
  if (!isList(fields)) throw malformed("it is no list");
  const [format, sid, cameBehind, joined, data, left = [""], received] = fields;
  if (format !== FORMAT) throw malformed(`its format is ${Number.isSafeInteger(format) ? format : "unknown"}`);
  if (typeof sid !== "string" || typeof cameBehind !== "string") throw malformed("its socket is missing");
  if (!areTexts(joined) || joined.length % 2 !== 0) throw malformed("its rooms are missing");
  if (data !== null && !(data instanceof Uint8Array)) throw malformed("its data is missing");
  if (!areTexts(left) || left.length % 3 !== 1) throw malformed("the rooms that it has left are missing");
  if (received !== undefined && typeof received !== "string") throw malformed("what its client has got is missing");
  const rooms = new Map<Room, Offset>();
  for (let at = 0; at < joined.length; at += 2) rooms.set(joined[at] ?? "", joined[at + 1] ?? "");
  return { sid, cameBehind, rooms, past: readPast(left), data: data ?? undefined, received };
}

function readPast([forgotten, ...texts]: readonly string[]): PastStays<Offset> {
  const stays: Stay<Offset>[] = [];
  for (let at = 0; at < texts.length; at += 3) {
    const [room = "", behind = "", upTo = ""] = texts.slice(at, at + 3);
    stays.push({ room, behind, upTo });
  }
  return new PastStays(stays, forgotten === "" ? undefined : forgotten);
}

function malformed(reason: string): SyntaxError {
  return new SyntaxError(`Cannot read a session of the store: ${reason}`);
}
