// What an emit becomes: a packet, and the acknowledgement it expects.
// Place: bytes <- engine dialect <- session <- socket codec <- connection / namespace / **socket**
// Rules: a function at the end of the arguments is the acknowledgement; modifiers hold for one emit.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType, RESERVED_EVENTS } from "@bowline/protocol";
import type { OutgoingPacket } from "./outbox.ts";

/** What holds for the next emit alone. */
export interface Modifiers {
  readonly isVolatile?: boolean;
  readonly compress?: boolean;
  readonly timeoutMs?: number;
}

/** The data of an event or an acknowledgement, which is a list; a parser of a program may say otherwise. */
export function listOf(data: unknown): readonly unknown[] {
  return Array.isArray(data) ? data : [];
}

/** @throws Error when the name belongs to the library. */
export function refuseReserved(event: string | symbol): void {
  if (RESERVED_EVENTS.has(event)) throw new Error(`"${String(event)}" is a reserved event name`);
}

/** A function that takes whatever the server answers. */
export type AckListener = (...args: unknown[]) => void;

/** The trust boundary where a program's function is taken for one that copes with the server's answer. */
function asAckListener(value: unknown): AckListener | undefined {
  if (typeof value !== "function") return undefined;
  return function ack(this: unknown, ...args) {
    Reflect.apply(value, this, args);
  };
}

/**
 * Makes the packet of an event.
 * @param data its name and arguments.
 * @param nextId gives the id of the acknowledgement, where one is expected.
 */
export function prepareEvent(
  nsp: string,
  data: readonly unknown[],
  compress: boolean,
  nextId: () => number,
): { readonly packet: OutgoingPacket; readonly ack: AckListener | undefined } {
  const ack = asAckListener(data.at(-1));
  const options = { compress };
  if (ack === undefined) return { packet: { type: PacketType.EVENT, nsp, data, options }, ack };
  return { packet: { type: PacketType.EVENT, nsp, data: data.slice(0, -1), id: nextId(), options }, ack };
}

/** The same socket, whose acks have another type until the next emit. */
export function retyped<Socket>(socket: unknown): Socket {
  return socket as Socket;
}
