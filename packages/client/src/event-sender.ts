// The emitter of sockets, as far as it knows no connection: listeners of all events, received and sent; modifiers for the
// next event; and the ways to send one, to connect and to leave.
// Place: bytes <-> engine dialect <-> session <-> socket codec <-> connection / namespace / **socket** <-> the program
// Rules: listeners of all events hear first, and nothing of the events that a socket tells by itself; modifiers hold for
//        one emit; what it becomes, and when it leaves, is the socket's affair.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type {
  AnswerOf,
  AnyListener,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  WithoutAck,
  WithTimeout,
} from "@bowline/protocol/internal";
import type { Modifiers } from "./emission.ts";
import { ClientEmitter } from "./emitter.ts";
import type { Socket } from "./socket.ts";
import type { BufferEvents, SocketEvents } from "./socket-events.ts";

/** Most sockets have no listener of this kind, and share this list; it is replaced, never changed. */
const NOBODY: readonly AnyListener[] = [];

/** A list without a listener, once if it was added several times, or without all. */
function without(listeners: readonly AnyListener[], listener: AnyListener | undefined): readonly AnyListener[] {
  const index = listener === undefined ? -1 : listeners.indexOf(listener);
  return listener === undefined ? NOBODY : listeners.filter((_, at) => at !== index);
}

/** An emitter whose events leave for the server. */
export abstract class EventSender<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends ClientEmitter<ListenEvents, EmitEvents, SocketEvents & Omit<BufferEvents, keyof ListenEvents>> {
  /** What holds for the next emit alone. */
  flags: Modifiers = {};
  #heard: readonly AnyListener[] = NOBODY;
  #sent: readonly AnyListener[] = NOBODY;

  abstract connect(): this;
  abstract disconnect(): this;

  /** As `connect`. */
  open(): this {
    return this.connect();
  }

  /** As `disconnect`. */
  close(): this {
    return this.disconnect();
  }

  /** Adds a listener for all events. */
  onAny(listener: AnyListener): this {
    this.#heard = [...this.#heard, listener];
    return this;
  }

  /** Adds a listener for all events, before the others. */
  prependAny(listener: AnyListener): this {
    this.#heard = [listener, ...this.#heard];
    return this;
  }

  /** Removes a listener for all events, or all of them. */
  offAny(listener?: AnyListener): this {
    this.#heard = without(this.#heard, listener);
    return this;
  }

  /** The listeners for all events. */
  listenersAny(): AnyListener[] {
    return [...this.#heard];
  }

  /** Adds a listener for all events that are sent, when they are sent. */
  onAnyOutgoing(listener: AnyListener): this {
    this.#sent = [...this.#sent, listener];
    return this;
  }

  /** Adds a listener for all events that are sent, before the others. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.#sent = [listener, ...this.#sent];
    return this;
  }

  /** Removes a listener for all events that are sent, or all of them. */
  offAnyOutgoing(listener?: AnyListener): this {
    this.#sent = without(this.#sent, listener);
    return this;
  }

  /** The listeners for all events that are sent. */
  listenersAnyOutgoing(): AnyListener[] {
    return [...this.#sent];
  }

  /** The next event is dropped unless it can leave at once. */
  get volatile(): this {
    return this.#modify({ volatile: true });
  }

  /** The next event is sent with or without compression. @returns the socket. */
  compress(compress: boolean): this {
    return this.#modify({ compress });
  }

  /**
   * The acknowledgement of the next event gets an error first, or null.
   * @param timeoutMs longest time to wait for it, in milliseconds.
   * @returns the socket.
   * @example
   * import { io } from "@bowline/client";
   *
   * const socket = io("http://localhost:3000", { autoConnect: false });
   * socket.timeout(5000).emit("save", { id: 1 }, (error: Error | null, answer: string) => console.log(error ?? answer));
   */
  timeout(timeoutMs: number): Socket<ListenEvents, WithTimeout<EmitEvents>>;
  timeout(timeoutMs: number): unknown {
    return this.#modify({ timeout: timeoutMs });
  }

  /**
   * Sends an event.
   * @param args its arguments; a function at the end is called with the server's answer.
   * @returns the socket.
   * @throws Error when the name is reserved, such as `connect`; with `compat: 2` it is told to listeners here instead.
   * @throws TypeError when the arguments have no JSON, as a BigInt has not.
   */
  override emit<E extends EventNames<EmitEvents>>(event: E, ...args: EventParams<EmitEvents, E>): this {
    const modifiers = this.flags;
    this.flags = {};
    this.emitWith(modifiers, [event, ...args]);
    return this;
  }

  /** Sends a `message` event. @returns the socket. */
  send(...args: unknown[]): this {
    return this.#emit(["message", ...args]);
  }

  /**
   * Sends an event and waits for the answer.
   * @returns what the server answers first; it rejects where `emit` throws.
   * @throws AckTimeoutError when no answer came in time.
   * @throws AckDisconnectedError when the connection was lost before.
   * @example
   * import { io } from "@bowline/client";
   *
   * const socket = io("http://localhost:3000", { autoConnect: false });
   * const saved = socket.timeout(5000).emitWithAck("save", { id: 1 });
   * saved.catch((error) => console.log(error.code));
   */
  emitWithAck<E extends EventNamesWithAck<EmitEvents>>(
    event: E,
    ...args: WithoutAck<EventParams<EmitEvents, E>>
  ): Promise<AnswerOf<EventParams<EmitEvents, E>>> {
    return new Promise((resolve, reject) => {
      const settle = (error: unknown, answer: AnswerOf<EventParams<EmitEvents, E>>): void => {
        if (error === null) resolve(answer);
        else reject(error);
      };
      this.#modify({ takesError: true }).#emit([event, ...args, settle]);
    });
  }

  /** Sends an event, or tells it to listeners here. */
  protected abstract emitWith(modifiers: Modifiers, event: readonly [name: string | symbol, ...args: unknown[]]): void;

  /** Tells an event that came. @param data its name and arguments. */
  protected tellReceived(data: readonly unknown[]): void {
    const [event] = data;
    const args = data.slice(1);
    for (const listener of this.#heard) listener(String(event), ...args);
    this.dispatch(event, args);
  }

  /** Tells an event that is being sent. @param data its name and arguments. */
  protected tellSent([event, ...args]: readonly unknown[]): void {
    for (const listener of this.#sent) listener(String(event), ...args);
  }

  /** By way of the method that programs may have replaced. */
  #emit(args: readonly unknown[]): this {
    Reflect.apply(this.emit, this, args);
    return this;
  }

  #modify(modifiers: Modifiers): this {
    Object.assign(this.flags, modifiers);
    return this;
  }
}
