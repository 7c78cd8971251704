// A stream of WebTransport as a carrier: frames with a header, in one stream of bytes for each direction.
// Place: bytes -> **transport** -> engine dialect -> session
//
//   idle --open()--> opening --stream--> ready --send--> busy --taken--> ready      any --session gone, bad frame, close()--> closed
//
// Rules: the first packet says which session is meant; a new batch waits until the stream has taken the one before; after
//        close() nothing is told but that.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { createWebTransportDecoder, type EngineDialect, eio4 } from "@bowline/protocol";
import { type CarrierEvents, concatBytes, DEAF, frameForStream, type Outgoing } from "@bowline/protocol/internal";
import { TransportError } from "../connect-error.ts";
import { readHandshake } from "../opening.ts";
import { DEFAULTS } from "../options.ts";
import { queryOf } from "../url.ts";
import type { Attempt, AttemptEvents, Transport, TransportClass, TransportContext } from "./transport.ts";

/** A session of WebTransport as the standard describes it, as far as it is needed. */
export interface WebTransportSession {
  readonly ready: Promise<unknown>;
  /** Settles when the session has ended. */
  readonly closed: Promise<unknown>;
  createBidirectionalStream(): Promise<{
    readonly readable: {
      getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> };
    };
    readonly writable: { getWriter(): WebTransportWriter };
  }>;
  close(): void;
}

/** Writes to the stream. */
export interface WebTransportWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the stream; settles when all of it has left. */
  close(): Promise<void>;
}

/** Opens a session; options and URLs that cannot be used may throw. */
export type ConnectWebTransport = (url: string, options: unknown) => WebTransportSession;

/** How long a server has to take what was written, once the session is to be closed, in milliseconds. */
const GOODBYE_MS = 1000;

type State =
  | { readonly at: "idle" }
  | { readonly at: "opening"; readonly session: WebTransportSession | undefined }
  | { readonly at: "ready" | "busy"; readonly session: WebTransportSession; readonly writer: WebTransportWriter }
  | { readonly at: "closed" };

/** A message of no bytes, for which there is no frame, goes as text. */
function streamFrame(data: string | Uint8Array): Uint8Array {
  return frameForStream(data.length === 0 ? "b" : data);
}

/** Closes a session; where that is refused because it is not there yet, as on Deno, once it is. */
function endSession(session: WebTransportSession): void {
  try {
    session.close();
  } catch {
    session.ready.then(() => session.close()).catch(() => undefined);
  }
}

