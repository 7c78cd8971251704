// What sockets do with the packets of their clients: middlewares, listeners of every event, answers both ways.
// Place: connection -> namespace -> **socket (inbox)** -> the user's event handlers
// Rules: an event reaches handlers only once all middlewares are content; an ack is answered once;
//        a handler that throws is told of as the program wants it, and harms no other packet. One inbox serves all sockets
//        of a server; what is known of one socket is with that.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { PacketType, type Refusal, type SocketPacket } from "@bowline/protocol";
import { type AckCallback, elementsOf, invoke, type PendingAck, PendingAcks } from "@bowline/protocol/internal";
import { aboutSocket, type HandlerErrors } from "./handler-errors.ts";
import type { IncomingEvent, SocketHooks } from "./hooks.ts";
import { type MiddlewareRefusal, runMiddlewares } from "./middleware.ts";
import { isRetriedId, RetriedEvents } from "./retried-events.ts";
import type { SocketPlatform } from "./runtime.ts";

/** So many answers of one client are awaited; a client that never answers costs no more than that. */
export const MAX_PENDING_ACKS = 100_000;

/** A socket as the inbox knows it. */
export interface InboxOwner {
  readonly nsp: { readonly name: string };
  readonly connected: boolean;
  /** Undefined where the program has put none there. @internal */
  readonly trafficHooks: SocketHooks | undefined;
  /** Its session, where the namespace keeps sessions. @internal */
  readonly hold: { retried: RetriedEvents | undefined } | undefined;
  /** The answers that the client owes us; made with the first. @internal */
  awaitedAcks: PendingAcks | undefined;
  /** How many answers the program owes the client. @internal */
  owedAcks: number;
  /** An event has come in; hands it to `receiveEvent`, unless a plugin does something else with it. */
  onevent(packet: SocketPacket): void;
  /** Calls the listeners of an event. @internal */
  callListeners(incoming: IncomingEvent): void;
  /** Sends an answer. @internal */
  sendAck(id: number, args: readonly unknown[]): void;
  /** Tells the client that an event was refused, where its generation expects that. @internal */
  sendRefusal(told: Refusal): void;
  /** Tells the program what a middleware refused. @internal */
  reportError(error: Error): void;
  /** The client has left the namespace. @internal */
  end(reason: "client namespace disconnect"): void;
}

/** The server as the inbox of its sockets knows it. */
export interface InboxHost {
  readonly platform: Pick<SocketPlatform, "clock" | "warn">;
  readonly handlers: HandlerErrors;
}

const FORGOTTEN_ACK =
  "Cannot await more acknowledgements of a client: the oldest is given up; emit with timeout(), and have clients answer";

/**
 * The name and the arguments of an event packet; a name that came as a number is handed on as one, whatever types say.
 * @param ack put behind them.
 */
export function nameAndArgs(packet: SocketPacket, ack?: (...args: unknown[]) => void): IncomingEvent;
export function nameAndArgs({ data }: SocketPacket, ack?: (...args: unknown[]) => void): unknown[] {
  return ack === undefined ? [...elementsOf(data)] : [...elementsOf(data), ack];
}

/** Receives for the sockets of one server. */
export class Inbox {
  readonly #host: InboxHost;
  /** Who has been warned of. */
  readonly #forgetful: WeakSet<InboxOwner> = new WeakSet();

  constructor(host: InboxHost) {
    this.#host = host;
  }

