// The sockets that one client has over one engine connection: joins namespaces, hands packets to their sockets.
// Place: session -> socket codec -> **connection** -> namespace -> socket
// Rules: a client speaks to namespaces it has joined and to no others; who breaks a rule of the protocol is disconnected
//        (or not heard, where the profile is that patient), and nobody else notices; nothing is joined after the
//        connection has gone.
// Source: docs/protocol/socket-5.md and docs/protocol/socket-4.md, "Connecting" and "Disconnecting"

import {
  type ConnectRequest,
  PacketType,
  type Refusal,
  type SocketDialect,
  type SocketFrame,
  type SocketPacket,
} from "@bowline/protocol";
import { type Cancel, createRecord, frameOnce, type PreparedPacket, type Variant } from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import type { ConnectionListener } from "../engine/connection-events.ts";
import type { RefusalCode } from "../refusal-code.ts";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { ClientLimits } from "./client-limits.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { NO_NAMESPACE } from "./dynamic-namespaces.ts";
import { hasEmptied } from "./emptying.ts";
import type { EngineLink } from "./engine-link.ts";
import { isPacket, nameViolation, sizeViolation } from "./packet-check.ts";
import type { PacketReader } from "./packet-reader.ts";
import type { SocketPlatform } from "./runtime.ts";
import { Seats } from "./seats.ts";
import { textOf } from "./thrown.ts";
import type { ServerTrace } from "./trace-points.ts";
import type { Wire } from "./wires.ts";

/** A socket as its connection knows it. */
export interface JoinedSocket {
  readonly id: string;
  readonly nsp: { readonly name: string };
  /** Acknowledgements that the client owes us, and those that the program owes the client. */
  readonly unfinished: number;
  /** Takes an event or an ack from the client. */
  receive(packet: SocketPacket): void;
  /** Sends the client away from the namespace. */
  dismiss(): void;
  /** Ends the socket without telling the client. */
  end(reason: DisconnectReason, description?: unknown): void;
  /** Reports a mistake of the client to the program. */
  reportError(error: Error): void;
}

/** A client that knocks at a namespace. */
export interface JoinRequest extends ConnectRequest {
  /** As of the packet; a copy once a program may have changed it. */
  auth: ConnectRequest["auth"];
  readonly client: ClientConnection;
  /** Whether the client takes it for granted that it is let in, unless middlewares have to decide that. */
  readonly isUntold: boolean;
}

/** What the server hands to each of its connections. */
export interface ConnectionHost {
  readonly platform: SocketPlatform;
  /** The server, as programs know it. */
  readonly server: unknown;
  /** Milliseconds in which a client has to join a namespace. */
  readonly connectTimeoutMs: number;
  /** So many namespaces a client may be in, or ask for, at the same time. */
  readonly maxNamespaces: number;
  readonly limits: ClientLimits;
  readonly trace: ServerTrace;
  /** Gives a map the form that programs of this generation read. */
  showMap<Value>(map: Map<string, Value>): Map<string, Value>;
  /** The packet that was encoded into these very frames, where the server's encoder did it. */
  packetOf(frames: readonly SocketFrame[]): PreparedPacket | undefined;
  /** Has the namespace judge the client; answers with `client.join` or `client.refuse`. */
  admit(request: JoinRequest): void;
}

/** How one packet is to be sent. */
export interface SendOptions {
  readonly volatile?: boolean;
  readonly compress?: boolean;
}

const MAIN_NAMESPACE = "/";
const PLAIN: SendOptions = {};

/** So many namespaces may wait behind the main one while that is being judged. */
const MAX_WAITING_NAMESPACES = 100;

/** Whether the main namespace stands between the client and the others, as it does where it is joined unasked. */
type MainNamespace =
  | { readonly is: "no gate" }
  | { readonly is: "judging"; readonly waiting: ConnectRequest[] }
  | { readonly is: "closed"; readonly refusal: Refusal; readonly code: RefusalCode };