/** A transport over one stream. */
export class WebTransportTransport implements Transport {
  readonly dialect: EngineDialect = eio4;
  readonly endsByPacket = false;
  readonly supportsBinary = true;
  readonly maxBatchBytes: number = Number.POSITIVE_INFINITY;
  readonly #context: TransportContext;
  readonly #connect: ConnectWebTransport;
  #sid: string | undefined;
  #events: CarrierEvents = DEAF;
  #state: State = { at: "idle" };
  /** Settles once all that was written has been taken, or never will be. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(context: TransportContext, connect: ConnectWebTransport) {
    this.#context = context;
    this.#connect = connect;
    this.#sid = context.sid;
  }

  get name(): "webtransport" {
    return "webtransport";
  }

  get query(): Readonly<Record<string, string>> {
    return queryOf(this.#context.url(eio4, this.#sid));
  }

  get writable(): boolean {
    return this.#state.at === "ready";
  }

  get readyState(): string {
    return this.writable || this.#state.at === "busy" ? "open" : this.#state.at;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  open(): void {
    this.#state = { at: "opening", session: undefined };
    // Not at once: the end of the session breaks its stream as well, and says more.
    this.#run().catch((error: unknown) => this.#context.platform.clock.after(0, () => this.#broken(error)));
  }

  settle({ sid }: Parameters<Transport["settle"]>[0]): void {
    this.#sid = sid;
  }

  send(batch: readonly Outgoing[]): void {
    const state = this.#state;
    if (state.at !== "ready") return;
    this.#state = { ...state, at: "busy" };
    const frames = batch.flatMap((outgoing) => outgoing.frames.map(({ data }) => streamFrame(data)));
    this.#write(state.writer, concatBytes(frames)).then(
      () => {
        for (const outgoing of batch) outgoing.flushed?.();
        if (this.#state.at !== "busy") return;
        this.#state = { ...this.#state, at: "ready" };
        this.#events.drained();
      },
      (error: unknown) => {
        for (const outgoing of batch) outgoing.flushed?.("transport error");
        this.#broken(error);
      },
    );
  }

  pause(done: () => void): void {
    done();
  }

  resume(): void {}

  close(how: "flush" | "discard"): void {
    const state = this.#state;
    if (state.at === "closed") return;
    this.#state = { at: "closed" };
    if (how === "flush" && "writer" in state) void this.#sayGoodbye(state.session, state.writer);
    else if ("session" in state && state.session !== undefined) endSession(state.session);
    if (how === "flush") this.#events.carrierClosed("transport close");
  }

  async #run(): Promise<void> {
    const { options, sid, url, opened } = this.#context;
    const session = this.#connect(url(eio4, sid), options.transportOptions?.[this.name]);
    this.#state = { at: "opening", session };
    session.closed.then(
      () => this.#gone(),
      (error: unknown) => this.#broken(error),
    );
    await session.ready;
    const { readable, writable } = await session.createBidirectionalStream();
    const writer = writable.getWriter();
    const reader = readable.getReader();
    if (this.#isClosed()) return;
    const wish = sid === undefined ? "0" : `0${JSON.stringify({ sid })}`;
    void this.#write(writer, streamFrame(wish)).catch((error: unknown) => this.#broken(error));
    this.#state = { at: "ready", session, writer };
    opened();
    const decoder = createWebTransportDecoder(options.maxPayload ?? DEFAULTS.maxPayload);
    for (;;) {
      const { done, value } = await reader.read();
      if (value !== undefined) {
        for (const packet of decoder.add(value)) {
          if (this.#isClosed()) return;
          this.#events.received(packet);
        }
      }
      if (done) break;
    }
    this.#gone();
  }

  /** What was written leaves first: some platforms throw it away when they close a session. */
  async #sayGoodbye(session: WebTransportSession, writer: WebTransportWriter): Promise<void> {
    const stopTimer = this.#context.platform.clock.after(GOODBYE_MS, () => endSession(session));
    await this.#written;
    await writer.close().catch(() => undefined);
    stopTimer();
    endSession(session);
  }

  #isClosed(): boolean {
    return this.#state.at === "closed";
  }

  #write(writer: WebTransportWriter, bytes: Uint8Array): Promise<void> {
    const written = writer.write(bytes);
    this.#written = written.catch(() => undefined);
    return written;
  }

  #gone(): void {
    if (this.#isClosed()) return;
    this.close("discard");
    this.#events.carrierClosed("transport close", {
      description: "webtransport connection closed",
      code: "CONNECTION_CLOSED",
    });
  }

  #broken(error: unknown): void {
    if (this.#isClosed()) return;
    const isOpening = this.#state.at === "opening";
    this.close("discard");
    // An undecodable packet has upstream's name for it, as on the other transports.
    const isPacket = error instanceof SyntaxError;
    const lost = isOpening ? this.#context.platform.codeOf(error) : "CONNECTION_LOST";
    const message = isPacket ? "server error" : "webtransport error";
    const code = isPacket ? "PARSE_ERROR" : lost;
    const cause = new TransportError(message, { url: this.#context.endpoint, error, code });
    this.#events.carrierClosed("transport error", cause);
  }
}

/** Only one revision is spoken here. */
function detect(attempt: Attempt): AttemptEvents {
  return {
    ...DEAF,
    received: (packet) => attempt.succeed(attempt.transport.dialect, readHandshake(packet), []),
    carrierClosed: (_reason, cause) => attempt.fail(cause, false),
  };
}

/**
 * Makes the class of WebTransport over one way to connect.
 * @param isThere whether there is such a way here.
 */
export function webTransportOver(connect: ConnectWebTransport, isThere: () => boolean): TransportClass {
  return class extends WebTransportTransport {
    static create(context: TransportContext): Transport {
      return new this(context, connect);
    }
    static detect = detect;
    static accepts = isThere;
  };
}
