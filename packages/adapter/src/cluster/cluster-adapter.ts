// The base of adapters for several servers: rooms are each server's own, what is sent to them reaches all servers.
// Place: connection / namespace -> **cluster adapter** -> sockets of this process, and a broker -> those of the others
// Rules: requests never hang; what another server or the broker does wrong costs a warning and no more; where lost sessions
//        are kept, events are delivered in the order of the broker's log, elsewhere at once. It has more than 300 lines since
//        it is what others extend: every method of the contract is answered here.
// Source: docs/protocol/socket-5.md, "Recovery"

import { EVENT } from "@bowline/protocol/internal";
import { Adapter, takeServerSideAck } from "../adapter.ts";
import type {
  AdapterNamespace,
  BroadcastOptions,
  BroadcastPacket,
  Room,
  SocketDetails,
  SocketId,
} from "../contract.ts";
import { ClusterTrouble } from "./cluster-trouble.ts";
import {
  type ClusterMessage,
  type ClusterResponse,
  createRandomId,
  type MessageBody,
  type MessageOf,
  MessageType,
  type NodeId,
  type Offset,
  type ResponseBody,
  readOptions,
  withSender,
  writeOptions,
  writeSocket,
} from "./message.ts";
import { countIn, faultOf, socketsIn, timeoutIn } from "./message-check.ts";
import { ServerQuestions } from "./server-questions.ts";
import type { AckRequest, ServerRequest } from "./server-request.ts";

