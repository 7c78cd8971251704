// A session as it is kept by the broker: who it is, its rooms and since when it is in them, and what the program keeps.
// Place: recovering adapter -> session cupboard -> **record** -> bus -> the broker, and back the same way
// Rules: what comes from the broker is checked before it is believed; data that has no MessagePack costs the data alone.

import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import type { Room, SocketId } from "../contract.ts";
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
  /** The socket's `data` in MessagePack; undefined where there is none. */
  readonly data: Uint8Array | undefined;
}

/** Writes a session. */
export function encodeSession({ sid, cameBehind, rooms, data }: SessionRecord): Uint8Array {
  return encodeMsgpack([FORMAT, sid, cameBehind, [...rooms].flat(), data ?? null]);
}

/** @throws SyntaxError for what cannot be read, such as a format of later versions. */
export function decodeSession(bytes: Uint8Array): SessionRecord {
  const fields = decodeMsgpack(bytes);
  if (!isList(fields)) throw malformed("it is no list");
  const [format, sid, cameBehind, joined, data] = fields;
  if (format !== FORMAT) throw malformed(`its format is ${Number.isSafeInteger(format) ? format : "unknown"}`);
  if (typeof sid !== "string" || typeof cameBehind !== "string") throw malformed("its socket is missing");
  if (!areTexts(joined) || joined.length % 2 !== 0) throw malformed("its rooms are missing");
  if (data !== null && !(data instanceof Uint8Array)) throw malformed("its data is missing");
  const rooms = new Map<Room, Offset>();
  for (let at = 0; at < joined.length; at += 2) rooms.set(joined[at] ?? "", joined[at + 1] ?? "");
  return { sid, cameBehind, rooms, data: data ?? undefined };
}

function malformed(reason: string): SyntaxError {
  return new SyntaxError(`Cannot read a session of the store: ${reason}`);
}
