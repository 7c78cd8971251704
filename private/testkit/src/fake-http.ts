// Requests, upgrade requests and WebSockets without a network: the test says what the peer does and reads what it got.
// Place: **bytes** -> engine server -> carrier -> session, with the test in the place of the runtime and the client
// Rules: the shapes are those that a runtime offers to the engine, written down again here, since the testkit knows no server;
//        nothing happens by itself, but that a WebSocket takes what is written at once unless it is told to hold it.

import type { Outgoing } from "@bowline/protocol/internal";

const UTF8 = new TextEncoder();

/** What a test decides about the head of a request. */
export interface FakeHeadOptions {
  /** GET by default. */
  readonly method?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The runtime's own request; there is none by default. */
  readonly native?: unknown;
  /** The runtime's own response; there is none by default. */
  readonly response?: unknown;
}

/** The head of a request, as a runtime would hand it in. */
export interface FakeHead {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  header(name: string): string | undefined;
  headers(): Readonly<Record<string, string | string[] | undefined>>;
  readonly native?: { readonly req: unknown };
}

function createHead(target: string, { method = "GET", headers = {}, native }: FakeHeadOptions): FakeHead {
  return {
    method,
    target,
    remoteAddress: "203.0.113.7",
    secure: false,
    header: (name) => headers[name],
    headers: () => headers,
    ...(native !== undefined && { native: { req: native } }),
  };
}

/** What is known of a request, as plain data. */
export interface FakeHeadFacts {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

/** The head of a request that is known by its facts. */
export function fakeHeadOf({ headers, ...facts }: FakeHeadFacts): FakeHead {
  const byName: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2) byName[headers[at] ?? ""] = headers[at + 1] ?? "";
  return { ...facts, header: (name) => byName[name], headers: () => byName };
}

function createNative({ native, response }: FakeHeadOptions): FakeNative | undefined {
  return response === undefined ? undefined : { req: native, res: response };
}

/** What a test decides about a request. */
export interface FakeExchangeOptions extends FakeHeadOptions {
  /** The body; empty by default. */
  readonly body?: string | Uint8Array;
  /** Whether the body is on its way until `arrive()`. */
  readonly holdsBody?: boolean;
}

/** Headers of an answer; a list stands for several headers of one name. */
export type FakeHeaders = Readonly<Record<string, string | readonly string[]>>;

/** When a runtime is asked to compress a body. */
export interface FakeCompression {
  readonly from: number;
}

/** An answer as the client would read it. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers: FakeHeaders;
  readonly body: string | Uint8Array;
  /** Bytes from which on the runtime was asked to compress the body. */
  readonly compressFrom: number | undefined;
}

/** What middlewares get where the runtime has requests and responses in the form of Node. */
export interface FakeNative {
  readonly req: unknown;
  readonly res: unknown;
}

/** A request, and whatever it was answered. */
export class FakeExchange {
  readonly head: FakeHead;
  readonly native: FakeNative | undefined;
  /** Headers that were added before the answer. */
  readonly added: Record<string, string | readonly string[]> = {};
  /** All answers, of which a client would see the first. */
  readonly answers: FakeAnswer[] = [];
  /** Whether the connection was ended without an answer. */
  destroyed = false;
  /** Settles once there is an answer, or the connection has ended. */
  readonly done: Promise<void>;
  readonly #bytes: Uint8Array;
  readonly #bodyListeners: ((body: Uint8Array | "aborted") => void)[] = [];
  readonly #abortListeners: (() => void)[] = [];
  #isAborted = false;
  /** What became of the body, once that is known. */
  #landed: Uint8Array | "aborted" | undefined;
  #finish: () => void = () => undefined;

  constructor(target: string, options: FakeExchangeOptions = {}) {
    const { body = "" } = options;
    this.head = createHead(target, options);
    this.native = createNative(options);
    this.#bytes = typeof body === "string" ? UTF8.encode(body) : body;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (options.holdsBody !== true) this.arrive();
  }

  /** Whether there is an answer. */
  get answered(): boolean {
    return this.answers.length > 0;
  }

  /** The answer that a client sees. */
  get answer(): FakeAnswer | undefined {
    return this.answers[0];
  }

