// One client in one namespace, as the server's program sees it.
// Place: session -> socket codec -> connection -> namespace -> **socket** -> the user's event handlers
//
//   joining --namespace lets it in--> connected --disconnect, connection gone--> leaving --handlers have run--> ended
//
// Rules: `emit` sends, and names of the library are refused; modifiers (volatile, compress, timeout) hold for one emit;
//        an ack is answered once; a handler that throws is told of as the program wants it, and harms no other packet.
// Source: docs/protocol/socket-5.md, "Events and acks" and "Disconnecting"

import type { AdapterSocket, BroadcastFlags, Room, SocketId } from "@bowline/adapter";
import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AnswerOf,
  type DefaultData,
  type DefaultEventsMap,
  type EventNames,
  type EventNamesWithAck,
  type EventParams,
  type EventsMap,
  type PreparedPacket,
  takeAck,
  type WithoutAck,
  type WithTimeout,
} from "@bowline/protocol/internal";
import { BroadcastOperator } from "./broadcast-operator.ts";
import type { ClientConnection, SendOptions } from "./connection.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { aboutSocket } from "./handler-errors.ts";
import { createHandshake, type Handshake } from "./handshake.ts";
import type { Namespace } from "./namespace.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import { createEvent } from "./outbox.ts";
import type { Newcomer } from "./reception.ts";
import { type Hold, restoredData } from "./recovery.ts";
import { refuseReservedEvent } from "./reserved-events.ts";
import { mayJoin, toRooms } from "./rooms.ts";
import { SocketFace } from "./socket-face.ts";

const NO_MODIFIERS: BroadcastFlags = {};
/** Called once rooms are joined or left: with null, or with what the adapter failed with. */
export type RoomsCallback = (error: unknown) => void;

const NO_ROOMS: ReadonlySet<Room> = new Set();
const NO_DATA: unique symbol = Symbol("no data");

