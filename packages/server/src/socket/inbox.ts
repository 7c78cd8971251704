// What a socket does with the packets of its client: middlewares, listeners of every event, answers both ways.
// Place: connection -> namespace -> **socket (inbox)** -> the user's event handlers
// Rules: an event reaches handlers only once all middlewares are content; an ack is answered once;
//        a handler that throws is told of as the program wants it, and harms no other packet.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AckCallback,
  AnyListeners,
  type Clock,
  elementsOf,
  invoke,
  type PendingAck,
  PendingAcks,
  type UserValue,
} from "@bowline/protocol/internal";
import { AckMap } from "./ack-map.ts";
import type { HandlerAbout, HandlerErrors } from "./handler-errors.ts";
import { type Middleware, type MiddlewareRefusal, runMiddlewares } from "./middleware.ts";

/** An incoming event as the middlewares of a socket see it: its name and arguments. */
export type IncomingEvent = [event: string, ...args: UserValue[]];

/** So many answers of one client are awaited; a client that never answers costs no more than that. */
export const MAX_PENDING_ACKS = 100_000;

/** The socket as its inbox knows it. */
export interface InboxOwner {
  isConnected(): boolean;
  /** An event has come in; hands it to `receiveEvent`, unless a plugin does something else with it. */
  take(packet: SocketPacket): void;
  /** Calls the listeners of an event. */
  deliver(event: string, args: readonly unknown[]): void;
  /** What handlers of the socket are known by. */
  about(handler: HandlerAbout["handler"], event?: string): HandlerAbout;
  /** Tells the program what a middleware refused, and the client where its generation expects that. */
  refuseEvent(refusal: MiddlewareRefusal): void;
  /** The client owes so many answers that the oldest was given up; told once. */
  forgotAck(): void;
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
  readonly #handlers: HandlerErrors;
  readonly #clock: Clock;
  // Most sockets never need these; each is made when it is first asked for.
  #acks: PendingAcks | undefined;
  #middlewares: Middleware<IncomingEvent>[] | undefined;
  #anyListeners: AnyListeners | undefined;
  #owed = 0;
  #hasForgotten = false;

  constructor(owner: InboxOwner, handlers: HandlerErrors, clock: Clock) {
    this.#owner = owner;
    this.#handlers = handlers;
    this.#clock = clock;
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
    const settle = (args: readonly unknown[]): void => {
      if (!this.#handlers.isReporting) invoke(ack, args);
      else this.#run(() => Reflect.apply(ack, undefined, args), "acknowledgement");
    };
    this.#expect(id, { settle, timeoutMs });
  }

  /** Waits for the answer to a broadcast. */
  expectReply(id: number, reply: (args: readonly unknown[]) => void): void {
    this.#expect(id, { settle: reply });
  }

  forgetReply(id: number): void {
    this.#acks?.forget(id);
  }

  /** Answers that the client owes us, and those that the program owes the client. */
  get unfinished(): number {
    return (this.#acks?.size ?? 0) + this.#owed;
  }

  /** No answer will come any more. */
  end(): void {
    this.#acks?.disconnected((call) => this.#run(call, "acknowledgement"));
  }

  /** Takes a packet from the client. */
  receive(packet: SocketPacket): void {
    switch (packet.type) {
      case PacketType.EVENT:
      case PacketType.BINARY_EVENT:
        this.#take(packet);
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
    this.#acks ??= new PendingAcks(this.#clock);
    return this.#acks;
  }

  /** What a plugin has put in the place of our way is the program's code as well. */
  #take(packet: SocketPacket): void {
    try {
      this.#owner.take(packet);
    } catch (error) {
      this.#handlers.failed({ ...this.#aboutEvent(nameAndArgs(packet)[0]), error });
    }
  }

  /** Brings an event before the middlewares, and then to its listeners. */
  receiveEvent(packet: SocketPacket): void {
    const incoming = nameAndArgs(packet);
    if (packet.id !== undefined) incoming.push(this.createAck(packet.id));
    if (this.#middlewares === undefined) {
      this.#deliver(incoming);
      return;
    }
    const about = () => this.#owner.about("event middleware", String(incoming[0]));
    runMiddlewares(this.#middlewares, incoming, {
      decided: (refusal) => {
        if (refusal !== undefined) this.#owner.refuseEvent(refusal);
        else if (this.#owner.isConnected()) this.#deliver(incoming);
      },
      failed: (error) => this.#handlers.contained({ ...about(), error }),
      failedLate: (error) => this.#handlers.failed({ ...about(), error }),
    });
  }

  #deliver([event, ...args]: IncomingEvent): void {
    try {
      const listeners = this.#anyListeners;
      if (listeners !== undefined) this.#handlers.callAll(listeners.list(), event, args, () => this.#aboutEvent(event));
      this.#owner.deliver(event, args);
    } catch (error) {
      this.#handlers.failed({ ...this.#aboutEvent(event), error });
    }
  }

  #aboutEvent(event: unknown): HandlerAbout {
    return this.#owner.about("event", String(event));
  }

  /** Makes the function that answers an event, once. */
  createAck(id: number): (...args: unknown[]) => void {
    let sent = false;
    this.#owed++;
    return (...args) => {
      if (sent) return;
      sent = true;
      this.#owed--;
      if (this.#owner.isConnected()) this.#owner.sendAck(id, args);
    };
  }

  #receiveAck({ id, data }: SocketPacket): void {
    if (id !== undefined) this.#run(() => this.#acks?.reply(id, elementsOf(data)), "acknowledgement");
  }

  #expect(id: number, ack: PendingAck): void {
    if (this.#pendingAcks.size >= MAX_PENDING_ACKS) {
      if (!this.#hasForgotten) this.#owner.forgotAck();
      this.#hasForgotten = true;
      this.#pendingAcks.forgetOldest();
    }
    this.#pendingAcks.expect(id, ack);
  }

  #run(action: () => unknown, handler: HandlerAbout["handler"]): void {
    this.#handlers.run(action, () => this.#owner.about(handler));
  }
}