const NO_GATE: MainNamespace = { is: "no gate" };

/** One client with all its sockets. */
export class ClientConnection implements ConnectionListener {
  /** The connection below, as programs know it. */
  readonly conn: Connection;
  readonly #link: EngineLink;
  readonly #host: ConnectionHost;
  readonly #wire: Wire;
  readonly #seats: Seats<JoinedSocket> = new Seats();
  /** What reads its packets, where that serves no other: as long as attachments are due, or always with a foreign parser. */
  #reader: PacketReader | undefined;
  #connectTimer: Cancel | undefined;
  #main = NO_GATE;

  /** @param link the connection below, as the socket layer uses it. */
  constructor(conn: Connection, link: EngineLink, wire: Wire, host: ConnectionHost) {
    this.conn = conn;
    this.#link = link;
    this.#host = host;
    this.#wire = wire;
    this.#reader = wire.isForeign ? wire.reader((packet) => this.#received(packet)) : undefined;
    link.listen(this);
  }

  get dialect(): SocketDialect {
    return this.#wire.dialect;
  }

  /** Begins: joins the main namespace where the client expects that, else waits for it to ask. */
  open(): void {
    this.#host.trace.opened(this.#link);
    if (this.dialect.joinsMainNamespaceByItself) {
      this.#main = { is: "judging", waiting: [] };
      this.#knock({ namespace: MAIN_NAMESPACE, auth: createRecord(), query: {} }, false);
    } else {
      const { limits, platform, connectTimeoutMs } = this.#host;
      limits.pending++;
      this.#connectTimer = platform.clock.coarse(connectTimeoutMs, () => this.giveUp("BOWLINE_CONNECT_LATE"));
    }
  }

  /** Whether a packet sent now would leave at once. */
  get writable(): boolean {
    return this.#link.writable;
  }

  /** Whether the connection has ended, or is about to. */
  get gone(): boolean {
    return this.#link.readyState !== "open";
  }

  /**
   * Sends a packet.
   * @returns whether it was taken; a volatile one may be dropped.
   * @throws whatever the encoder throws, for data that cannot be written.
   */
  send(prepared: PreparedPacket, options: SendOptions): boolean {
    if (options.volatile === true && !this.writable) return false;
    this.#link.transmit(prepared.message(this.#variant, options.compress ?? true));
    return true;
  }

  /** Sends a packet that nobody else gets; as `send`. */
  write(packet: SocketPacket, options: SendOptions = PLAIN): boolean {
    if (options.volatile === true && !this.writable) return false;
    this.#link.transmit({ frames: frameOnce(packet, this.#variant), compress: options.compress ?? true });
    return true;
  }

