// What the client needs of its surroundings, handed in by the composition roots in entry/.
// Place: below bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: this, and the ways to send that its transports are made of, are the only way out: no global, no module of Node,
//        no timer is used beside them.

import type { Cancel, Clock, Random, Trace } from "@bowline/protocol/internal";
import type { Failure } from "./connect-error.ts";
import type { ElderSource } from "./elder.ts";
import type { UpgradeStart } from "./engine-upgrade.ts";
import type { FailureCode, WarningCode } from "./failure-code.ts";
import type { EngineOptions } from "./options.ts";
import type { TransportClass } from "./transports/transport.ts";

/** One HTTP request. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The same for all requests of one connection, for what a platform keeps along with it. */
  readonly connection: object;
  /** What only the platform can make use of: TLS, agent, credentials. */
  readonly options: EngineOptions;
}

/** An answer, whole; bytes when its type is `application/octet-stream`, otherwise the text. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
}

/** Told one of both, once, and nothing after the request was cancelled. */
export interface HttpEvents {
  /** @param code which failure it is, where it is one that only the platform can tell. */
  answered(answer: HttpAnswer, code?: FailureCode): void;
  failed(error: unknown, code: FailureCode): void;
}

/** Sends one request; a request that cannot be made may throw. */
export type HttpCall = (request: HttpRequest, events: HttpEvents) => Cancel;

/** What a WebSocket is opened with. */
export interface WebSocketRequest {
  readonly url: string;
  readonly protocols: string | readonly string[] | undefined;
  /** As that of the connection's HTTP requests. */
  readonly connection: object;
  readonly options: EngineOptions;
}

/** What a WebSocket tells; nothing after `closed`. */
export interface WebSocketEvents {
  opened(): void;
  message(data: string | Uint8Array): void;
  /** Something went wrong, or a plain answer came; `closed` follows. */
  failed(failure: Omit<Failure, "url">): void;
  closed(code: number, reason: string): void;
}

/** An open or opening WebSocket. */
export interface WebSocketHandle {
  /** The platform's own object. */
  readonly native: unknown;
  /** Sends one message; `handedOver` is called when the platform has taken it, or with the reason why it did not. */
  send(data: string | Uint8Array, compress: boolean, handedOver?: (error?: unknown) => void): void;
  /** Starts the closing handshake. */
  close(): void;
  /** Gives the connection up: whatever becomes of it, nobody waits. */
  discard(): void;
}

/** Opens a WebSocket; a URL or subprotocol that cannot be used may throw. */
export type OpenWebSocket = (request: WebSocketRequest, events: WebSocketEvents) => WebSocketHandle;

/** A failure that is about to be told: an error, or the details of an end. */
export interface Told {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly description?: unknown;
  hint?: string;
}

/** Where the page comes from, where there is a page. */
export interface PageLocation {
  readonly protocol: string;
  readonly host: string;
}

/** The surroundings of a client. */
export interface Platform {
  readonly clock: Clock;
  /** The clock that suits a program's options; where it is missing there is one for all. */
  clockFor?(options: EngineOptions): Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** The page's own address; looked at when a URL has to be completed. */
  page(): PageLocation | undefined;
  /** The transports that are known by their names here; of two with one name the first that works counts. */
  readonly transports: readonly TransportClass[];
  /** Moves a session to a better transport; where there is nothing to move to, it is left out of the bundle. */
  readonly upgrade: UpgradeStart | undefined;
  /** What servers of 2.x need; pages load it when they meet one. */
  readonly elder: ElderSource;
  /** What bytes are here, in the words of WebSockets, where a program asks for nothing else. */
  readonly binaryType: string;
  /**
   * Bytes as event handlers expect them here: a Buffer in Node, an ArrayBuffer in browsers.
   * @param type what the program asks for instead, as in WebSockets: `arraybuffer`, `blob`, `nodebuffer`.
   */
  binary(bytes: Uint8Array, type?: string): ArrayBufferLike | Uint8Array | Blob;
  readBlob(blob: Blob): Promise<ArrayBuffer>;
  /** Which failure an error of its own is that a transport got beside the ways to send. */
  codeOf(error: unknown): FailureCode;
  /** Puts the sentence into what is about to be told of a failure, where sentences are at hand. */
  explain?(failure: Told): void;
  /** The one outlet for warnings; each code is told once. */
  warn(code: WarningCode, detail?: unknown): void;
  /** Warns of options that have no effect, where the platform knows all there are. */
  checkOptions?(options: object): void;
  /** Calls the listener when the network goes away or the page is left. */
  onLeave(event: "offline" | "beforeunload", listener: () => void): Cancel;
}

/** The same platform, with the timers that a program's options ask for. */
export function withTimers(platform: Platform, options: EngineOptions): Platform {
  const clock = platform.clockFor?.(options) ?? platform.clock;
  return clock === platform.clock ? platform : { ...platform, clock };
}
