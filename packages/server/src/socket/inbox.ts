// What a socket does with the packets of its client: middlewares, listeners of every event, answers both ways.
// Place: connection -> namespace -> **socket (inbox)** -> the user's event handlers
// Rules: an event reaches handlers only once all middlewares are content; an ack is answered once;
//        a handler that throws is reported as uncaught and harms no other packet.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AckCallback,
  AnyListeners,
  elementsOf,
  guard,
  invoke,
  PendingAcks,
  type UserValue,
} from "@bowline/protocol/internal";
import { AckMap } from "./ack-map.ts";
import { type Middleware, runMiddlewares } from "./middleware.ts";
import type { SocketPlatform } from "./runtime.ts";

/** An incoming event as the middlewares of a socket see it: its name and arguments. */
export type IncomingEvent = [event: string, ...args: UserValue[]];

/** The socket as its inbox knows it. */
export interface InboxOwner {
  isConnected(): boolean;
  /** An event has come in; hands it to `receiveEvent`, unless a plugin does something else with it. */
  take(packet: SocketPacket): void;
  /** Calls the listeners of an event. */
  deliver(event: string, args: readonly unknown[]): void;
  /** Tells the program what a middleware refused, and the client where its generation expects that. */
  refuseEvent(refusal: Error): void;
  /** Answers an event. */
  sendAck(id: number, args: readonly unknown[]): void;
  /** The client has left the namespace. */
  left(): void;
}

/** The name and the arguments of an event packet; a name that came as a number is handed on as one, whatever types say. */
export function nameAndArgs(packet: SocketPacket): IncomingEvent;
export function nameAndArgs({ data }: SocketPacket): unknown[] {
  return [...elementsOf(data)];
}

/** Receives for one socket. */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #platform: SocketPlatform;
  // Most sockets never need these; each is made when it is first asked for.
  #acks: PendingAcks | undefined;
  #middlewares: Middleware<IncomingEvent>[] | undefined;
  #anyListeners: AnyListeners | undefined;

  constructor(owner: InboxOwner, platform: SocketPlatform) {
    this.#owner = owner;
    this.#platform = platform;
  }

  /** Listeners of every incoming event. */
  get anyListeners(): AnyListeners {
    this.#anyListeners ??= new AnyListeners();
    return this.#anyListeners;
  }

  /** The answers that are awaited. */
  get acks(): AckMap {
    return new AckMap(this.#pendingAcks);
  }

  get middlewares(): readonly Middleware<IncomingEvent>[] {
    return this.#middlewares ?? [];
  }

  use(middleware: Middleware<IncomingEvent>): void {
    this.#middlewares ??= [];
    this.#middlewares.push(middleware);
  }

  /** Waits for the answer to an emit. */
  expectAck(id: number, ack: AckCallback, timeoutMs: number | undefined): void {
    this.#pendingAcks.expect(id, { settle: (args) => invoke(ack, args), timeoutMs });
  }

  /** Waits for the answer to a broadcast. */
  expectReply(id: number, reply: (args: readonly unknown[]) => void): void {
    this.#pendingAcks.expect(id, { settle: reply });
  }

  forgetReply(id: number): void {
    this.#acks?.forget(id);
  }

  /** No answer will come any more. */
  end(): void {
    this.#acks?.disconnected((call) => this.#guard(call));
  }

  /** Takes a packet from the client. */
  receive(packet: SocketPacket): void {
    switch (packet.type) {
      case PacketType.EVENT:
      case PacketType.BINARY_EVENT:
        this.#owner.take(packet);
        return;
      case PacketType.ACK:
      case PacketType.BINARY_ACK:
        this.#receiveAck(packet);
        return;
      case PacketType.DISCONNECT:
        this.#owner.left();
        return;
      case PacketType.CONNECT:
      case PacketType.CONNECT_ERROR:
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        packet.type satisfies never;
    }
  }

  get #pendingAcks(): PendingAcks {
    this.#acks ??= new PendingAcks(this.#platform.clock);
    return this.#acks;
  }

  /** Brings an event before the middlewares, and then to its listeners. */
  receiveEvent(packet: SocketPacket): void {
    const incoming = nameAndArgs(packet);
    if (packet.id !== undefined) incoming.push(this.createAck(packet.id));
    if (this.#middlewares === undefined) {
      this.#deliver(incoming);
      return;
    }
    const decide = (refusal: Error | undefined) => {
      if (refusal !== undefined) this.#owner.refuseEvent(refusal);
      else if (this.#owner.isConnected()) this.#deliver(incoming);
    };
    runMiddlewares(this.#middlewares, incoming, decide, (error) => this.#platform.reportUncaught(error));
  }

  #deliver([event, ...args]: IncomingEvent): void {
    this.#guard(() => {
      this.#anyListeners?.call(event, args);
      this.#owner.deliver(event, args);
    });
  }

  /** Makes the function that answers an event, once. */
  createAck(id: number): (...args: unknown[]) => void {
    let sent = false;
    return (...args) => {
      if (sent) return;
      sent = true;
      if (this.#owner.isConnected()) this.#owner.sendAck(id, args);
    };
  }

  #receiveAck({ id, data }: SocketPacket): void {
    if (id !== undefined) this.#guard(() => this.#acks?.reply(id, elementsOf(data)));
  }

  /** Runs the program's code: what it throws is the program's affair and ends nothing of ours. */
  #guard(action: () => void): void {
    guard(action, (error) => this.#platform.reportUncaught(error));
  }
}
