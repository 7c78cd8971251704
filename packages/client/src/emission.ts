// What an emit becomes: a packet, and the acknowledgement it expects.
// Place: bytes <- engine dialect <- session <- socket codec <- connection / namespace / **socket**
// Rules: a function at the end of the arguments is the acknowledgement; modifiers hold for one emit.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType } from "@bowline/protocol";
import { type AckCallback, takeAck } from "@bowline/protocol/internal";
import type { OutgoingPacket } from "./outbox.ts";

/** What holds for the next emit alone. */
export interface Modifiers {
  readonly isVolatile?: boolean;
  readonly compress?: boolean;
  readonly timeoutMs?: number;
}

/** An event on its way, and what is to be called with the answer. */
export interface Emission {
  readonly packet: OutgoingPacket;
  /** The id of the packet with its ack, where one is expected. */
  readonly expected: { readonly id: number; readonly ack: AckCallback } | undefined;
}

/**
 * Makes the packet of an event.
 * @param given its arguments.
 * @param nextId gives the id of the acknowledgement, where one is expected.
 */
export function prepareEvent(
  nsp: string,
  [event, ...given]: readonly [event: string | symbol, ...args: unknown[]],
  compress: boolean,
  nextId: () => number,
): Emission {
  const { args, ack } = takeAck(given);
  const packet: OutgoingPacket = { type: PacketType.EVENT, nsp, data: [event, ...args], options: { compress } };
  if (ack === undefined) return { packet, expected: undefined };
  const id = nextId();
  return { packet: { ...packet, id }, expected: { id, ack } };
}
