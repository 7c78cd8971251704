// One client of the engine: its session, the transport it uses, and the upgrade that may be going on.
// Place: bytes -> carrier -> engine dialect -> session (**connection**) -> socket layer
// Rules: the socket layer talks to this and knows no carrier; at most one upgrade at a time, and one in a life;
//        property names are upstream's, since programs read `socket.conn`.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  type Carrier,
  type CloseReason,
  EngineSession,
  NodeEmitter,
  type Outgoing,
  type SessionEvents,
} from "@bowline/protocol/internal";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { ChangeableHeaders } from "./answer-headers.ts";
import {
  type ConnectionEvents,
  type ConnectionListener,
  type OutgoingPacket,
  packetsOf,
  type SendOptions,
  type SentCallback,
} from "./connection-events.ts";
import type { ConnectionServer, ConnectionSurroundings, FirstRoute, Route } from "./connection-parts.ts";
import type { AnswerHeaders, HttpExchange, RequestHead } from "./http-exchange.ts";
import type { PollingCarrier } from "./polling-carrier.ts";
import { type Query, queryOf } from "./query.ts";
import { keepHead, nativeRequest } from "./request-head.ts";
import { Transport, type TransportState } from "./transport.ts";
import { type StreamCarrier, Upgrading } from "./upgrading.ts";

/** The first pong may be the answer to a ping of the heartbeat that was on its way before. */
const PROBE_PONGS = 2;

/** One client of the engine. */
export class Connection extends NodeEmitter<ConnectionEvents> implements SessionEvents {
  readonly id: string;
  /** What is known of the request, whatever a program does with `request`. */
  readonly head: RequestHead;
  readonly #surroundings: ConnectionSurroundings;
  readonly #session: EngineSession;
  #listener: ConnectionListener | undefined;
  #route: Route;
  /** What programs see of the transport in use; made when they look. */
  #transport: Transport | undefined;
  /** Somebody waits until the client has read what was sent. */
  #probe: { pongs: number; done: () => void } | undefined;
  #query: Query | undefined;
  #receivedUntilMs = 0;

  constructor(id: string, head: RequestHead, route: FirstRoute, surroundings: ConnectionSurroundings) {
    super();
    this.id = id;
    this.head = keepHead(head);
    this.#remember(head);
    this.#surroundings = surroundings;
    // Written out: an object that is spread into another may get a class of its own in V8, which is dearer than itself.
    this.#route =
      route.on === "polling"
        ? { on: "polling", carrier: route.carrier, upgrade: undefined }
        : { on: "stream", carrier: route.carrier, upgraded: false };
    this.#session = new EngineSession(id, this, surroundings.terms);
  }

  /**
   * The platform's request that opened the connection: the very one where a program has seen it before, otherwise one that
   * is made of what is known of it, at the first look. Programs may delete it to save memory.
   */
  get request(): NativeRequest {
    const request = nativeRequest(this.head);
    this.request = request;
    return request;
  }

  set request(request: NativeRequest | null) {
    Object.defineProperty(this, "request", { value: request, configurable: true, enumerable: true, writable: true });
  }

  /** Revision of the Engine.IO protocol, 3 or 4. */
  get protocol(): 3 | 4 {
    return this.dialect.revision;
  }

  get remoteAddress(): string {
    return this.head.remoteAddress;
  }

  /** The engine. */
  get server(): ConnectionServer {
    return this.#surroundings.server;
  }

  get query(): Query {
    this.#query ??= queryOf(this.head).all;
    return this.#query;
  }

  get dialect(): EngineDialect {
    return this.#session.dialect;
  }

  /** The transport in use, or the last one that was. */
  get transport(): Transport {
    this.#transport ??= new Transport(this.#route.carrier, this);
    return this.#transport;
  }

  /** The transport in use as the engine itself works with it. */
  get carrier(): Carrier {
    return this.#route.carrier;
  }

  get upgrading(): boolean {
    return this.#route.on === "polling" && this.#route.upgrade !== undefined;
  }

  get upgraded(): boolean {
    return this.#route.on === "stream" && this.#route.upgraded;
  }

  get readyState(): "opening" | "open" | "closing" | "closed" {
    const { at } = this.#session.state;
    return at === "draining" ? "closing" : at;
  }

  /** Whether the client is on polling, and no poll of it waits for an answer. */
  get betweenPolls(): boolean {
    return this.#route.on === "polling" && !this.#route.carrier.writable;
  }

  /** Whether a packet sent now would leave at once. */
  get writable(): boolean {
    return this.#session.writable;
  }

