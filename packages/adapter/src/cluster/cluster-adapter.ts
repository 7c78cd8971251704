// The base of adapters for several servers: rooms are each server's own, what is sent to them reaches all servers.
// Place: connection / namespace -> **cluster adapter** -> sockets of this process, and a broker -> those of the others
// Rules: requests never hang; what another server or the broker does wrong costs a warning and no more; where lost sessions
//        are kept, events are delivered in the order of the broker's log, elsewhere at once.
// Source: docs/protocol/socket-5.md, "Recovery"

import { EVENT } from "@bowline/protocol/internal";
import { Adapter, type ServerSideAck, takeServerSideAck } from "../adapter.ts";
import type {
  AdapterNamespace,
  BroadcastOptions,
  BroadcastPacket,
  Room,
  SocketDetails,
  SocketId,
} from "../contract.ts";
import {
  type ClusterMessage,
  type ClusterResponse,
  type MessageBody,
  MessageType,
  type NodeId,
  type Offset,
  type ResponseBody,
  readOptions,
  writeOptions,
} from "./message.ts";
import { faultOf, socketsIn } from "./message-check.ts";
import { ServerRequest, type Settle } from "./server-request.ts";

/** How long other servers may take to answer, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5_000;

/** A broadcast that clients of other servers answer. */
export interface AckRequest {
  receivers(count: number): void;
  reply(answer: unknown): void;
  /** Stops waiting. */
  stop(): void;
  /** The servers that have told how many clients they ask. */
  readonly counted: Set<NodeId>;
}