  /** Status and body of the answer in one line, such as `200 ok`; undefined while there is none. */
  get outcome(): string | undefined {
    if (this.destroyed) return "destroyed";
    const { answer } = this;
    if (answer === undefined) return undefined;
    const { status, body } = answer;
    return `${status} ${typeof body === "string" ? body : `[${body.join(" ")}]`}`.trimEnd();
  }

  body(limit: number, done: (body: Uint8Array | "too-large" | "aborted") => void): void {
    if (this.#bytes.byteLength > limit) done("too-large");
    else if (this.#landed !== undefined) done(this.#landed);
    else this.#bodyListeners.push(done);
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.added[name] = value;
  }

  respond(status: number, headers: FakeHeaders, body: string | Uint8Array = "", compression?: FakeCompression): void {
    this.answers.push({ status, headers: { ...this.added, ...headers }, body, compressFrom: compression?.from });
    this.#finish();
  }

  destroy(): void {
    this.destroyed = true;
    this.#finish();
  }

  onAborted(listener: () => void): void {
    if (this.#isAborted) listener();
    else this.#abortListeners.push(listener);
  }

  /** The rest of the body arrives. */
  arrive(): void {
    this.#land(this.#bytes);
  }

  /** The client goes away. */
  abort(): void {
    this.#isAborted = true;
    this.#land("aborted");
    if (this.answers.length === 0) for (const listener of this.#abortListeners) listener();
  }

  #land(body: Uint8Array | "aborted"): void {
    this.#landed ??= body;
    for (const done of this.#bodyListeners.splice(0)) done(this.#landed);
  }
}

/** What a WebSocket tells its owner. */
export interface FakeWebSocketEvents {
  message(data: string | Uint8Array): void;
  closed(error?: Error): void;
}

/** One batch of messages as it was written. */
export interface FakeWrite {
  readonly messages: readonly (string | Uint8Array)[];
  readonly compress: boolean;
}

/** The server's end of a WebSocket, with the test at the other end. */
export class FakeWebSocket {
  readonly writes: FakeWrite[] = [];
  /** How often a close frame was asked for. */
  closes = 0;
  /** Whether writes wait for `written()`. */
  holdsWrites = false;
  #events: FakeWebSocketEvents | undefined;
  #unwritten: ((failure?: Error) => void)[] = [];
  #read = 0;

  /** Everything written, message by message. */
  get messages(): (string | Uint8Array)[] {
    return this.writes.flatMap((write) => write.messages);
  }

  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void {
    this.writes.push({
      messages: batch.flatMap(({ frames }) => frames.map(({ data }) => data)),
      compress: batch.some(({ compress }) => compress),
    });
    if (this.holdsWrites) this.#unwritten.push(done);
    else done();
  }

  close(): void {
    this.closes += 1;
  }

  listen(events: FakeWebSocketEvents): void {
    this.#events = events;
  }

  /** What was written since the last look. */
  take(): (string | Uint8Array)[] {
    const fresh = this.messages.slice(this.#read);
    this.#read += fresh.length;
    return fresh;
  }

  /** The peer sends messages. */
  receive(...messages: readonly (string | Uint8Array)[]): void {
    for (const message of messages) this.#events?.message(message);
  }

  /** What was held is written, or fails. */
  written(failure?: Error): void {
    const due = this.#unwritten;
    this.#unwritten = [];
    for (const done of due) done(failure);
  }

  /** The connection is gone. */
  vanish(error?: Error): void {
    this.#events?.closed(error);
  }
}

/** A request to become a WebSocket, and what became of it. */
export class FakeUpgrade {
  readonly head: FakeHead;
  readonly native: FakeNative | undefined;
  /** Headers that go with the answer. */
  readonly added: Record<string, string | readonly string[]> = {};
  /** The WebSocket; of use once `accepted`. */
  readonly port: FakeWebSocket = new FakeWebSocket();
  readonly refusals: string[] = [];
  accepted = false;
  /** Settles once the request was accepted or refused. */
  readonly done: Promise<void>;
  #finish: () => void = () => undefined;

  constructor(target: string, options: FakeHeadOptions = {}) {
    this.head = createHead(target, options);
    this.native = createNative(options);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.added[name] = value;
  }

  accept(opened: (port: FakeWebSocket) => void): void {
    this.accepted = true;
    opened(this.port);
    this.#finish();
  }

  refuse(message: string, isPassing: boolean = false): void {
    this.refusals.push(isPassing ? `503 ${message}` : message);
    this.#finish();
  }
}