  /** Whether bytes can be sent as they are. */
  get supportsBinary(): boolean {
    return this.#route.carrier.supportsBinary;
  }

  /** What was sent and not handed to the transport yet, made anew at each look. */
  get writeBuffer(): readonly OutgoingPacket[] {
    return this.#session.queued.flatMap((outgoing) => packetsOf(outgoing, this.dialect));
  }

  /** The layer above, once it listens. @internal */
  get listener(): ConnectionListener | undefined {
    return this.#listener;
  }

  /** Makes the layer above the one that hears of messages and the end. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener;
  }

  /** Starts the session with its open packet as the first thing to leave. */
  open(handshake: Outgoing): void {
    this.#session.send(handshake);
    this.#session.attach(this.#route.carrier);
  }

  /** Hands over what the layer above has encoded. */
  transmit(outgoing: Outgoing): void {
    if (this.hasListeners("packetCreate")) this.#tellCreated(outgoing);
    this.#session.send(outgoing);
  }

  /**
   * Sends a message to a client of the engine alone. Under Socket.IO it would be taken for a packet of Socket.IO.
   * @param data a text or bytes.
   * @param options `compress: false` keeps the transport from compressing it; may be left out.
   * @param sent called once the message was handed to the platform; never where it could not be.
   * @returns the connection.
   */
  send(data: string | Uint8Array, options?: SendOptions | SentCallback | null, sent?: SentCallback): this {
    const frame = this.dialect.frame({ type: "message", data }, !this.supportsBinary);
    const callback = typeof options === "function" ? options : sent;
    const compress = typeof options !== "object" || options?.compress !== false;
    const flushed = (failure?: CloseReason): void => {
      if (failure === undefined) callback?.(this.transport);
    };
    this.transmit({ frames: [frame], compress, ...(callback !== undefined && { flushed }) });
    return this;
  }

  /** As `send`. */
  write(data: string | Uint8Array, options?: SendOptions | SentCallback | null, sent?: SentCallback): this {
    return this.send(data, options, sent);
  }

  /** Ends the connection: once everything has left, or at once if `discard` is true. */
  close(discard = false): void {
    if (discard) this.#session.discard();
    else this.#session.close();
  }

  /**
   * All that was sent before this time of the server's clock, in whole milliseconds, has come to the client; 0 where it has not
   * answered a ping yet. @internal
   */
  get receivedUntilMs(): number {
    return this.#receivedUntilMs;
  }

  /** Calls back when the client has read all that was sent until now; never where the connection ends before. @internal */
  probe(done: () => void): void {
    const underWay = this.#probe;
    if (underWay === undefined) {
      this.#probe = { pongs: PROBE_PONGS, done };
      this.#ping();
      return;
    }
    // Its pongs say nothing of what was sent since it began.
    const { done: earlier } = underWay;
    underWay.done = () => {
      earlier();
      this.probe(done);
    };
  }

  /** Where one of its transports stands. */
  stateOf(carrier: Carrier): TransportState {
    const { readyState } = this;
    if (carrier === this.carrier) return readyState === "opening" ? "open" : readyState;
    return this.#route.on === "polling" && this.#route.upgrade?.candidate === carrier ? "open" : "closed";
  }

  /** Takes a polling request of this session. */
  handlePoll(exchange: HttpExchange): void {
    const route = this.#route;
    if (route.on !== "polling") exchange.respond(400, {});
    else if (exchange.head.method === "GET") route.carrier.park(exchange);
    else if (exchange.head.method === "POST") route.carrier.post(exchange);
    else exchange.respond(500, {});
  }

