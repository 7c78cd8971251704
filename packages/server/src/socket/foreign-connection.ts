// A connection of an engine that is not ours, such as upstream's or the one for Bun, in the form of ours.
// Place: another engine -> **foreign connection** -> connection -> namespace -> socket
// Rules: it uses what upstream's engine sockets have offered in every version, and nothing else; frames go to the engine as
//        they are, since it puts its own around them; its end comes once, whatever it says afterwards.
// Source: docs/protocol/engine-4.md, "Handshake"

import type { CloseReason, Outgoing, UserValue } from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import type { ConnectionListener } from "../engine/connection-events.ts";
import type { RequestHead } from "../engine/http-exchange.ts";
import { parseQuery, type Query } from "../engine/query.ts";
import type { EngineLink } from "./engine-link.ts";

/** What a program hands to `io.bind()`: upstream's engine, the one for Bun, or ours. */
export interface BoundEngine {
  on(event: "connection", listener: (connection: ForeignSocket) => void): unknown;
  close?(): unknown;
}

/** A socket of such an engine. */
export interface ForeignSocket {
  readonly id: string;
  readonly readyState: string;
  on(event: string, listener: (...args: UserValue[]) => void): unknown;
  write(data: string | Uint8Array, options?: object): unknown;
  close(discard?: boolean): unknown;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

type Headers = ReturnType<RequestHead["headers"]>;

/** Reads the headers of a request, be they an object as Node has them, or what `fetch` knows. */
function readHeaders(headers: unknown): Headers {
  if (!isObject(headers)) return {};
  return Symbol.iterator in headers ? Object.fromEntries(asEntries(headers)) : asRecord(headers);
}

/** Here the headers of another engine's request are taken for what every runtime makes them. */
function asEntries(headers: object): Iterable<readonly [string, string]>;
function asEntries(headers: unknown): unknown {
  return headers;
}
function asRecord(headers: object): Headers;
function asRecord(headers: unknown): unknown {
  return headers;
}

/** The head of the request that opened a connection. */
function readHead(socket: ForeignSocket): RequestHead {
  const request: unknown = Reflect.get(socket, "request");
  const [url, connection, native]: readonly unknown[] = isObject(request)
    ? ["url", "connection", "headers"].map((name): unknown => Reflect.get(request, name))
    : [];
  const headers = readHeaders(native);
  const address: unknown = Reflect.get(socket, "remoteAddress");
  return {
    method: "GET",
    target: typeof url === "string" ? url : "",
    remoteAddress: typeof address === "string" ? address : "",
    secure: isObject(connection) && Reflect.get(connection, "encrypted") === true,
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    headers: () => headers,
  };
}

/** A connection of another engine. */
export class ForeignConnection implements EngineLink {
  readonly head: RequestHead;
  readonly query: Query;
  readonly #socket: ForeignSocket;
  #hasEnded = false;

  constructor(socket: ForeignSocket) {
    this.#socket = socket;
    this.head = readHead(socket);
    this.query = parseQuery(this.head.target).all;
  }

  get id(): string {
    return this.#socket.id;
  }

  get protocol(): 3 | 4 {
    // Engines of 2.x know one revision, and do not say which.
    return Reflect.get(this.#socket, "protocol") === 4 ? 4 : 3;
  }

  get readyState(): string {
    return this.#hasEnded ? "closed" : this.#socket.readyState;
  }

  get writable(): boolean {
    const transport: unknown = Reflect.get(this.#socket, "transport");
    return this.readyState === "open" && isObject(transport) && Reflect.get(transport, "writable") === true;
  }

  /** It makes text of bytes itself, where its transport wants that. */
  get supportsBinary(): boolean {
    return true;
  }

  transmit({ frames, compress }: Outgoing): void {
    try {
      for (const { data } of frames) this.#socket.write(data, { compress });
    } catch {
      // Others may get the same packet behind it, and who missed a frame of it can make no sense of the next.
      this.close(true);
    }
  }

  listen(listener: ConnectionListener): void {
    this.#socket.on("data", (data: string | Uint8Array | ArrayBuffer) =>
      listener.message(data instanceof ArrayBuffer ? new Uint8Array(data) : data),
    );
    this.#socket.on("close", (reason: CloseReason, cause?: unknown) => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      listener.closed(reason, cause);
    });
    // It closes the connection too, which says why; without a listener Node would end the process.
    this.#socket.on("error", () => undefined);
  }

  close(discard = false): void {
    this.#socket.close(discard);
  }
}

/** A socket of another engine in the place where programs find ours: it has the members that upstream's documents name. */
export function asConnection(socket: ForeignSocket): Connection;
export function asConnection(socket: unknown): unknown {
  return socket;
}
