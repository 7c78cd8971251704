// Opens sessions: makes the transport that a client comes with, the connection, and its first packets.
// Place: bytes -> engine server (**opening**) -> carrier -> session
// Rules: a session is known by its id from before its open packet leaves until it has ended.
// Source: docs/protocol/engine-4.md, "Handshake"

import type { EngineDialect, Handshake } from "@bowline/protocol";
import {
  type Clock,
  createSessionTerms,
  type Outgoing,
  type Trace,
  type TransportName,
} from "@bowline/protocol/internal";
import type { AnswerContent, HeaderWriter } from "./answer-headers.ts";
import { Connection } from "./connection.ts";
import type { ConnectionServer, ConnectionSurroundings, FirstRoute } from "./connection-parts.ts";
import type { AnswerHeaders, BodyCompression, HttpExchange, RequestHead, WebSocketPort } from "./http-exchange.ts";
import { DEFAULT_COMPRESSION_THRESHOLD, type EngineOptions } from "./options.ts";
import { PollingCarrier } from "./polling-carrier.ts";
import { type EngineProfile, profileOf } from "./profile.ts";
import type { EngineQuery } from "./query.ts";
import type { RefusalCounts } from "./refusal-counts.ts";
import { WebSocketCarrier } from "./websocket-carrier.ts";
import type { WebTransportCarrier } from "./webtransport-carrier.ts";

/** The transports that a polling client can move to. */
const UPGRADES: readonly TransportName[] = ["websocket", "webtransport"];

/** Options that connections are made of. */
const READ_FOR_EACH = [
  "pingInterval",
  "pingTimeout",
  "upgradeTimeout",
  "maxBufferedBytes",
  "maxHttpBufferSize",
] as const satisfies readonly (keyof EngineOptions)[];

/** What the connections of one revision have in common. */
interface ConnectionKind {
  /** As they were when it was made. */
  readonly options: Pick<EngineOptions, (typeof READ_FOR_EACH)[number]>;
  readonly surroundings: ConnectionSurroundings;
  /** The part of the open packet that is the same for all. */
  readonly limits: string;
}

/** What the opener works with. */
export interface OpenerParts {
  readonly options: EngineOptions;
  readonly headers: HeaderWriter;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Bytes in the form that programs expect. */
  toNativeBytes(bytes: Uint8Array): Uint8Array;
  /** Where the error of a listener goes. */
  reportUncaught(error: unknown): void;
  readonly server: ConnectionServer;
  /** The open sessions by their ids. */
  readonly connections: Map<string, Connection>;
  readonly refusals: RefusalCounts;
  /** Told of each new session once its open packet waits to leave. */
  opened(connection: Connection): void;
}

/** Opens sessions for clients that have been admitted. */
export class SessionOpener {
  readonly #parts: OpenerParts;
  readonly #profile: EngineProfile;
  readonly #compression: BodyCompression | undefined;
  /** What connections of a revision share, as long as the options stay what they were. */
  readonly #kinds: Map<EngineDialect, ConnectionKind> = new Map();

  constructor(parts: OpenerParts) {
    this.#parts = parts;
    this.#profile = profileOf(parts.options.compat);
    this.#compression = compressionOf(parts.options.httpCompression);
  }

  /** Answers the request with the open packet; later ones of the session go to the connection. */
  openPolling(sid: string, exchange: HttpExchange, query: EngineQuery): void {
    const { options, clock, trace, refusals } = this.#parts;
    const index = options.jsonp && query.dialect.scriptPolling ? query.jsonp : undefined;
    const polling = new PollingCarrier({
      dialect: query.dialect,
      // A script element takes text alone, whatever else the client says.
      binary: !query.base64 && index === undefined,
      jsonp: index,
      maxBodyBytes: options.maxHttpBufferSize,
      answersTooLargeBodies: this.#profile.answersTooLargeBodies,
      compression: this.#compression,
      headers: (head, content, isFirst) => this.#answerHeaders(sid, head, content, isFirst),
      clock,
      trace,
      refusals,
    });
    // Before anybody hears of the session: also one that is closed by who hears of it begins with its open packet.
    polling.park(exchange);
    try {
      this.#open(sid, exchange.head, query, { on: "polling", carrier: polling }, this.#upgradesFor(query));
    } finally {
      // A listener that throws is the program's mistake, and no reason to leave the client without an answer.
      polling.tellWritable();
    }
  }