/** How long other servers may take to answer, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5_000;

const NOBODY: ReadonlySet<NodeId> = new Set();

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
  readonly requests: ReadonlyMap<string, ServerRequest>;
  /** Broadcasts whose answers other servers hand in. */
  readonly ackRequests: ReadonlyMap<string, AckRequest>;
  readonly #questions: ServerQuestions;
  readonly #trouble: ClusterTrouble;

  /** @param uid the name of this server; a random one where none is given. */
  constructor(nsp: AdapterNamespace, uid: NodeId = createRandomId(nsp.surroundings.random)) {
    super(nsp);
    this.uid = uid;
    this.#trouble = new ClusterTrouble(nsp);
    this.#questions = new ServerQuestions({
      clock: nsp.surroundings.clock,
      random: nsp.surroundings.random,
      timeoutMs: () => this.requestTimeoutMs,
      respondents: () => this.respondents(),
      known: () => this.knownServers(),
      publish: (message) => this.publish(message),
      nameOf: (node) => this.serverName(node),
    });
    this.requests = this.#questions.requests;
    this.ackRequests = this.#questions.ackRequests;
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
    if (this.#isSensible(message)) this.takeMessage(message, offset);
  }

  /** Takes a message that has been looked at. */
  protected takeMessage(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    if (message.uid === this.uid) return;
    // A broker that mixes namespaces up, or is lied to, must not bring what is said in one to the clients of another.
    if ((message.nsp ?? this.nsp.name) !== this.nsp.name) return;
    try {
      this.received(message, offset);
      this.#trouble.understood();
    } catch (error) {
      this.#trouble.notUnderstood(error);
    }
  }

  /** Takes an answer of another server. */
  onResponse(response: ClusterResponse): void {
    if (this.#isSensible(response)) this.#questions.take(response);
  }

  override broadcast(packet: BroadcastPacket, options: BroadcastOptions): Promise<void> | void {
    if (options.flags?.local === true) return super.broadcast(packet, options);
    const message: MessageBody = { type: MessageType.BROADCAST, data: { packet, opts: writeOptions(options) } };
    if (!this.isLogged(packet, options)) {
      // The way to the others is longer.
      void this.publish(message);
      void super.broadcast(packet, options);
      return undefined;
    }
    const handOut = (offset: Offset | undefined): void => {
      this.handOut(this.prepare(packet, options.flags, offset), options);
    };
    return this.publishAndReturnOffset(message)
      .then(handOut, (error) => {
        this.#trouble.notPublished(error);
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
    super.broadcastWithAck(packet, options, receivers, reply);
    const requestId = this.#questions.expectAcks(receivers, reply, options.flags?.timeout);
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
    return new Set((await this.fetchSockets({ rooms })).map(({ id }) => id));
  }

  /**
   * The sockets addressed: those of this process themselves, and details of the others.
   * @throws IncompleteAnswersError (as a rejection) when a server does not answer in time; it has what was found.
   */
  override async fetchSockets(options: BroadcastOptions): Promise<SocketDetails[]> {
    const own = await super.fetchSockets(options);
    if (options.flags?.local === true) return own;
    return this.#questions.find(options, {}, (answers) => [...own, ...answers.flatMap(socketsIn)]);
  }

  /**
   * How many sockets are addressed, on all servers; nothing else is told of them.
   * @throws IncompleteAnswersError (as a rejection) when a server does not answer in time.
   */
  async countSockets(options: BroadcastOptions): Promise<number> {
    const own = (await super.fetchSockets(options)).length;
    if (options.flags?.local === true) return own;
    const counts = await this.#questions.find(options, { isCount: true }, (answers) => [own, ...answers.map(countIn)]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  override serverSideEmit(given: readonly unknown[]): Promise<void> {
    const { args: packet, ack } = takeServerSideAck(given);
    if (ack === undefined) return this.publish({ type: MessageType.SERVER_SIDE_EMIT, data: { packet } });
    return this.#questions.ask(
      (requestId) => ({ type: MessageType.SERVER_SIDE_EMIT, data: { packet, requestId } }),
      ack,
    );
  }

  override close(): Promise<void> | void {
    this.#questions.close();
    return super.close();
  }

  /** How long other servers may take to answer where the program does not say it, in milliseconds. */
  protected get requestTimeoutMs(): number {
    return DEFAULT_TIMEOUT_MS;
  }

  /** Who will answer a question, or how many. */
  protected async respondents(): Promise<ReadonlySet<NodeId> | number> {
    return (await this.serverCount()) - 1;
  }

  /** A server has gone: nobody waits for its answers any more. */
  protected serverGone(node: NodeId): void {
    this.#questions.gone(node);
  }

  /** By what name programs know a server. */
  protected serverName(uid: NodeId): string {
    return uid;
  }

  /** The other servers that are known now. */
  protected knownServers(): ReadonlySet<NodeId> {
    return NOBODY;
  }

  /** Sends a message to all other servers; what fails is told in a warning. */
  protected publish(message: MessageBody): Promise<void> {
    return this.publishAndReturnOffset(message).then(
      () => undefined,
      (error) => this.#trouble.notPublished(error),
    );
  }

  /** As `publish`, but told whoever calls. @returns where it stands in the broker's log. */
  protected async publishAndReturnOffset(message: MessageBody): Promise<Offset> {
    const offset = await this.doPublish(withSender(message, this.uid, this.nsp.name));
    this.#trouble.published();
    return offset;
  }

  /** Sends an answer to one other server; what fails is told in a warning. */
  protected publishResponse(requesterUid: NodeId, response: ResponseBody): void {
    const publish = async () => this.doPublishResponse(requesterUid, withSender(response, this.uid, this.nsp.name));
    publish().catch((error) => this.#trouble.notPublished(error));
  }

  /** Does what another server says. */
  protected received(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    switch (message.type) {
      case MessageType.BROADCAST:
        this.#receivedBroadcast(message, offset);
        return;
      case MessageType.SOCKETS_JOIN:
        super.addSockets(readOptions(message.data.opts), message.data.rooms.map(String));
        return;
      case MessageType.SOCKETS_LEAVE:
        super.delSockets(readOptions(message.data.opts), message.data.rooms.map(String));
        return;
      case MessageType.DISCONNECT_SOCKETS:
        super.disconnectSockets(readOptions(message.data.opts), message.data.close === true);
        return;
      case MessageType.FETCH_SOCKETS:
        this.#receivedFetch(message).catch((error) => this.#trouble.notUnderstood(error));
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
        this.#questions.take(message);
        return;
      default:
        // Kinds of later versions are none of our business.
        message satisfies never;
    }
  }

  #receivedBroadcast(message: MessageOf<typeof MessageType.BROADCAST>, offset?: Offset): void {
    const { opts, requestId } = message.data;
    const options = readOptions(opts);
    // Nothing else of it is believed: an id would have clients answer a question of this server that they were never asked.
    const { type, data } = message.data.packet;
    const packet: BroadcastPacket = { type, data };
    if (requestId === undefined) {
      this.handOut(this.prepare(packet, options.flags, this.isLogged(packet, options) ? offset : undefined), options);
      return;
    }
    // Without a time of its own a question is as long of interest as it is to whoever asks.
    const timeout = timeoutIn(options.flags) ?? this.requestTimeoutMs;
    super.broadcastWithAck(
      packet,
      { ...options, flags: { ...options.flags, timeout } },
      (clientCount) =>
        this.publishResponse(message.uid, {
          type: MessageType.BROADCAST_CLIENT_COUNT,
          data: { requestId, clientCount },
        }),
      (answer) =>
        this.publishResponse(message.uid, { type: MessageType.BROADCAST_ACK, data: { requestId, packet: answer } }),
    );
  }

  async #receivedFetch({ uid, data }: MessageOf<typeof MessageType.FETCH_SOCKETS>): Promise<void> {
    const { opts, requestId, isCount } = data;
    const found = await super.fetchSockets(readOptions(opts));
    const told = isCount === true ? { sockets: [], count: found.length } : { sockets: found.map(writeSocket) };
    this.publishResponse(uid, { type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId, ...told } });
  }

  #receivedEmit({ uid, data: { packet, requestId } }: MessageOf<typeof MessageType.SERVER_SIDE_EMIT>): void {
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

  #tellOthers(options: BroadcastOptions, createMessage: (opts: ReturnType<typeof writeOptions>) => MessageBody): void {
    if (options.flags?.local !== true) void this.publish(createMessage(writeOptions(options)));
  }

  /** Whether the event has a place in the broker's log that clients may ask for. */
  protected isLogged({ type, id }: BroadcastPacket, { flags }: BroadcastOptions): boolean {
    const { sessions } = this.nsp.surroundings;
    return sessions !== undefined && type === EVENT && id === undefined && flags?.volatile !== true;
  }

  /** Whether a message can be taken; nobody vouches for what a broker brings. */
  #isSensible(message: unknown): boolean {
    const fault = faultOf(message);
    if (fault !== undefined) this.#trouble.notUnderstood(fault);
    return fault === undefined;
  }
}
