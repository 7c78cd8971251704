// What programs see of the transport of a connection.
// Place: beside bytes -> **carrier** -> session; made when a program first looks
// Rules: names are upstream's; nothing in here reads what a program may write; what is sent keeps its place in the queue of
//        the session.

import type { EngineDialect, Packet } from "@bowline/protocol";
import { type Carrier, NodeEmitter, type Outgoing, type TransportName } from "@bowline/protocol/internal";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { ChangeableHeaders } from "./answer-headers.ts";
import type { Query } from "./query.ts";

/** Where a transport stands. */
export type TransportState = "open" | "closing" | "closed";

/** Events of a transport, while it is the one in use. */
export interface TransportEvents {
  /** A packet has come in. */
  packet(packet: Packet): void;
  /** The headers of an answer to a poll or a POST; a listener may change them. */
  headers(headers: ChangeableHeaders, request: NativeRequest): void;
  /** It takes more. */
  drain(): void;
  /** It has ended. */
  close(): void;
  /** Kept for programs that listen for it: what goes wrong ends the transport. */
  error(error: Error): void;
}

/** The connection that a transport belongs to. */
export interface TransportOwner {
  readonly id: string;
  readonly protocol: 3 | 4;
  readonly dialect: EngineDialect;
  readonly query: Query;
  transmit(outgoing: Outgoing): void;
  stateOf(carrier: Carrier): TransportState;
}

/** A packet as programs hand it to a transport. */
export interface SentPacket extends Packet {
  readonly options?: { readonly compress?: boolean };
}

/** The transport of a connection. */
export class Transport extends NodeEmitter<TransportEvents> {
  readonly #carrier: Carrier & { readonly native?: unknown };
  readonly #owner: TransportOwner;

  constructor(carrier: Carrier & { readonly native?: unknown }, owner: TransportOwner) {
    super();
    this.#carrier = carrier;
    this.#owner = owner;
  }

  /** `polling`, `websocket` or `webtransport`. */
  get name(): TransportName {
    return this.#carrier.name;
  }

  /** Whether it takes a packet now. */
  get writable(): boolean {
    return this.readyState === "open" && this.#carrier.writable;
  }

  /** `open`, `closing` or `closed`. */
  get readyState(): TransportState {
    return this.#owner.stateOf(this.#carrier);
  }

  /** Whether it takes bytes as they are. */
  get supportsBinary(): boolean {
    return this.#carrier.supportsBinary;
  }

  /** Revision of the Engine.IO protocol. */
  get protocol(): 3 | 4 {
    return this.#owner.protocol;
  }

  /** The id of its session. */
  get sid(): string {
    return this.#owner.id;
  }

  /** The query of the request that opened the session. */
  get query(): Query {
    return this.#owner.query;
  }

  /** The runtime's WebSocket, where it is one. */
  get socket(): unknown {
    return this.#carrier.native;
  }

  /** As `socket`. */
  get ws(): unknown {
    return this.#carrier.native;
  }

  /** Sends packets, behind those that wait. */
  send(packets: readonly SentPacket[]): void {
    const base64 = !this.#carrier.supportsBinary;
    for (const { options, ...packet } of packets) {
      this.#owner.transmit({
        frames: [this.#owner.dialect.frame(packet, base64)],
        compress: options?.compress ?? true,
      });
    }
  }

  /** Ends the transport, and with it the session that is on it. @param closed called when that is done. */
  close(closed?: () => void): void {
    if (this.readyState !== "closed") this.#carrier.close("discard");
    closed?.();
  }
}