  openWebSocket(sid: string, head: RequestHead, query: EngineQuery, port: WebSocketPort): void {
    const carrier = new WebSocketCarrier(port, query.dialect, !query.base64);
    this.#open(sid, head, query, { on: "stream", carrier }, []);
  }

  openWebTransport(sid: string, head: RequestHead, query: EngineQuery, carrier: WebTransportCarrier): void {
    this.#open(sid, head, query, { on: "stream", carrier }, []);
  }

  #answerHeaders(sid: string, head: RequestHead, content: AnswerContent, isFirst: boolean): AnswerHeaders {
    const { headers, connections, reportUncaught } = this.#parts;
    const answer = headers.answer(head, content, sid, isFirst);
    try {
      return connections.get(sid)?.answerHeaders(answer, head, isFirst) ?? answer;
    } catch (error) {
      // The answer has to leave all the same.
      reportUncaught(error);
      return answer;
    }
  }

  /** Where a polling client can move to. */
  #upgradesFor({ dialect }: EngineQuery): readonly TransportName[] {
    const { allowUpgrades, transports } = this.#parts.options;
    if (!allowUpgrades) return [];
    return UPGRADES.filter((name) => transports.includes(name) && dialect.transports.includes(name));
  }

  #open(sid: string, head: RequestHead, query: EngineQuery, route: FirstRoute, upgrades: readonly string[]): void {
    const { surroundings, limits } = this.#kindOf(query.dialect);
    const connection = new Connection(sid, head, route, surroundings);
    this.#parts.connections.set(sid, connection);
    const handshake = `{"sid":${JSON.stringify(sid)},"upgrades":${JSON.stringify(upgrades)},${limits}}`;
    connection.open(this.#firstPackets(query, handshake, !route.carrier.supportsBinary));
    this.#parts.opened(connection);
  }

  /** Programs change options while the engine runs: those who come later are served by the new ones. */
  #kindOf(dialect: EngineDialect): ConnectionKind {
    const { options } = this.#parts;
    const known = this.#kinds.get(dialect);
    if (known !== undefined && READ_FOR_EACH.every((name) => known.options[name] === options[name])) return known;
    const kind = this.#createKind(dialect);
    this.#kinds.set(dialect, kind);
    return kind;
  }

  #createKind(dialect: EngineDialect): ConnectionKind {
    const { options, clock, trace, toNativeBytes, server, connections } = this.#parts;
    const { pingInterval, pingTimeout, upgradeTimeout, maxBufferedBytes, maxHttpBufferSize } = options;
    const terms = createSessionTerms({
      dialect,
      side: "server",
      pingIntervalMs: pingInterval,
      pingTimeoutMs: pingTimeout,
      maxBufferedBytes,
      clock,
      trace,
    });
    const limits: Omit<Handshake, "sid" | "upgrades"> = {
      pingInterval,
      pingTimeout,
      ...(this.#profile.announcesMaxPayload && { maxPayload: maxHttpBufferSize }),
    };
    return {
      options: { ...options },
      surroundings: {
        terms,
        upgradeTimeoutMs: upgradeTimeout,
        toNativeBytes,
        server,
        ended: ({ id }) => connections.delete(id),
      },
      limits: JSON.stringify(limits).slice(1, -1),
    };
  }

  #firstPackets({ dialect }: EngineQuery, handshake: string, base64: boolean): Outgoing {
    const { initialPacket } = this.#parts.options;
    const open = dialect.frame({ type: "open", data: handshake }, true);
    if (initialPacket === undefined || initialPacket === "") return { frames: [open], compress: true };
    return { frames: [open, dialect.frame({ type: "message", data: initialPacket }, base64)], compress: true };
  }
}

function compressionOf(option: EngineOptions["httpCompression"]): BodyCompression | undefined {
  if (option === false) return undefined;
  const { threshold = DEFAULT_COMPRESSION_THRESHOLD, ...settings } = option === true ? {} : option;
  return { from: threshold, settings };
}
