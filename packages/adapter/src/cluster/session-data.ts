// What programs keep with their sockets, as bytes: so that a change is seen, and other nodes can go on with it.
// Place: recovering adapter -> session cupboard (**data**) -> session writes
// Rules: data that has no form on the wire costs what has changed in it, and a warning.

import { encodeMsgpack } from "@bowline/protocol/msgpack";
import type { LiveSession } from "../contract.ts";
import { type RecurringWarning, reasonOf } from "./recurring-warning.ts";

/**
 * The data of a session in MessagePack.
 * @param before what it was when it was read last; it stays that where the new one has no form on the wire.
 * @returns undefined where the program keeps nothing.
 */
export function readData(
  session: Pick<LiveSession, "sid" | "readData">,
  before: Uint8Array | undefined,
  warning: RecurringWarning,
): Uint8Array | undefined {
  try {
    const data = session.readData();
    return data === undefined ? undefined : encodeMsgpack(data).slice();
  } catch (error) {
    const reason = `${reasonOf(error)}; keep there what has a form on the wire`;
    warning.give(`Cannot keep the data of socket "${session.sid}" for other nodes: ${reason}`);
    return before;
  }
}

/** Whether data is what it was. */
export function isSameData(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
