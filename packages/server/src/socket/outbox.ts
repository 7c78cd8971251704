// What a socket sends to its client: builds the packets, tells the listeners of outgoing events, hands frames down.
// Place: the user's code -> socket (**outbox**) -> connection -> session
// Rules: listeners of outgoing events hear what the program emitted, without the offset that only clients see;
//        one that throws is reported as uncaught and keeps nothing from leaving.
// Source: docs/protocol/socket-5.md, "Connecting", "Disconnecting" and "Events and acks"

import { type ConnectReply, PacketType, type Refusal, type SocketFrame, type SocketPacket } from "@bowline/protocol";
import { AnyListeners, PreparedPacket } from "@bowline/protocol/internal";
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

const PLAIN: SendOptions = {};

function isEncoded(packet: PacketToSend | readonly SocketFrame[]): packet is readonly SocketFrame[] {
  return Array.isArray(packet);
}

/** The socket as its outbox knows it. */
export interface OutboxOwner {
  readonly nsp: { readonly name: string };
}

/** Sends for one socket. */
export class Outbox {
  readonly #owner: OutboxOwner;
  readonly #client: ClientConnection;
  readonly #handlers: HandlerErrors;
  // Most sockets never need it; it is made when it is first asked for.
  #anyListeners: AnyListeners | undefined;

  constructor(owner: OutboxOwner, client: ClientConnection, handlers: HandlerErrors) {
    this.#owner = owner;
    this.#client = client;
    this.#handlers = handlers;
  }

  /** Listeners of every outgoing event. */
  get anyListeners(): AnyListeners {
    this.#anyListeners ??= new AnyListeners();
    return this.#anyListeners;
  }

  /** Builds an event. */
  event(event: string | symbol, args: readonly unknown[]): SocketPacket {
    return { type: PacketType.EVENT, nsp: this.#namespace, data: [event, ...args] };
  }

  /**
   * Sends an event, also one that others get as well.
   * @returns whether it was taken; a volatile one may be dropped.
   */
  deliver(prepared: PreparedPacket, options: SendOptions): boolean {
    if (this.#anyListeners !== undefined) this.notify(prepared.packet);
    return this.#client.send(prepared, options);
  }

  /** Tells the listeners of outgoing events of one that is sent. */
  notify(packet: SocketPacket): void {
    const listeners = this.#anyListeners?.list() ?? [];
    const [event, ...args] = nameAndArgs(packet);
    const about = () => aboutSocket("event", this.#owner, event);
    this.#handlers.run(() => this.#handlers.callAll(listeners, event, args, about), about);
  }

  /** Sends again what a client that comes back has missed. */
  replay(missed: readonly PreparedPacket[]): void {
    for (const prepared of missed) this.#run(() => this.#client.send(prepared, PLAIN));
  }

  /** Sends a packet of somebody else's making. */
  packet(packet: PacketToSend | readonly SocketFrame[], options: SendOptions): void {
    if (isEncoded(packet)) this.#client.writeToEngine(packet, options);
    else this.#client.send(new PreparedPacket({ ...packet, nsp: this.#namespace }), options);
  }

  connected(reply: ConnectReply): void {
    this.#send(this.#client.dialect.connected(this.#namespace, reply));
  }

  disconnected(): void {
    this.#send({ type: PacketType.DISCONNECT, nsp: this.#namespace });
  }

  ack(id: number, args: readonly unknown[]): void {
    this.#send({ type: PacketType.ACK, nsp: this.#namespace, data: args, id });
  }

  /** Tells of an event that a middleware refused, where the client's generation expects that. */
  eventRefused(refusal: Refusal): void {
    const packet = this.#client.dialect.eventRefused(this.#namespace, refusal);
    // Middlewares answer from promises too, where an error of the encoder would have nobody to catch it.
    if (packet !== undefined) this.#run(() => this.#send(packet));
  }

  get #namespace(): string {
    return this.#owner.nsp.name;
  }

  #run(action: () => unknown): void {
    this.#handlers.run(action, () => aboutSocket("event", this.#owner));
  }

  #send(packet: SocketPacket): void {
    this.#client.send(new PreparedPacket(packet), PLAIN);
  }
}