  /**
   * Sends what adapters have encoded by themselves, with the server's encoder or in a way of their own.
   * @param encoded a text, then its attachments.
   */
  writeToEngine(encoded: SocketFrame | readonly SocketFrame[], options: SendOptions = {}): void {
    const list = typeof encoded === "string" || encoded instanceof Uint8Array ? [encoded] : encoded;
    const prepared = this.#host.packetOf(list);
    if (prepared !== undefined) {
      this.send(prepared, options);
      return;
    }
    if (options.volatile === true && !this.writable) return;
    const { engine, base64 } = this.#variant;
    this.#link.transmit({
      frames: list.map((data) => engine.frame({ type: "message", data }, base64)),
      compress: options.compress ?? true,
    });
  }

  /** A namespace has let the client in. */
  join(socket: JoinedSocket): void {
    this.#settle();
    this.#seats.set(socket.nsp.name, socket);
    this.#host.trace.joined(this.#link, socket);
  }

  /** Client and program have heard of the new socket: who has been waiting behind the main namespace is judged now. */
  joined(namespace: string): void {
    if (namespace !== MAIN_NAMESPACE || this.#main.is !== "judging") return;
    const { waiting } = this.#main;
    this.#main = NO_GATE;
    for (const request of waiting) if (!this.gone) this.#knock(request, false);
  }

  /** A namespace has refused the client; it may ask again. */
  refuse(namespace: string, refusal: Refusal, code: RefusalCode): void {
    this.#seats.delete(namespace);
    this.#host.trace.refused(this.#link, namespace, refusal, code);
    this.write(this.dialect.refused(namespace, refusal));
    // Who has been waiting behind the main namespace is told by this very packet.
    if (namespace === MAIN_NAMESPACE && this.#main.is === "judging") this.#main = { is: "closed", refusal, code };
  }

  /** A socket has left its namespace. */
  leave(namespace: string, reason: DisconnectReason): void {
    this.#host.trace.left(this.#link, this.#seats.get(namespace), reason);
    this.#seats.delete(namespace);
  }

  /** The engine's id of the connection. */
  get id(): string {
    return this.conn.id;
  }

  /** The platform's request that opened the connection. */
  get request(): NativeRequest {
    return this.conn.request;
  }

  /** The server. */
  get server(): unknown {
    return this.#host.server;
  }

  /** The connection below: where the client comes from, what it asked with, and what carries its packets. */
  get origin(): EngineLink {
    return this.#link;
  }

  /** The sockets of this client by their ids. */
  get sockets(): ReadonlyMap<string, JoinedSocket> {
    return this.#host.showMap(new Map(this.joinedSockets().map((socket) => [socket.id, socket])));
  }

  /** The sockets of this client by the names of their namespaces. */
  get nsps(): ReadonlyMap<string, JoinedSocket> {
    return this.#host.showMap(new Map(this.joinedSockets().map((socket) => [socket.nsp.name, socket])));
  }

  /** Whether this client is in a namespace. @internal */
  hasJoined(namespace: string): boolean {
    return this.#seats.get(namespace) !== undefined;
  }

  /** The sockets of this client. @internal */
  joinedSockets(): JoinedSocket[] {
    return this.#seats.sockets();
  }

  /** Acknowledgements that are due, either way. */
  get unfinished(): number {
    return this.joinedSockets().reduce((sum, { unfinished }) => sum + unfinished, 0);
  }

  /** The server ends: so do the sockets, without telling the client, which comes back by itself once it hears of the connection's end. */
  shutDown(discard: boolean): void {
    for (const socket of this.joinedSockets()) socket.end("server shutting down");
    this.close(discard);
  }

  /** Ends the connection once everything has left, or at once where nobody seems to be there. */
  close(discard: boolean = false): void {
    this.#link.close(discard);
  }

  message(data: string | Uint8Array): void {
    const { limits } = this.#host;
    if (limits.rates?.admits(this, data.length) === false) {
      this.giveUp("BOWLINE_RATE_OVER_LIMIT");
      return;
    }
    const reader = this.#reader ?? this.#wire.reader();
    let packets: readonly unknown[];
    try {
      packets = reader.read(typeof data === "string" ? data : this.#host.platform.toNativeBytes(data));
    } catch (error) {
      // Others read with it from here on: it forgets this connection, and this connection lets go of it.
      reader.destroy();
      this.#reader = undefined;
      // Parsers that programs bring along throw errors of all kinds; whatever it is, it is the client's fault.
      this.#undecodable(error instanceof Error ? error : new Error(textOf(error)));
      return;
    }
    if (!this.#wire.isForeign) {
      if (!reader.isIdle) limits.unfinished.add(this, data.length);
      else if (this.#reader !== undefined) limits.unfinished.remove(this);
      this.#reader = reader.isIdle || this.gone ? undefined : reader;
    }
    for (const packet of packets) this.#received(packet);
  }

  closed(reason: DisconnectReason, cause?: unknown): void {
    this.#settle();
    this.#stopReading();
    for (const socket of this.joinedSockets()) socket.end(reason, cause);
    this.#seats.clear();
    this.#host.trace.closed(this.#link, reason, cause);
  }

  get #variant(): Variant {
    const { variants } = this.#wire;
    return this.#link.supportsBinary ? variants.binary : variants.base64;
  }

  #received(packet: unknown): void {
    if (this.gone) return;
    if (!isPacket(packet)) {
      this.#undecodable(new SyntaxError("Cannot take the packet: the parser made something else of it"));
      return;
    }
    const excess = this.#wire.isForeign ? sizeViolation(packet) : undefined;
    if (excess !== undefined) {
      this.#undecodable(excess);
      return;
    }
    if (packet.type === PacketType.CONNECT) {
      const request = this.dialect.readConnect(packet);
      const isRejoin = this.dialect.joinsMainNamespaceByItself && request.namespace === MAIN_NAMESPACE;
      this.#knock(request, isRejoin && !this.#wire.habits.answersRejoin);
      return;
    }
    const socket = this.#seats.get(packet.nsp);
    const violation = nameViolation(packet);
    if (socket === undefined && hasEmptied(this, packet.nsp)) return;
    if (socket === undefined || packet.type === PacketType.CONNECT_ERROR) this.#violation();
    else if (violation !== undefined) this.#violation(violation);
    else {
      this.#host.trace.received(this.#link, socket, packet);
      socket.receive(packet);
    }
  }

  #knock(request: ConnectRequest, isUntold: boolean): void {
    const { namespace } = request;
    if (this.#seats.has(namespace)) this.#violation();
    else if (this.#main.is === "judging" && namespace !== MAIN_NAMESPACE) this.#wait(request, this.#main.waiting);
    else if (this.#main.is === "closed") this.refuse(namespace, this.#main.refusal, this.#main.code);
    else if (this.#seats.size >= this.#host.maxNamespaces) {
      this.refuse(namespace, NO_NAMESPACE.BOWLINE_NAMESPACES_FULL, "BOWLINE_TOO_MANY_NAMESPACES");
    } else {
      this.#seats.set(namespace);
      const { auth, query } = request;
      this.#host.admit({ namespace, auth, query, client: this, isUntold });
    }
  }

  /** Has a request wait until the main namespace is joined; somebody who asks for very many is up to no good. */
  #wait(request: ConnectRequest, waiting: ConnectRequest[]): void {
    const isKnown = waiting.some(({ namespace }) => namespace === request.namespace);
    if (isKnown || waiting.length >= MAX_WAITING_NAMESPACES) this.#violation();
    else waiting.push(request);
  }

  /** Ends the connection, since its client does not keep to the rules. */
  giveUp(code: RefusalCode, error?: Error): void {
    this.#host.trace.violation(this.#link, code, error);
    this.#stopReading();
    this.#link.close();
  }

  /** The client has joined something, or will not any more. */
  #settle(): void {
    this.#connectTimer?.();
    if (this.#connectTimer !== undefined) this.#host.limits.pending--;
    this.#connectTimer = undefined;
  }

  /** What is begun will not be ended. */
  #stopReading(): void {
    this.#reader?.destroy();
    this.#reader = undefined;
    this.#host.limits.unfinished.remove(this);
  }

  /** A packet is out of place. */
  #violation(error?: Error): void {
    switch (this.#wire.habits.onViolation) {
      case "ignore":
        return;
      case "close":
        if (error === undefined) this.giveUp("BOWLINE_PACKET_OUT_OF_PLACE");
        else this.#undecodable(error);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        this.#wire.habits.onViolation satisfies never;
    }
  }

  /** What the client sent makes no sense, and so will nothing that follows. */
  #undecodable(error: Error): void {
    for (const socket of this.joinedSockets()) socket.reportError(error);
    this.giveUp("BOWLINE_PACKET_UNDECODABLE", error);
  }
}
