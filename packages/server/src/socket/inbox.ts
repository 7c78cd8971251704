// What a socket does with the packets of its client: middlewares, listeners of every event, answers both ways.
// Place: connection -> namespace -> **socket (inbox)** -> the user's event handlers
// Rules: an event reaches handlers only once all middlewares are content; an ack is answered once;
//        a handler that throws is told of as the program wants it, and harms no other packet.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AckCallback,
  AnyListeners,
  elementsOf,
  invoke,
  type PendingAck,
  PendingAcks,
  type UserValue,
} from "@bowline/protocol/internal";
import { AckMap } from "./ack-map.ts";
import { aboutSocket, type HandlerAbout, type HandlerErrors } from "./handler-errors.ts";
import { type Middleware, type MiddlewareRefusal, runMiddlewares } from "./middleware.ts";
import type { Outbox } from "./outbox.ts";
import type { SocketPlatform } from "./runtime.ts";

/** An incoming event as the middlewares of a socket see it: its name and arguments. */
export type IncomingEvent = [event: string, ...args: UserValue[]];

/** So many answers of one client are awaited; a client that never answers costs no more than that. */
export const MAX_PENDING_ACKS = 100_000;

/** The socket as its inbox knows it. */
export interface InboxOwner {
  readonly nsp: { readonly name: string };
  readonly connected: boolean;
  /** An event has come in; hands it to `receiveEvent`, unless a plugin does something else with it. */
  onevent(packet: SocketPacket): void;
  /** Calls the listeners of an event. */
  callListeners(event: string, args: readonly unknown[]): void;
  /** Tells the program what a middleware refused. */
  reportError(error: Error): void;
  /** The client has left the namespace. */
  end(reason: "client namespace disconnect"): void;
}

/** The server as the inboxes of its sockets know it. */
export interface InboxHost {
  readonly platform: Pick<SocketPlatform, "clock" | "warn">;
  readonly handlers: HandlerErrors;
}

const FORGOTTEN_ACK =
  "Cannot await more acknowledgements of a client: the oldest is given up; emit with timeout(), and have clients answer";

/** The name and the arguments of an event packet; a name that came as a number is handed on as one, whatever types say. */
export function nameAndArgs(packet: SocketPacket): IncomingEvent;
export function nameAndArgs({ data }: SocketPacket): unknown[] {
  return [...elementsOf(data)];
}

/** Receives for one socket. */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #outbox: Outbox;
  readonly #host: InboxHost;
  // Most sockets never need these; each is made when it is first asked for.
  #acks: PendingAcks | undefined;
  #middlewares: Middleware<IncomingEvent>[] | undefined;
  #anyListeners: AnyListeners | undefined;
  #owed = 0;
  #hasForgotten = false;

  /** @param outbox what sends the answers. */
  constructor(owner: InboxOwner, outbox: Outbox, host: InboxHost) {
    this.#owner = owner;
    this.#outbox = outbox;
    this.#host = host;
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
      if (!this.#host.handlers.isReporting) invoke(ack, args);
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
        this.#owner.end("client namespace disconnect");
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
    this.#acks ??= new PendingAcks(this.#host.platform.clock);
    return this.#acks;
  }

  /** What a plugin has put in the place of our way is the program's code as well. */
  #take(packet: SocketPacket): void {
    try {
      this.#owner.onevent(packet);
    } catch (error) {
      this.#host.handlers.failed({ ...this.#aboutEvent(nameAndArgs(packet)[0]), error });
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
    const { handlers } = this.#host;
    const about = () => aboutSocket("event middleware", this.#owner, String(incoming[0]));
    runMiddlewares(this.#middlewares, incoming, {
      decided: (refusal) => {
        if (refusal !== undefined) this.#refuseEvent(refusal);
        else if (this.#owner.connected) this.#deliver(incoming);
      },
      failed: (error) => handlers.contained({ ...about(), error }),
      failedLate: (error) => handlers.failed({ ...about(), error }),
    });
  }

  /** Tells the program what a middleware refused, and the client where its generation expects that. */
  #refuseEvent({ error, told }: MiddlewareRefusal): void {
    this.#owner.reportError(error);
    if (this.#owner.connected) this.#outbox.eventRefused(told);
  }

  #deliver([event, ...args]: IncomingEvent): void {
    const { handlers } = this.#host;
    try {
      const listeners = this.#anyListeners;
      if (listeners !== undefined) handlers.callAll(listeners.list(), event, args, () => this.#aboutEvent(event));
      this.#owner.callListeners(event, args);
    } catch (error) {
      handlers.failed({ ...this.#aboutEvent(event), error });
    }
  }

  #aboutEvent(event: unknown): HandlerAbout {
    return aboutSocket("event", this.#owner, String(event));
  }

  /** Makes the function that answers an event, once. */
  createAck(id: number): (...args: unknown[]) => void {
    let sent = false;
    this.#owed++;
    return (...args) => {
      if (sent) return;
      sent = true;
      this.#owed--;
      if (this.#owner.connected) this.#outbox.ack(id, args);
    };
  }

  #receiveAck({ id, data }: SocketPacket): void {
    if (id !== undefined) this.#run(() => this.#acks?.reply(id, elementsOf(data)), "acknowledgement");
  }

  #expect(id: number, ack: PendingAck): void {
    if (this.#pendingAcks.size >= MAX_PENDING_ACKS) {
      if (!this.#hasForgotten) this.#host.platform.warn("BOWLINE_ACK_FORGOTTEN", FORGOTTEN_ACK);
      this.#hasForgotten = true;
      this.#pendingAcks.forgetOldest();
    }
    this.#pendingAcks.expect(id, ack);
  }

  #run(action: () => unknown, handler: HandlerAbout["handler"]): void {
    this.#host.handlers.run(action, () => aboutSocket(handler, this.#owner));
  }
}