/** Random hexadecimal digits, 64 bits. */
function createNodeId({ surroundings: { random } }: AdapterNamespace): string {
  return Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function detailsOf({ id, handshake, rooms, data }: SocketDetails): SocketDetails {
  return { id, handshake, rooms: [...rooms], data };
}

/**
 * Connects the servers of a cluster.
 *
 * A subclass publishes messages (`doPublish`, `doPublishResponse`), and hands in those of others (`onMessage`,
 * `onResponse`); it tells how many servers there are (`serverCount`), or extends `ClusterAdapterWithHeartbeat`, which
 * finds that out. All servers that share messages understand each other, upstream's among them.
 */
export abstract class ClusterAdapter extends Adapter {
  /** The name of this server among the others. */
  readonly uid: NodeId;
  /** Questions to the other servers that are open. */
  readonly requests: Map<string, ServerRequest> = new Map();
  /** Broadcasts whose answers other servers hand in. */
  readonly ackRequests: Map<string, AckRequest> = new Map();
  #isPublishing = true;
  #isUnderstanding = true;

  constructor(nsp: AdapterNamespace) {
    super(nsp);
    this.uid = createNodeId(nsp);
  }

  /**
   * Sends a message to all other servers.
   * @returns where the message stands in the broker's log; any text where it keeps none.
   */
  protected abstract doPublish(message: ClusterMessage): Promise<Offset>;

  /** Sends an answer to one other server. */
  protected abstract doPublishResponse(requesterUid: NodeId, response: ClusterResponse): Promise<void>;

  /**
   * Takes a message of a server; those of this one are left alone.
   * @param message or an answer, where the broker brings all of them to everybody; whoever has not asked leaves it alone.
   * @param offset where it stands in the broker's log.
   */
  onMessage(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    if (!this.#isSensible(message) || message.uid === this.uid) return;
    // A broker that mixes namespaces up, or is lied to, must not bring what is said in one to the clients of another.
    if ((message.nsp ?? this.nsp.name) !== this.nsp.name) return;
    try {
      this.received(message, offset);
      this.#isUnderstanding = true;
    } catch (error) {
      this.#notUnderstood(error);
    }
  }

  /** Takes an answer of another server. */
  onResponse(response: ClusterResponse): void {
    if (!this.#isSensible(response)) return;
    const { data, uid } = response;
    switch (response.type) {
      case MessageType.FETCH_SOCKETS_RESPONSE:
        this.requests.get(data.requestId)?.answer(uid, response.data.sockets);
        return;
      case MessageType.SERVER_SIDE_EMIT_RESPONSE:
        this.requests.get(data.requestId)?.answer(uid, response.data.packet);
        return;
      case MessageType.BROADCAST_CLIENT_COUNT:
        this.#countReceivers(uid, response.data);
        return;
      case MessageType.BROADCAST_ACK:
        this.ackRequests.get(data.requestId)?.reply(response.data.packet);
        return;
      default:
        // Kinds of later versions are none of our business.
        response satisfies never;
    }
  }

  override broadcast(packet: BroadcastPacket, options: BroadcastOptions): Promise<void> | void {
    if (options.flags?.local === true) return super.broadcast(packet, options);
    const message: MessageBody = { type: MessageType.BROADCAST, data: { packet, opts: writeOptions(options) } };
    if (!this.#isLogged(packet, options)) {
      void super.broadcast(packet, options);
      void this.publish(message);
      return undefined;
    }
    const handOut = (offset: Offset | undefined): void => {
      this.handOut(this.prepare(packet, options.flags, offset), options);
    };
    return this.publishAndReturnOffset(message)
      .then(handOut, (error) => {
        this.#notPublished(error);
        handOut(undefined);
      })
      .catch((error) => this.nsp.surroundings.reportUncaught(error));
  }

  override broadcastWithAck(
    packet: BroadcastPacket,
    options: BroadcastOptions,
    receivers: (count: number) => void,
    reply: (...args: unknown[]) => void,
  ): void {
    if (options.flags?.local === true) {
      super.broadcastWithAck(packet, options, receivers, reply);
      return;
    }
    const requestId = createNodeId(this.nsp);
    super.broadcastWithAck(packet, options, receivers, reply);
    const forget = (): void => void this.ackRequests.delete(requestId);
    const stop = this.nsp.surroundings.clock.coarse(options.flags?.timeout ?? DEFAULT_TIMEOUT_MS, forget);
    this.ackRequests.set(requestId, { receivers, reply, stop, counted: new Set() });
    void this.publish({
      type: MessageType.BROADCAST,
      data: { packet, requestId, opts: writeOptions(options) },
    });
  }

  override addSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    super.addSockets(options, rooms);
    this.#tellOthers(options, (opts) => ({ type: MessageType.SOCKETS_JOIN, data: { opts, rooms } }));
  }

  override delSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    super.delSockets(options, rooms);
    this.#tellOthers(options, (opts) => ({ type: MessageType.SOCKETS_LEAVE, data: { opts, rooms } }));
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    super.disconnectSockets(options, close);
    this.#tellOthers(options, (opts) => ({ type: MessageType.DISCONNECT_SOCKETS, data: { opts, close } }));
  }

  /** The ids of the members of any of these rooms, on all servers. */
  override async sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>> {
    const found = await this.fetchSockets({ rooms });
    return new Set(found.map(({ id }) => id));
  }

  /**
   * The sockets addressed: those of this process themselves, and details of the others.
   * @throws Error (as a rejection) when a server does not answer in time.
   */
  override async fetchSockets(options: BroadcastOptions): Promise<SocketDetails[]> {
    const own = await super.fetchSockets(options);
    if (options.flags?.local === true) return own;
    return new Promise((resolve, reject) => {
      const settle: Settle = (error, answers) =>
        error === null ? resolve([...own, ...answers.flatMap(socketsIn)]) : reject(error);
      const ask = (requestId: string): MessageBody => ({
        type: MessageType.FETCH_SOCKETS,
        data: { opts: writeOptions(options), requestId },
      });
      this.#ask(ask, options.flags?.timeout, settle).catch(reject);
    });
  }

  override serverSideEmit(given: readonly unknown[]): Promise<void> {
    const { args: packet, ack } = takeServerSideAck(given);
    if (ack === undefined) return this.publish({ type: MessageType.SERVER_SIDE_EMIT, data: { packet } });
    return this.#ask(
      (requestId) => ({ type: MessageType.SERVER_SIDE_EMIT, data: { packet, requestId } }),
      undefined,
      ack,
    );
  }

  override close(): Promise<void> | void {
    for (const request of [...this.requests.values()]) request.close();
    for (const { stop } of this.ackRequests.values()) stop();
    this.ackRequests.clear();
    return super.close();
  }

  /** Who will answer a question, or how many. */
  protected async respondents(): Promise<ReadonlySet<NodeId> | number> {
    return (await this.serverCount()) - 1;
  }

  /** Sends a message to all other servers; what fails is told in a warning. */
  protected async publish(message: MessageBody): Promise<void> {
    try {
      await this.publishAndReturnOffset(message);
    } catch (error) {
      this.#notPublished(error);
    }
  }

  /** Sends a message to all other servers. @returns where it stands in the broker's log. */
  protected async publishAndReturnOffset(message: MessageBody): Promise<Offset> {
    const offset = await this.doPublish({ ...message, uid: this.uid, nsp: this.nsp.name });
    this.#isPublishing = true;
    return offset;
  }

  /** Sends an answer to one other server; what fails is told in a warning. */
  protected publishResponse(requesterUid: NodeId, response: ResponseBody): void {
    const whole: ClusterResponse = { ...response, uid: this.uid, nsp: this.nsp.name };
    const publish = async () => this.doPublishResponse(requesterUid, whole);
    publish().catch((error) => this.#notPublished(error));
  }

  /** Does what another server says. */
  protected received(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    switch (message.type) {
      case MessageType.BROADCAST:
        this.#receivedBroadcast(message, offset);
        return;
      case MessageType.SOCKETS_JOIN:
        super.addSockets(readOptions(message.data.opts), message.data.rooms);
        return;
      case MessageType.SOCKETS_LEAVE:
        super.delSockets(readOptions(message.data.opts), message.data.rooms);
        return;
      case MessageType.DISCONNECT_SOCKETS:
        super.disconnectSockets(readOptions(message.data.opts), message.data.close ?? false);
        return;
      case MessageType.FETCH_SOCKETS:
        this.#receivedFetch(message).catch((error) => this.#notUnderstood(error));
        return;
      case MessageType.SERVER_SIDE_EMIT:
        this.#receivedEmit(message);
        return;
      case MessageType.INITIAL_HEARTBEAT:
      case MessageType.HEARTBEAT:
      case MessageType.ADAPTER_CLOSE:
        return;
      case MessageType.FETCH_SOCKETS_RESPONSE:
      case MessageType.SERVER_SIDE_EMIT_RESPONSE:
      case MessageType.BROADCAST_CLIENT_COUNT:
      case MessageType.BROADCAST_ACK:
        this.onResponse(message);
        return;
      default:
        // Kinds of later versions are none of our business.
        message satisfies never;
    }
  }

  #receivedBroadcast(message: Extract<ClusterMessage, { type: typeof MessageType.BROADCAST }>, offset?: Offset): void {
    const { packet, opts, requestId } = message.data;
    const options = readOptions(opts);
    if (requestId === undefined) {
      this.handOut(this.prepare(packet, options.flags, this.#isLogged(packet, options) ? offset : undefined), options);
      return;
    }
    super.broadcastWithAck(
      packet,
      options,
      (clientCount) =>
        this.publishResponse(message.uid, {
          type: MessageType.BROADCAST_CLIENT_COUNT,
          data: { requestId, clientCount },
        }),
      (answer) =>
        this.publishResponse(message.uid, { type: MessageType.BROADCAST_ACK, data: { requestId, packet: answer } }),
    );
  }

  async #receivedFetch({
    uid,
    data: { opts, requestId },
  }: Extract<ClusterMessage, { type: typeof MessageType.FETCH_SOCKETS }>): Promise<void> {
    const found = await super.fetchSockets(readOptions(opts));
    this.publishResponse(uid, {
      type: MessageType.FETCH_SOCKETS_RESPONSE,
      data: { requestId, sockets: found.map(detailsOf) },
    });
  }

  #receivedEmit({
    uid,
    data: { packet, requestId },
  }: Extract<ClusterMessage, { type: typeof MessageType.SERVER_SIDE_EMIT }>): void {
    if (requestId === undefined) {
      this.nsp._onServerSideEmit(packet);
      return;
    }
    let hasAnswered = false;
    const answer = (value: unknown): void => {
      if (hasAnswered) return;
      hasAnswered = true;
      this.publishResponse(uid, {
        type: MessageType.SERVER_SIDE_EMIT_RESPONSE,
        data: { requestId, packet: value },
      });
    };
    this.nsp._onServerSideEmit([...packet, answer]);
  }

  /** Asks the other servers; settled at once where there are none. */
  async #ask(
    createMessage: (requestId: string) => MessageBody,
    timeoutMs: number | undefined,
    settle: ServerSideAck,
  ): Promise<void> {
    const respondents = await this.respondents();
    const count = typeof respondents === "number" ? respondents : respondents.size;
    if (count <= 0) {
      settle(null, []);
      return;
    }
    const requestId = createNodeId(this.nsp);
    const { clock } = this.nsp.surroundings;
    const request = new ServerRequest(respondents, timeoutMs ?? DEFAULT_TIMEOUT_MS, clock, (error, answers) => {
      this.requests.delete(requestId);
      settle(error, answers);
    });
    this.requests.set(requestId, request);
    await this.publish(createMessage(requestId));
  }

  #tellOthers(options: BroadcastOptions, createMessage: (opts: ReturnType<typeof writeOptions>) => MessageBody): void {
    if (options.flags?.local !== true) void this.publish(createMessage(writeOptions(options)));
  }

  /** Whether the event has a place in the broker's log that clients may ask for. */
  #isLogged({ type, id }: BroadcastPacket, { flags }: BroadcastOptions): boolean {
    const { sessions } = this.nsp.surroundings;
    return sessions !== undefined && type === EVENT && id === undefined && flags?.volatile !== true;
  }

  /** Told once, until a message gets through again: a broker that is away fails every message. */
  #notPublished(error: unknown): void {
    if (this.#isPublishing) this.#warn("Cannot reach the other servers", error);
    this.#isPublishing = false;
  }

  /** Whether a message can be taken; nobody vouches for what a broker brings. */
  #isSensible(message: unknown): boolean {
    const fault = faultOf(message);
    if (fault !== undefined) this.#notUnderstood(fault);
    return fault === undefined;
  }

  /** Told once, until a message can be taken again: somebody may well send nothing else. */
  #notUnderstood(error: unknown): void {
    if (this.#isUnderstanding) this.#warn("Cannot take a message of another server", error);
    this.#isUnderstanding = false;
  }

  /** A server says once how many clients it asks. */
  #countReceivers(uid: NodeId, { requestId, clientCount }: { requestId: string; clientCount: number }): void {
    const request = this.ackRequests.get(requestId);
    if (request === undefined || request.counted.has(uid)) return;
    request.counted.add(uid);
    request.receivers(clientCount);
  }

  #warn(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.nsp.surroundings.warn("BOWLINE_CLUSTER", `${what} of "${this.nsp.name}": ${reason}`);
  }
}
