// What sockets send to their clients: builds packets, tells the listeners of outgoing events, hands packets down.
// Place: the user's code -> socket (**outbox**) -> connection -> session
// Rules: listeners of outgoing events hear what the program emitted, without the offset that only clients see;
//        one that throws is reported as uncaught and keeps nothing from leaving.
// Source: docs/protocol/socket-5.md, "Connecting", "Disconnecting" and "Events and acks"

import { PacketType, type SocketFrame, type SocketPacket } from "@bowline/protocol";
import type { AnyListeners } from "@bowline/protocol/internal";
import type { ClientConnection, SendOptions } from "./connection.ts";
import { aboutSocket, type HandlerErrors } from "./handler-errors.ts";
import { nameAndArgs } from "./inbox.ts";

/** A packet as adapters and plugins hand it over: its namespace is that of the socket. */
export type PacketToSend = Omit<SocketPacket, "nsp"> & Partial<Pick<SocketPacket, "nsp">>;

/** How such a packet is sent. */
export interface PacketOptions extends SendOptions {
  /** Whether the parser has made frames of it already. @default false */
  readonly preEncoded?: boolean;
}

function isEncoded(packet: PacketToSend | readonly SocketFrame[]): packet is readonly SocketFrame[] {
  return Array.isArray(packet);
}

/** Builds an event. */
export function createEvent(namespace: string, event: string | symbol, args: readonly unknown[]): SocketPacket {
  return { type: PacketType.EVENT, nsp: namespace, data: [event, ...args] };
}

/** Sends a packet of somebody else's making. */
export function sendPacket(
  client: ClientConnection,
  namespace: string,
  packet: PacketToSend | readonly SocketFrame[],
  options: SendOptions,
): void {
  if (isEncoded(packet)) client.writeToEngine(packet, options);
  else client.write({ ...packet, nsp: namespace }, options);
}

/** Tells listeners of outgoing events of one that is sent. */
export function tellOutgoing(
  listeners: AnyListeners,
  socket: { readonly nsp: { readonly name: string } },
  packet: SocketPacket,
  handlers: HandlerErrors,
): void {
  const [event, ...args] = nameAndArgs(packet);
  const about = () => aboutSocket("event", socket, event);
  handlers.run(() => handlers.callAll(listeners.list(), event, args, about), about);
}