  /** Answers a poll that waits, so that the client comes again, by another way. @internal */
  releasePoll(): void {
    if (this.#route.on === "polling") this.#route.carrier.release();
  }

  /**
   * Takes a transport that wants to become this session's; closes it where there is no place for it.
   * @param head of the request that it came with, where it did.
   */
  handleUpgrade(candidate: StreamCarrier, head?: RequestHead): void {
    const route = this.#route;
    if (this.#session.state.at !== "open" || route.on !== "polling" || route.upgrade !== undefined) {
      candidate.close("flush");
      return;
    }
    const { carrier } = route;
    const { terms, upgradeTimeoutMs } = this.#surroundings;
    const upgrade = new Upgrading(candidate, terms.clock, upgradeTimeoutMs, {
      release: () => carrier.release(),
      switched: (trial) => {
        if (head !== undefined) this.head.moveTo?.(head);
        this.#switch(carrier, trial);
      },
      dropped: () => {
        this.#route = { on: "polling", carrier, upgrade: undefined };
      },
    });
    this.#route = { on: "polling", carrier, upgrade };
    upgrade.start();
    if (this.hasListeners("upgrading")) {
      upgrade.transport = new Transport(candidate, this);
      this.emit("upgrading", upgrade.transport);
    }
  }

  /** The headers of an answer to a poll or a POST, as programs that listen on the transport have changed them. */
  answerHeaders(headers: AnswerHeaders, head: RequestHead, isFirst: boolean): AnswerHeaders {
    let answer = headers;
    if (this.#transport?.hasListeners("headers") === true) {
      const changeable: ChangeableHeaders = { ...headers };
      this.#transport.emit("headers", changeable, nativeRequest(head));
      answer = changeable;
    }
    // Who was told of the headers has seen the request, and may have left something on it.
    if (isFirst) this.#remember(head);
    return answer;
  }

  packet(packet: Packet): void {
    if (packet.type === "pong" && this.#probe !== undefined) this.#probed(this.#probe);
    const isHeard = this.hasListeners("packet");
    if (!isHeard && this.#transport?.hasListeners("packet") !== true) return;
    const { type, data } = packet;
    const told = data === undefined ? packet : { type, data: this.#native(data) };
    if (isHeard) this.emit("packet", told);
    this.#transport?.emit("packet", told);
  }

  message(data: string | Uint8Array): void {
    this.#listener?.message(data);
    if (this.hasListeners("data")) this.emit("data", this.#native(data));
    if (this.hasListeners("message")) this.emit("message", this.#native(data));
  }

  heartbeat(type: "ping" | "pong", latencyMs?: number): void {
    // The clock has moved on since the latency was taken, so that the time of the ping is known to a millisecond.
    if (latencyMs !== undefined)
      this.#receivedUntilMs = Math.floor(this.#surroundings.terms.clock.now() - latencyMs) - 1;
    const pings = this.dialect.pinger === "server";
    if (type === "ping" && this.hasListeners("packetCreate")) {
      this.emit("packetCreate", { type: pings ? "ping" : "pong", options: { compress: false } });
    }
    // A ping of ours says nothing of the client.
    const proof = pings ? "pong" : "ping";
    if (type === proof && this.hasListeners("heartbeat")) this.emit("heartbeat");
  }

  flushing(batch: readonly Outgoing[]): void {
    const isHeard = this.hasListeners("flush");
    if (!isHeard && !this.server.hasListeners("flush")) return;
    const packets = batch.flatMap((outgoing) => packetsOf(outgoing, this.dialect));
    if (isHeard) this.emit("flush", packets);
    this.server.emit("flush", this, packets);
  }

  drained(): void {
    if (this.hasListeners("drain")) this.emit("drain");
    if (this.server.hasListeners("drain")) this.server.emit("drain", this);
    this.#transport?.emit("drain");
  }

  closed(reason: CloseReason, cause?: unknown): void {
    if (this.#route.on === "polling") this.#route.upgrade?.step({ is: "failed", why: "the session ended" });
    this.#surroundings.ended(this);
    this.#listener?.closed(reason, cause);
    if (this.hasListeners("close")) this.emit("close", reason, cause);
    this.#transport?.emit("close");
  }

  /** A request that a program has seen is the one that it finds again. */
  #remember(head: RequestHead): void {
    if (head.isShown === true && !Object.hasOwn(this, "request")) this.request = nativeRequest(head);
  }

  #switch(from: PollingCarrier, { candidate, transport }: Upgrading): void {
    const left = this.#transport;
    this.#route = { on: "stream", carrier: candidate, upgraded: true };
    this.#transport = transport;
    this.#session.replace(candidate);
    from.close("discard");
    left?.emit("close");
    if (this.hasListeners("upgrade")) this.emit("upgrade", this.transport);
  }

  /** A ping that the heartbeat knows nothing of. */
  #ping(): void {
    this.#session.send({ frames: this.#surroundings.terms.heartbeat.ping, compress: false });
  }

  #probed(probe: { pongs: number; done: () => void }): void {
    probe.pongs -= 1;
    if (probe.pongs > 0) {
      this.#ping();
      return;
    }
    this.#probe = undefined;
    probe.done();
  }

  #native(data: string | Uint8Array): string | Uint8Array {
    return typeof data === "string" ? data : this.#surroundings.toNativeBytes(data);
  }

  #tellCreated(outgoing: Outgoing): void {
    for (const packet of packetsOf(outgoing, this.dialect)) this.emit("packetCreate", packet);
  }
}
