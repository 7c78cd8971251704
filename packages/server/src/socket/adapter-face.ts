// What a namespace is to its adapter, and what it sends through it to the other servers of a cluster.
// Place: connection -> **namespace (the adapter's side)** -> adapter
// Rules: one packet is prepared once for all its receivers; ack ids count per namespace; what other servers send harms
//        nobody, whatever it is.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type {
  Adapter,
  AdapterNamespace,
  AdapterSurroundings,
  BroadcastFlags,
  Delivery,
  SocketId,
} from "@bowline/adapter";
import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AnswerOf,
  type EventNames,
  type EventNamesWithAck,
  type EventParams,
  type EventsMap,
  elementsOf,
  guard,
  PreparedPacket,
  type WithAnswers,
  type WithoutAck,
} from "@bowline/protocol/internal";
import { SocketEmitter } from "./emitter.ts";
import type { HandlerAbout } from "./handler-errors.ts";
import type { NamespaceHost } from "./namespace-host.ts";
import { isNamespaceEvent, refuseNamespaceEvent } from "./reserved-events.ts";
import type { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";
import type { ServerTrace } from "./trace-points.ts";

/** A namespace as its adapter knows it. */
export abstract class AdapterFace<
    Listen extends EventsMap,
    Emit extends EventsMap,
    ServerSide extends EventsMap,
    Data,
    Own extends EventsMap,
  >
  extends SocketEmitter<ServerSide, Own>
  implements AdapterNamespace
{
  readonly name: string;
  /** Keeps the rooms and carries the broadcasts. */
  abstract adapter: Adapter;
  abstract readonly sockets: Map<SocketId, Socket<Listen, Emit, ServerSide, Data>>;
  /** @internal */
  readonly host: NamespaceHost<Listen, Emit, ServerSide, Data>;
  /** The next ack id, under the name by which adapters of upstream's kind count. */
  _ids = 0;
  /** Events that a log keeps, ready to be sent to who has missed them. */
  readonly #logged: WeakMap<readonly unknown[], PreparedPacket> = new WeakMap();

  constructor(name: string, host: NamespaceHost<Listen, Emit, ServerSide, Data>) {
    super();
    this.name = name;
    this.host = host;
  }

  /** The server that it belongs to. */
  get server(): SocketServer<Listen, Emit, ServerSide, Data> {
    return this.host.server;
  }

  /** What the platform has for adapters. */
  get surroundings(): AdapterSurroundings {
    return this.host.surroundings;
  }

  /** @internal */
  get trace(): ServerTrace {
    return this.host.trace;
  }

  /** The id of the next packet that is to be answered; for adapters. */
  nextAckId(): number {
    return this._ids++;
  }

  /**
   * Sends an event to this namespace on the other servers of the cluster, whose listeners of the namespace get it.
   *
   * It wants an adapter that knows the other servers.
   * @param event any name but `connect`, `connection` and `new_namespace`.
   * @param args what listeners get; a function at the end gets an error or null and the answers of the servers.
   * @returns true.
   * @throws TypeError when the name belongs to the library.
   * @example
   * io.on("reload", (what) => console.log(`reloading ${what}`));
   * io.serverSideEmit("reload", "settings");
   */
  serverSideEmit<E extends EventNames<ServerSide>>(
    event: E,
    ...args: EventParams<WithAnswers<ServerSide>, E>
  ): boolean {
    this.#tellOtherServers(event, args);
    return true;
  }

  /**
   * Sends an event to this namespace on the other servers and gathers their answers.
   * @param event any name but `connect`, `connection` and `new_namespace`.
   * @param args what listeners get, without the ack.
   * @returns the first argument of each answer.
   * @throws TypeError (as a rejection) when the name belongs to the library.
   * @throws Error (as a rejection) when not all servers answered in time; those that came are its `responses`.
   */
  serverSideEmitWithAck<E extends EventNamesWithAck<ServerSide>>(
    event: E,
    ...args: WithoutAck<EventParams<ServerSide, E>>
  ): Promise<AnswerOf<EventParams<ServerSide, E>>[]> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, responses: AnswerOf<EventParams<ServerSide, E>>[]): void => {
        if (error === null) resolve(responses);
        else reject(Object.assign(error, { responses }));
      };
      this.#tellOtherServers(event, [...args, settle]);
    });
  }

  /**
   * Calls the listeners of an event that another server has sent: adapters call it by this name. What is no event, and
   * what a namespace emits itself, is of somebody who has access to the broker, and is not heard.
   */
  _onServerSideEmit(told: readonly unknown[]): void {
    const [name, ...args] = Array.isArray(told) ? elementsOf(told) : [];
    if ((typeof name !== "string" && typeof name !== "number") || isNamespaceEvent(name)) return;
    const event = String(name);
    const { handlers } = this.host;
    const about = (): HandlerAbout => ({ handler: "event", namespace: this.name, event });
    handlers.run(() => this.dispatchGuarded(event, args, handlers, about), about);
  }

  /** Prepares a packet for many sockets; for adapters. */
  deliver(packet: SocketPacket, flags: BroadcastFlags, offset?: string): Delivery {
    const prepared = new PreparedPacket(packet, offset);
    return {
      to: (socket: Socket<Listen, Emit, ServerSide, Data>) => void socket.deliver(prepared, flags),
      toLog: () => {
        const data = elementsOf(prepared.withOffset.data);
        this.#logged.set(data, prepared);
        return { data, byteLength: this.host.measure(prepared) };
      },
    };
  }

  /** Notes that a socket will answer a packet; for adapters. */
  expectAck(
    socket: Socket<Listen, Emit, ServerSide, Data>,
    id: number,
    reply: (args: readonly unknown[]) => void,
  ): void {
    socket.expectReply(id, reply);
  }

  /** The answers to a packet are of no use any more; for adapters. */
  forgetReplies(id: number): void {
    for (const socket of this.sockets.values()) socket.forgetReply(id);
  }

  /** Has the adapter begin, once the namespace is complete. */
  protected startAdapter(): void {
    const failed = (error: unknown): void => this.host.platform.reportUncaught(error);
    guard(() => {
      const started = this.adapter.init?.();
      if (started instanceof Promise) started.catch(failed);
    }, failed);
  }

  /** Has another adapter take over with the rooms that there are. @internal */
  replaceAdapter(adapter: Adapter): void {
    const old = this.adapter;
    const memberships = [...old.sids].map(([id, rooms]) => [id, new Set(rooms)] as const);
    this.adapter = adapter;
    this.startAdapter();
    for (const [id, rooms] of memberships) void adapter.addAll(id, rooms);
    void old.close?.();
  }

  /** An event from the log, which is not encoded again for each of those who missed it. */
  protected preparedAgain(data: readonly unknown[]): PreparedPacket {
    const known = this.#logged.get(data);
    if (known !== undefined) return known;
    const prepared = new PreparedPacket({ type: PacketType.EVENT, nsp: this.name, data });
    this.#logged.set(data, prepared);
    return prepared;
  }

  #tellOtherServers(event: string | symbol, args: readonly unknown[]): void {
    refuseNamespaceEvent(event);
    const told = this.adapter.serverSideEmit([event, ...args]);
    if (told instanceof Promise) told.catch((error) => this.host.platform.reportUncaught(error));
  }
}