  /** The answers that are awaited of a socket. */
  awaitedOf(socket: InboxOwner): PendingAcks {
    socket.awaitedAcks ??= new PendingAcks(this.#host.platform.clock);
    return socket.awaitedAcks;
  }

  /** Waits for the answer to an emit. */
  expectAck(socket: InboxOwner, id: number, ack: AckCallback, timeoutMs: number | undefined): void {
    const settle = (args: readonly unknown[]): void => {
      if (!this.#host.handlers.isReporting) invoke(ack, args);
      else this.#run(socket, () => Reflect.apply(ack, undefined, args));
    };
    this.#expect(socket, id, { settle, timeoutMs });
  }

  /** Waits for the answer to a broadcast. */
  expectReply(socket: InboxOwner, id: number, reply: (args: readonly unknown[]) => void): void {
    this.#expect(socket, id, { settle: reply });
  }

  /** No answer will come any more. */
  end(socket: InboxOwner): void {
    socket.awaitedAcks?.disconnected((call) => this.#run(socket, call));
  }

  /** Takes a packet from the client of a socket. */
  receive(socket: InboxOwner, packet: SocketPacket): void {
    switch (packet.type) {
      case PacketType.EVENT:
      case PacketType.BINARY_EVENT:
        this.#take(socket, packet);
        return;
      case PacketType.ACK:
      case PacketType.BINARY_ACK:
        this.#receiveAck(socket, packet);
        return;
      case PacketType.DISCONNECT:
        socket.end("client namespace disconnect");
        return;
      case PacketType.CONNECT:
      case PacketType.CONNECT_ERROR:
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        packet.type satisfies never;
    }
  }

  /** Brings an event before the middlewares, and then to its listeners. */
  receiveEvent(socket: InboxOwner, packet: SocketPacket): void {
    const hooks = socket.trafficHooks;
    const incoming = isRetriedId(packet.id) ? this.#again(socket, packet, packet.id) : this.#incoming(socket, packet);
    if (incoming === undefined) return;
    if (hooks !== undefined && hooks.middlewares.length > 0) this.#judge(socket, packet, incoming, hooks);
    else if (this.#mayTell(socket, packet)) this.#tell(socket, incoming, hooks);
  }

  /** Makes the function that answers an event, once. */
  createAck(socket: InboxOwner, id: number): (...args: unknown[]) => void {
    let sent = false;
    socket.owedAcks++;
    return (...args) => {
      if (sent) return;
      sent = true;
      socket.owedAcks--;
      const retried = isRetriedId(id) ? socket.hold?.retried : undefined;
      if (retried !== undefined) retried.answer(id, args);
      else if (socket.connected) socket.sendAck(id, args);
    };
  }

  /** The name and the arguments of an event, and the function that answers it where an answer is expected. */
  #incoming(socket: InboxOwner, packet: SocketPacket): IncomingEvent {
    return nameAndArgs(packet, packet.id === undefined ? undefined : this.createAck(socket, packet.id));
  }

  /** An event that may have come before; nothing where the program has been told of it. */
  #again(socket: InboxOwner, packet: SocketPacket, id: number): IncomingEvent | undefined {
    const { hold } = socket;
    if (hold === undefined) return this.#incoming(socket, packet);
    hold.retried ??= new RetriedEvents(socket);
    const answer = hold.retried.receive(id, () => this.createAck(socket, id));
    return answer === undefined ? undefined : nameAndArgs(packet, answer);
  }

  /** Whether listeners may hear of an event, which they do once. */
  #mayTell({ hold }: InboxOwner, { id }: SocketPacket): boolean {
    return !isRetriedId(id) || hold?.retried === undefined || hold.retried.tell(id);
  }

  /** What a plugin has put in the place of our way is the program's code as well. */
  #take(socket: InboxOwner, packet: SocketPacket): void {
    try {
      socket.onevent(packet);
    } catch (error) {
      this.#failed(socket, nameAndArgs(packet)[0], error);
    }
  }

  #judge(socket: InboxOwner, packet: SocketPacket, incoming: IncomingEvent, hooks: SocketHooks): void {
    const { handlers } = this.#host;
    const about = () => aboutSocket("event middleware", socket, String(incoming[0]));
    runMiddlewares(hooks.middlewares, incoming, {
      decided: (refusal) => {
        if (refusal !== undefined) this.#refuseEvent(socket, refusal);
        else if (socket.connected && this.#mayTell(socket, packet)) this.#tell(socket, incoming, hooks);
      },
      failed: (error) => handlers.contained({ ...about(), error }),
      failedLate: (error) => handlers.failed({ ...about(), error }),
    });
  }

  /** Tells the program what a middleware refused, and the client where its generation expects that. */
  #refuseEvent(socket: InboxOwner, { error, told }: MiddlewareRefusal): void {
    socket.reportError(error);
    if (socket.connected) socket.sendRefusal(told);
  }

  #tell(socket: InboxOwner, incoming: IncomingEvent, hooks: SocketHooks | undefined): void {
    if (hooks === undefined || this.#tellAny(socket, incoming, hooks)) this.#call(socket, incoming);
  }

  /** Calls the listeners of every event. @returns whether they were content. */
  #tellAny(socket: InboxOwner, [event, ...args]: IncomingEvent, { incoming: listeners }: SocketHooks): boolean {
    try {
      const about = () => aboutSocket("event", socket, String(event));
      this.#host.handlers.callAll(listeners.list(), event, args, about);
      return true;
    } catch (error) {
      this.#failed(socket, event, error);
      return false;
    }
  }

  #call(socket: InboxOwner, incoming: IncomingEvent): void {
    try {
      socket.callListeners(incoming);
    } catch (error) {
      this.#failed(socket, incoming[0], error);
    }
  }

  #failed(socket: InboxOwner, event: unknown, error: unknown): void {
    this.#host.handlers.failed({ ...aboutSocket("event", socket, String(event)), error });
  }

  #receiveAck(socket: InboxOwner, { id, data }: SocketPacket): void {
    if (id !== undefined) this.#run(socket, () => socket.awaitedAcks?.reply(id, elementsOf(data)));
  }

  #expect(socket: InboxOwner, id: number, ack: PendingAck): void {
    const awaited = this.awaitedOf(socket);
    if (awaited.size >= MAX_PENDING_ACKS) {
      if (!this.#forgetful.has(socket)) this.#host.platform.warn("BOWLINE_ACK_FORGOTTEN", FORGOTTEN_ACK);
      this.#forgetful.add(socket);
      awaited.forgetOldest();
    }
    awaited.expect(id, ack);
  }

  #run(socket: InboxOwner, action: () => unknown): void {
    this.#host.handlers.run(action, () => aboutSocket("acknowledgement", socket));
  }
}
