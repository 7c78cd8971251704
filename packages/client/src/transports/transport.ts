// What the client adds to a carrier: opening it, telling it which revision is spoken, leaving it for a better one; and
// the classes by which programs name such transports.
// Place: bytes -> **transport** -> engine dialect -> session
// Rules: I/O starts in `open()`; before the first packet a transport listens like any other carrier; facts about a kind of
//        transport are properties of its class, so that a bundle holds the code of those alone that it lists.
// Source: docs/protocol/engine-4.md, "Polling" and "WebSocket"

import type { EngineDialect, Handshake, Packet } from "@bowline/protocol";
import type { CarrierEvents, PausableCarrier, TransportName } from "@bowline/protocol/internal";
import type { Revision } from "../detect-revision.ts";
import type { Elder } from "../elder.ts";
import type { EngineOptions } from "../options.ts";
import type { Platform } from "../platform.ts";

/** What is known once the server has spoken. */
export interface Session {
  readonly dialect: EngineDialect;
  readonly sid: string;
  readonly maxPayload: number | undefined;
}

/** What a transport tells. */
export interface TransportEvents extends CarrierEvents {
  /** Packets may be sent; told by transports that can be moved to. */
  opened?(): void;
}

/** A transport of the client. */
export interface Transport extends PausableCarrier {
  /** The revision it asks for, or speaks. */
  readonly dialect: EngineDialect;
  /** The parameters of its URL. */
  readonly query: Readonly<Record<string, string>>;
  /** Where it stands, for programs. */
  readonly readyState: string;
  /** The platform's own WebSocket, where it is one. */
  readonly ws?: unknown;
  listen(events: TransportEvents): void;
  /** Starts the first request. */
  open(): void;
  /** From now on the server's revision is known, and so is the session. */
  settle(session: Session): void;
  /** Undoes `pause`: what it was told to do when paused will not be done. */
  resume(): void;
}

/** What a transport is made of. */
export interface TransportContext {
  /** What stands for the connection where a platform keeps something along with it. */
  readonly connection: object;
  readonly platform: Platform;
  readonly options: EngineOptions;
  readonly dialect: EngineDialect;
  /** The session that it is to take over; undefined for a new one. */
  readonly sid: string | undefined;
  /** Gives the URL of the next request. */
  url(dialect: EngineDialect, sid: string | undefined): string;
  /** The same without its query, for errors. */
  readonly endpoint: string;
}

/** One try to open a session over a transport, as seen by what finds out the server's revision. */
export interface Attempt {
  readonly context: TransportContext;
  readonly transport: Transport;
  /** The revision that was asked for. */
  readonly asked: Revision;
  /** The revision that the program insists on. */
  readonly pinned: Revision | undefined;
  /** Whether packets of Socket.IO may be sent to find out. */
  readonly mayProbe: boolean;
  /**
   * The handshake is over; one in another revision than the one that the program insists on is a failure.
   * @param early packets that came before the revision was known.
   */
  succeed(dialect: EngineDialect, handshake: Handshake, early: readonly Packet[]): void;
  /**
   * It came to nothing.
   * @param cause an error of ours is told as it is.
   * @param mayBeRevision whether the other revision may be what the server wants.
   */
  fail(cause: unknown, mayBeRevision: boolean): void;
  /** Gives what servers of 2.x need, unless the attempt is over by then; it has failed where that cannot be loaded. */
  elder(use: (elder: Elder) => void): void;
  /** Runs an action later, in place of the one before, unless the attempt is over by then. */
  after(ms: number, action: () => void): void;
}

/** A kind of transport, as programs put it into the option `transports`. */
export interface TransportClass {
  readonly prototype: { readonly name: TransportName };
  create(context: TransportContext): Transport;
  /** Listens to the first packets, and finds out which revision is spoken. */
  detect(attempt: Attempt): TransportEvents;
  /** Whether it works here; a program that names the class is believed. @default true */
  accepts?(options: EngineOptions): boolean;
  /** Whether bytes can be sent and received; otherwise they travel as base64. @default true */
  takesBinary?(): boolean;
}

/** Makes the class that stands for a kind of transport; nobody but `create` makes one. */
export function transportClass(name: TransportName, parts: Omit<TransportClass, "prototype">): TransportClass {
  return Object.assign(
    class {
      get name(): TransportName {
        return name;
      }
    },
    parts,
  );
}