/** One client in one namespace. */
export class Socket<
    Listen extends EventsMap = DefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = DefaultEventsMap,
    Data = DefaultData,
  >
  extends SocketFace<Listen, Emit, ServerSide, Data>
  implements AdapterSocket
{
  readonly id: SocketId;
  readonly nsp: Namespace<Listen, Emit, ServerSide, Data>;
  /** The client with all its sockets. */
  readonly client: ClientConnection;
  /** Whether the client came back after a loss and has missed nothing: rooms, `data` and id are those from before. */
  readonly recovered: boolean;
  /** Its session, where the namespace keeps sessions. @internal */
  readonly hold: Hold | undefined;
  readonly #auth: Newcomer["auth"];
  readonly #query: Newcomer["query"];
  readonly #issuedMs: number;
  #state: "joining" | "connected" | "leaving" | "ended" = "joining";
  #data: Data | typeof NO_DATA;
  #handshake: Handshake | undefined;
  #modifiers: BroadcastFlags | undefined;

  /** Made by the namespace. @internal */
  constructor(
    namespace: Namespace<Listen, Emit, ServerSide, Data>,
    { client, auth, query, hold }: Newcomer,
    { platform }: Pick<NamespaceHost<Listen, Emit, ServerSide, Data>, "platform">,
  ) {
    super();
    this.nsp = namespace;
    this.client = client;
    this.hold = hold;
    this.recovered = hold?.session !== undefined;
    this.#auth = auth;
    this.#query = query;
    this.#issuedMs = platform.wallTimeMs();
    this.id = hold?.session?.sid ?? client.dialect.socketId(namespace.name, client.conn.id, platform.random);
    this.#data = hold?.session === undefined ? NO_DATA : restoredData<Data>(hold.session);
  }

  /** Whatever the program wants to keep with the socket. */
  get data(): Data {
    // Made when it is first asked for: many programs keep nothing here.
    if (this.#data === NO_DATA) this.#data = restoredData<Data>(undefined);
    return this.#data;
  }

  set data(data: Data) {
    this.#data = data;
  }

  /** What the program keeps here, for those who write it down; undefined as long as it has not asked for `data`. @internal */
  readData(): unknown {
    return this.#data === NO_DATA ? undefined : this.#data;
  }

  /** Details of the handshake. */
  get handshake(): Handshake {
    const sent = { auth: this.#auth, query: this.#query };
    this.#handshake ??= createHandshake(this.client.origin, sent, this.#issuedMs, this.nsp.host.platform);
    return this.#handshake;
  }

  get connected(): boolean {
    return this.#state === "connected" || this.#state === "leaving";
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  /** The rooms the socket is in, live; empty once it has ended. */
  get rooms(): Set<Room> {
    return this.nsp.adapter.socketRooms(this.id) ?? new Set();
  }

  /**
   * Sends an event to the client.
   * @param args what its listeners get; a function at the end is called with the client's answer.
   * @returns true; with `compat: 2` the socket.
   * @throws TypeError when the name belongs to the library.
   * @example
   * socket.emit("hello", "world", (answer) => console.log(answer));
   */
  override emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<Emit, E>): boolean {
    if (this.tellsOfListeners(event)) this.dispatch(event, args);
    else this.#send(event, args);
    return true;
  }

  /** Sends the event `message`. */
  send(...args: unknown[]): this {
    // By way of emit, which plugins put their own in the place of.
    Reflect.apply(this.emit, this, ["message", ...args]);
    return this;
  }

  /** As `send`. */
  write(...args: unknown[]): this {
    return this.send(...args);
  }

  /**
   * Sends an event and waits for the client's answer.
   * @returns the first argument of the answer.
   */
  emitWithAck<E extends EventNamesWithAck<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>> {
    const takesError = this.flags.timeout !== undefined;
    return new Promise((resolve, reject) => {
      const settle = takesError
        ? (error: unknown, answer: AnswerOf<EventParams<Emit, E>>) => (error === null ? resolve(answer) : reject(error))
        : resolve;
      Reflect.apply(this.emit, this, [event, ...args, settle]);
    });
  }

  /** The next emit waits `timeoutMs` milliseconds for its ack, which gets an error or null first. */
  timeout(timeoutMs: number): Socket<Listen, WithTimeout<Emit>, ServerSide, Data>;
  timeout(timeoutMs: number): unknown {
    return this.#modify({ timeout: timeoutMs });
  }

  /** The next emit is dropped if it cannot leave at once. */
  get volatile(): this {
    return this.#modify({ volatile: true });
  }

  /** Whether the transport may compress the next emit. */
  compress(compress: boolean): this {
    return this.#modify({ compress });
  }

  /** Tells whether the next event has bytes. They are looked for in any case, so that none is sent as text by mistake. */
  binary(hasBinary: boolean): this {
    Object.assign(this.flags, { binary: hasBinary });
    return this;
  }

  /** Addresses everybody in the namespace but this socket. */
  get broadcast(): BroadcastOperator<Emit, Data> {
    return this.#operator();
  }

  /** As `broadcast`, on this process only. */
  get local(): BroadcastOperator<Emit, Data> {
    return this.#operator().local;
  }

  /** Addresses the members of rooms, but this socket. */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.#operator().to(rooms);
  }

  /** As `to`. */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.to(rooms);
  }

  /** Addresses everybody but this socket and the members of rooms. */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.#operator().except(rooms);
  }

  /**
   * Joins rooms; nothing happens once the socket has ended.
   * @param rooms one room, or many; a number names the same room as its digits.
   * @param callback called once that is done, with null or the error.
   * @returns a promise where the adapter takes its time; the socket where there is a callback.
   */
  join(rooms: Room | readonly Room[]): Promise<void> | void;
  join(rooms: Room | readonly Room[], callback: RoomsCallback | undefined): this;
  join(rooms: Room | readonly Room[], callback?: RoomsCallback): Promise<void> | void | this {
    const added = new Set(toRooms(rooms));
    const isDue = this.#state !== "ended" && mayJoin(this, added);
    const done = isDue ? this.adapter.addAll(this.id, added) : undefined;
    return callback === undefined ? done : this.#tell(callback, done);
  }

  /**
   * Leaves a room.
   * @param callback called once that is done, with null or the error.
   * @returns a promise where the adapter takes its time; the socket where there is a callback.
   */
  leave(room: Room): Promise<void> | void;
  leave(room: Room, callback: RoomsCallback | undefined): this;
  leave(room: Room, callback?: RoomsCallback): Promise<void> | void | this {
    const done = this.adapter.del(this.id, String(room));
    return callback === undefined ? done : this.#tell(callback, done);
  }

  /**
   * Leaves the namespace.
   * @param close whether the whole connection is to end, with all its sockets.
   */
  disconnect(close = false): this {
    if (!this.connected) return this;
    const sockets = close ? this.client.joinedSockets() : [this];
    for (const socket of sockets) socket.dismiss();
    if (close) this.client.close();
    return this;
  }

  /** How the next emit travels. */
  get flags(): BroadcastFlags {
    this.#modifiers ??= {};
    return this.#modifiers;
  }

  /** The namespace lets the socket in; what it has missed comes before the answer, if it needs one. @internal */
  admit(missed: readonly PreparedPacket[], isUntold: boolean): void {
    const { hold } = this;
    this.#state = "connected";
    const rooms = [this.id, ...(hold?.session?.rooms ?? [])];
    this.nsp.host.handlers.runAdapter(this.nsp.name, () => this.join(rooms));
    this.client.join(this);
    if (hold !== undefined) this.nsp.recovery?.joined(hold, this);
    for (const prepared of missed) {
      this.nsp.host.handlers.run(
        () => this.client.send(prepared, NO_MODIFIERS),
        () => aboutSocket("event", this),
      );
    }
    if (isUntold) return;
    const reply = hold === undefined ? { sid: this.id } : { sid: this.id, pid: hold.pid };
    this.client.write(this.client.dialect.connected(this.nsp.name, reply));
  }

  /** The namespace refuses the socket; rooms that a middleware joined are left. @internal */
  refuse(): void {
    this.#state = "ended";
    this.nsp.host.handlers.runAdapter(this.nsp.name, () => this.nsp.adapter.delAll(this.id));
  }

  /** Hands over a packet that others get as well. @internal */
  deliver(prepared: PreparedPacket, options: SendOptions): boolean {
    if (this.trafficHooks !== undefined) this.notifyOutgoingListeners(prepared.packet);
    return this.client.send(prepared, options);
  }

  /** Ends the connection as if it had been lost; the client comes back by itself. @internal */
  lose(): void {
    this.client.close(true);
  }

  /** Sends the client away from the namespace. @internal */
  dismiss(): void {
    if (this.#state !== "connected") return;
    this.client.write({ type: PacketType.DISCONNECT, nsp: this.nsp.name });
    this.end("server namespace disconnect");
  }

  /** Takes a packet from the client. @internal */
  receive(packet: SocketPacket): void {
    if (!this.connected) return;
    this.nsp.host.inbox.receive(this, packet);
    if (this.hold !== undefined) this.nsp.recovery?.touched(this);
  }

  /** Ends the socket without telling the client. @internal */
  end(reason: DisconnectReason, description?: unknown): void {
    if (this.#state !== "connected") return;
    this.#state = "leaving";
    this.#announce("disconnecting", [reason, description]);
    this.#state = "ended";
    this.nsp.remove(this, reason);
    this.client.leave(this.nsp.name, reason);
    this.nsp.host.inbox.end(this);
    this.#announce("disconnect", [reason, description]);
  }

  /** Reports a mistake of the client to the program. @internal */
  reportError(error: Error): void {
    this.#announce("error", [error]);
  }

  /** @throws TypeError when an event cannot be sent, since its name belongs to the library. @internal */
  protected checkEvent(event: string | symbol): void {
    refuseReservedEvent(event);
  }

  #modify(change: BroadcastFlags): this {
    this.#modifiers = { ...this.#modifiers, ...change };
    return this;
  }

  #operator(): BroadcastOperator<Emit, Data> {
    return new BroadcastOperator(this.nsp, {
      rooms: NO_ROOMS,
      except: new Set([this.id]),
      flags: this.takeFlags(),
    });
  }

  /** How an emit travels, which counts for this one alone. @internal */
  protected takeFlags(): BroadcastFlags {
    const modifiers = this.#modifiers ?? NO_MODIFIERS;
    this.#modifiers = undefined;
    return modifiers;
  }

  #tell(callback: RoomsCallback, done: Promise<void> | void): this {
    const told = (error: unknown) =>
      this.nsp.host.handlers.run(
        () => callback(error),
        () => aboutSocket("acknowledgement", this),
      );
    Promise.resolve(done).then(() => told(null), told);
    return this;
  }

  #send(event: string | symbol, given: readonly unknown[]): void {
    const modifiers = this.takeFlags();
    this.checkEvent(event);
    const { args, ack } = takeAck(given);
    const packet = createEvent(this.nsp.name, event, args);
    // Also before the namespace has let the socket in: clients keep such events until they hear of that.
    const mayLeave = this.#state !== "ended";
    if (ack === undefined) {
      // Through the adapter, which knows the log: what is sent to one socket may be missed as well.
      if (this.hold !== undefined && this.#state !== "joining") {
        void this.nsp.adapter.broadcast(packet, { rooms: new Set([this.id]), except: new Set(), flags: modifiers });
      } else if (mayLeave) this.#write(packet, modifiers);
      return;
    }
    const id = this.nsp.nextAckId();
    const hasLeft = mayLeave && this.#write({ ...packet, id }, modifiers);
    // An ack with a time limit hears that its time is up even where the packet never left.
    if (hasLeft || modifiers.timeout !== undefined) this.nsp.host.inbox.expectAck(this, id, ack, modifiers.timeout);
  }

  /** Sends an event that nobody else gets. */
  #write(packet: SocketPacket, options: SendOptions): boolean {
    if (this.trafficHooks !== undefined) this.notifyOutgoingListeners(packet);
    return this.client.write(packet, options);
  }

  /** Calls the listeners of an event that the socket emits itself. */
  #announce(event: string, args: readonly unknown[]): void {
    this.nsp.host.handlers.run(
      () => this.callListeners([event, ...args]),
      () => aboutSocket("event", this, event),
    );
  }
}
