// The adapter of a namespace over the bus of a cluster: rooms are each node's own, and only nodes that have members of a
// room hear what is for it.
// Place: connection / namespace -> **bus adapter** -> cluster -> wire -> bus
// Rules: clients of this node are served whatever the broker does; a node that has gone is waited for no more; what comes in
//        over a topic has been read and checked by the cluster.
// Source: docs/decisions/0028-cluster-over-a-bus.md, "Decision"

import type { EventNames, EventParams } from "@bowline/protocol/internal";
import type { AnyEvents } from "../adapter-events.ts";
import type { AdapterNamespace, BroadcastOptions, BroadcastPacket, Room, SocketId } from "../contract.ts";
import { partsOf } from "./answer-parts.ts";
import { type Census, createCensus } from "./census.ts";
import { ClusterAdapter } from "./cluster-adapter.ts";
import type { ClusterLink, LinkedAdapter } from "./cluster-link.ts";
import { Interest } from "./interest.ts";
import {
  type ClusterMessage,
  type ClusterResponse,
  type MessageBody,
  MessageType,
  type NodeId,
  type Offset,
} from "./message.ts";
import type { Worth } from "./outbox.ts";
import type { WireMessage } from "./wire.ts";

/** What a message is worth once the broker is back. */
function worthOf(message: ClusterMessage): Worth {
  switch (message.type) {
    case MessageType.BROADCAST:
      return message.data.opts.flags.volatile === true ? "now" : "later";
    case MessageType.INITIAL_HEARTBEAT:
    case MessageType.HEARTBEAT:
    case MessageType.ADAPTER_CLOSE:
      return "life";
    default:
      return "later";
  }
}

/** The adapter of one namespace of a node. */
export class BusAdapter extends ClusterAdapter implements LinkedAdapter {
  protected readonly link: ClusterLink;
  readonly #interest: Interest;
  readonly #census: Census;

  /** Made by `cluster.adapter`. */
  constructor(nsp: AdapterNamespace, link: ClusterLink) {
    super(nsp, link.begin(nsp.surroundings));
    this.link = link;
    const { clock } = nsp.surroundings;
    this.#interest = new Interest({
      topics: link.topics,
      clock,
      topicOf: (room) => link.wire.roomTopic(nsp.name, room),
      receive: (topic, bytes) => this.link.received(this, topic, bytes),
    });
    this.#census = createCensus(nsp.name, link, {
      clock,
      say: (type) => void this.publish({ type }),
      gone: (node) => this.serverGone(node),
    });
  }

  /** @returns settles once the broker knows that this node has the namespace, or is away. */
  override init(): Promise<void> | void {
    const joined = this.link.attach(this);
    this.#census.begin();
    return joined;
  }

  override close(): Promise<void> | void {
    this.#census.close();
    this.#interest.close();
    this.link.detach(this);
    return super.close();
  }

  /** Rooms of this node come and go: so it hears of them, and stops to. */
  override emit<E extends EventNames<AnyEvents>>(event: E, ...args: EventParams<AnyEvents, E>): boolean {
    if (event === "create-room") this.#interest.opened(String(args[0]));
    else if (event === "delete-room") this.#interest.closed(String(args[0]));
    return super.emit(event, ...args);
  }

  /** @returns settles once other nodes are heard as well; nothing where that is so already. */
  override addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> | void {
    void super.addAll(id, rooms);
    return this.#interest.heard(rooms);
  }

  override async serverCount(): Promise<number> {
    const others = await this.#census.respondents();
    return 1 + (typeof others === "number" ? others : others.size);
  }

  /** A node of the cluster has gone. */
  nodeGone(node: NodeId): void {
    this.serverGone(node);
  }

  /** What is on its way is the cluster's. */
  flushed(): Promise<void> | undefined {
    return undefined;
  }

  /** A message for another namespace than this is left alone, as is what this node has said itself. */
  take(message: ClusterMessage | ClusterResponse): void {
    this.takeMessage(message);
  }

  protected override get requestTimeoutMs(): number {
    return this.link.requestTimeoutMs;
  }

  protected override respondents(): Promise<ReadonlySet<NodeId> | number> {
    return this.#census.respondents();
  }

  protected override received(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    if (this.#census.heard(message)) super.received(message, offset);
  }

  protected override serverName(uid: NodeId): string {
    return this.link.nameOf(uid) ?? uid;
  }

  protected override knownServers(): ReadonlySet<NodeId> {
    return this.#census.known();
  }

  protected override publish(message: MessageBody): Promise<void> {
    this.#census.said();
    return super.publish(message);
  }

  /** Without a log that all nodes share an event has no place in one. */
  protected override isLogged(_packet: BroadcastPacket, _options: BroadcastOptions): boolean {
    return false;
  }

  /** Whether the broker takes it is told by the cluster, for all namespaces at once. */
  protected async doPublish(message: ClusterMessage): Promise<Offset> {
    const worth = worthOf(message);
    for (const { topic, bytes } of this.link.wire.encode(message)) this.link.outbox.post(topic, bytes, worth);
    return "";
  }

  protected async doPublishResponse(requester: NodeId, response: ClusterResponse): Promise<void> {
    for (const { topic, bytes } of this.#written(requester, response)) this.link.outbox.post(topic, bytes);
  }

  /** In parts where it is too large, and whoever asks knows of parts: nodes with a wire of others do not. */
  #written(requester: NodeId, response: ClusterResponse): readonly WireMessage[] {
    const { wire, bus } = this.link;
    const written = wire.encodeResponse(requester, response);
    const fits = written.every(({ bytes }) => bytes.byteLength <= bus.maxMessageBytes);
    if (fits || wire.census !== "leases") return written;
    return partsOf(response, bus.maxMessageBytes).flatMap((part) => wire.encodeResponse(requester, part));
  }
}
