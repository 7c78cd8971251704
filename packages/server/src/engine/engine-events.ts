// What the engine tells programs.
// Place: bytes -> engine server (**events**) -> the user's event handlers
// Rules: names and arguments are upstream's; a listener that throws leaves no request without an answer.

import type { NodeEmitter } from "@bowline/protocol/internal";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { ChangeableHeaders, HeaderListeners } from "./answer-headers.ts";
import type { Connection } from "./connection.ts";
import type { OutgoingPacket } from "./connection-events.ts";

/** What a `connection_error` listener gets. */
export interface ConnectionErrorReport {
  /** The platform's request. */
  readonly req: NativeRequest;
  /** One of the engine's error codes, 0 to 5. */
  readonly code: number;
  /** The text of that code. */
  readonly message: string;
  /** What is known besides, such as the transport that was asked for. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Events of the engine. */
export interface EngineEvents {
  /** A client has come. */
  connection(connection: Connection): void;
  /** A request was refused. */
  connection_error(report: ConnectionErrorReport): void;
  /** The headers that answer a handshake; a listener may change them. */
  initial_headers(headers: ChangeableHeaders, request: NativeRequest): void;
  /** The headers of an answer to a poll or a POST, or of the end of a WebSocket handshake; a listener may change them. */
  headers(headers: ChangeableHeaders, request: NativeRequest): void;
  /** The transport of a connection is about to be handed these packets. */
  flush(connection: Connection, packets: readonly OutgoingPacket[]): void;
  /** What waited for a connection's transport has been handed over. */
  drain(connection: Connection): void;
}

/** Brings what is about to be sent before those who listen for headers. */
export class HeaderEvents implements HeaderListeners {
  readonly #engine: NodeEmitter<EngineEvents>;
  readonly #reportUncaught: (error: unknown) => void;

  /** @param reportUncaught where the error of a listener goes, since the answer has to leave all the same. */
  constructor(engine: NodeEmitter<EngineEvents>, reportUncaught: (error: unknown) => void) {
    this.#engine = engine;
    this.#reportUncaught = reportUncaught;
  }

  get listening(): boolean {
    return this.#engine.hasListeners("headers") || this.#engine.hasListeners("initial_headers");
  }

  initialHeaders(headers: ChangeableHeaders, request: NativeRequest): void {
    this.#guard(() => this.#engine.emit("initial_headers", headers, request));
  }

  headers(headers: ChangeableHeaders, request: NativeRequest): void {
    this.#guard(() => this.#engine.emit("headers", headers, request));
  }

  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#reportUncaught(error);
    }
  }
}
