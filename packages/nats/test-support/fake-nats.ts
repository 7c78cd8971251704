// A NATS server in memory with JetStream, and connections to it, as far as the bus asks for them.
// Place: bus -> link -> **the connection of the program** -> NATS
// Rules: the test says when the server is away, what it refuses and what it never answers. Whether the real one does the same
//        is shown by the suites on it.

import type { NatsConnection, NatsMessage, NatsStatus } from "../src/client-types.ts";
import type { JetStream, StreamConsumption, StreamFacts, StreamMessage, StreamWishes } from "../src/jetstream-types.ts";

type Callback = (error: Error | null, message: NatsMessage) => void;

/** What is told one after the other, to whoever iterates. */
export class Telling<Value> {
  readonly #told: Value[] = [];
  #wake: (() => void) | undefined;
  #ended: "not" | "done" | Error = "not";

  tell(value: Value): void {
    this.#told.push(value);
    this.#wake?.();
  }

  end(how: "done" | Error = "done"): void {
    this.#ended = how;
    this.#wake?.();
  }

  async *iterate(): AsyncIterable<Value> {
    for (;;) {
      const next = this.#told.shift();
      if (next !== undefined) yield next;
      else if (this.#ended instanceof Error) throw this.#ended;
      else if (this.#ended === "done") return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** An error of JetStream. */
export class FakeJetStreamError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`error ${code}`);
    this.code = code;
  }
}

/** A connection. */
export class FakeConnection implements NatsConnection {
  readonly statuses: Telling<NatsStatus> = new Telling();
  readonly #server: FakeNats;
  readonly #subscriptions: Map<Callback, string> = new Map();
  #close: (error?: Error) => void = () => undefined;
  readonly #closed: Promise<unknown>;
  #isClosed = false;

  constructor(server: FakeNats) {
    this.#server = server;
    this.#closed = new Promise((resolve, reject) => {
      this.#close = (error) => (error === undefined ? resolve(undefined) : reject(error));
    });
    server.connections.add(this);
  }

  get info(): { readonly max_payload: number } | undefined {
    return this.#server.maxPayload === undefined ? undefined : { max_payload: this.#server.maxPayload };
  }

  publish(subject: string, payload: Uint8Array = new Uint8Array()): void {
    this.#server.published.push(subject);
    const data = new Uint8Array(payload);
    for (const connection of this.#server.connections) connection.#hear(subject, data);
  }

  subscribe(subject: string, { callback }: { callback: Callback }): { unsubscribe(): void } {
    this.#subscriptions.set(callback, subject);
    if (this.#server.refuses === subject) callback(new Error("Permissions Violation"), { data: new Uint8Array() });
    return { unsubscribe: () => void this.#subscriptions.delete(callback) };
  }

  async flush(): Promise<void> {
    this.#server.flushes++;
    await Promise.resolve();
    await this.#server.hold("flush");
  }

  status(): AsyncIterable<NatsStatus> {
    return this.statuses.iterate();
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  closed(): Promise<unknown> {
    return this.#closed;
  }

  /** The connection has ended. */
  close(error?: Error): void {
    this.#isClosed = true;
    this.#server.connections.delete(this);
    this.#close(error);
  }

  #hear(subject: string, data: Uint8Array): void {
    for (const [callback, subscribed] of [...this.#subscriptions]) if (subscribed === subject) callback(null, { data });
  }
}

interface Stream {
  readonly wishes: StreamWishes;
  readonly created: string;
  messages: (StreamMessage & { readonly subject: string })[];
  last: number;
  readonly consumptions: Set<FakeConsumption>;
}

/** What comes out of a stream as it grows. */
export class FakeConsumption implements StreamConsumption {
  readonly statuses: Telling<{ readonly type: string }> = new Telling();
  readonly #ended: Promise<unknown>;
  #end: (error?: Error) => void = () => undefined;
  readonly tell: (message: StreamMessage) => void;

  constructor(tell: (message: StreamMessage) => void) {
    this.tell = tell;
    this.#ended = new Promise((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve(undefined) : reject(error));
    });
  }

  status(): AsyncIterable<{ readonly type: string }> {
    return this.statuses.iterate();
  }

  async close(): Promise<void> {
    this.end();
  }

  closed(): Promise<unknown> {
    return this.#ended;
  }

  /** It has ended by itself. */
  end(error?: Error): void {
    this.statuses.end(error ?? "done");
    this.#end(error);
  }
}

/** The server. */
export class FakeNats {
  readonly connections: Set<FakeConnection> = new Set();
  readonly streams: Map<string, Stream> = new Map();
  readonly published: string[] = [];
  maxPayload: number | undefined;
  /** A subject that nobody may subscribe to. */
  refuses: string | undefined;
  /** What is not answered as long as it is set. */
  hangs: RegExp | undefined;
  /** What JetStream answers with an error, by what is asked. */
  readonly failures: Map<string, Error[]> = new Map();
  flushes = 0;
  readonly #held: ((error?: Error) => void)[] = [];
  #made = Date.parse("2026-01-01T00:00:00Z");

  /** Tells all connections of a status. */
  tell(type: "disconnect" | "reconnect" | "other"): void {
    for (const { statuses } of this.connections) statuses.tell({ type });
  }

  hold(what: string): Promise<void> | undefined {
    const [failure] = this.failures.get(what)?.splice(0, 1) ?? [];
    if (failure !== undefined) return Promise.reject(failure);
    if (this.hangs?.test(what) !== true) return undefined;
    return new Promise((resolve, reject) => {
      this.#held.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** Answers what was held back. @param error with which it fails. */
  release(error?: Error): void {
    this.hangs = undefined;
    for (const go of this.#held.splice(0)) go(error);
  }

  /** The next times something is asked, it fails so. */
  fail(what: string, ...errors: readonly Error[]): void {
    this.failures.set(what, [...(this.failures.get(what) ?? []), ...errors]);
  }

  /** Lets go of the elder messages of a stream. */
  trim(name: string, keep: number): void {
    const stream = this.#streamOf(name);
    stream.messages = keep === 0 ? [] : stream.messages.slice(-keep);
  }

  consumptionsOf(name: string): FakeConsumption[] {
    return [...this.#streamOf(name).consumptions];
  }

  jetstream(): JetStream {
    return {
      client: {
        publish: async (subject, payload = new Uint8Array(), options = {}) => {
          await this.hold("publish");
          return this.#append(subject, payload, options.expect?.lastSubjectSequence);
        },
        consumers: {
          get: async (name, { opt_start_seq }) => {
            await this.hold("consumer");
            const stream = this.#streamOf(name);
            return { consume: async ({ callback }) => consume(stream, opt_start_seq, callback) };
          },
        },
      },
      manager: {
        streams: {
          info: async (name) => {
            // As it is when it is asked, however long the answer takes.
            const stream = this.streams.get(name);
            const facts = stream === undefined ? undefined : factsOf(stream);
            await this.hold("info");
            return facts ?? factsOf(this.#streamOf(name));
          },
          add: async (wishes) => {
            await this.hold("add");
            if (this.streams.has(wishes.name)) throw new FakeJetStreamError(10_058);
            this.#made += 1_000;
            const created = new Date(this.#made).toISOString();
            const stream: Stream = { wishes, created, messages: [], last: 0, consumptions: new Set() };
            this.streams.set(wishes.name, stream);
            return factsOf(stream);
          },
          getMessage: async (name, query) => {
            await this.hold("message");
            const { messages } = this.#streamOf(name);
            const found =
              "seq" in query ? messages.find(({ seq }) => seq === query.seq) : lastOf(messages, query.last_by_subj);
            return found ?? null;
          },
        },
      },
    };
  }

  #append(subject: string, payload: Uint8Array, expected: number | undefined): { seq: number } {
    const stream = [...this.streams.values()].find(({ wishes }) => wishes.subjects.some((one) => fits(one, subject)));
    if (stream === undefined) throw new Error("no responders");
    const before = lastOf(stream.messages, subject)?.seq ?? 0;
    if (expected !== undefined && expected !== before) throw new FakeJetStreamError(10_071);
    if (stream.wishes.max_msgs_per_subject === 1) {
      stream.messages = stream.messages.filter((message) => message.subject !== subject);
    }
    stream.last++;
    const message = { seq: stream.last, data: new Uint8Array(payload), subject };
    stream.messages.push(message);
    for (const { tell } of stream.consumptions) tell(message);
    return { seq: stream.last };
  }

  #streamOf(name: string): Stream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new FakeJetStreamError(10_059);
    return stream;
  }
}

function lastOf(messages: Stream["messages"], subject: string): StreamMessage | undefined {
  return messages.filter((message) => message.subject === subject).at(-1);
}

const fits = (pattern: string, subject: string): boolean =>
  pattern.endsWith("*") ? subject.startsWith(pattern.slice(0, -1)) : pattern === subject;

function factsOf({ created, messages, last }: Stream): StreamFacts {
  return { created, state: { first_seq: messages[0]?.seq ?? last + 1, last_seq: last } };
}

function consume(stream: Stream, from: number, callback: (message: StreamMessage) => void): FakeConsumption {
  const consumption = new FakeConsumption(callback);
  stream.consumptions.add(consumption);
  const forget = (): void => void stream.consumptions.delete(consumption);
  consumption.closed().then(forget, forget);
  for (const message of stream.messages) if (message.seq >= from) callback(message);
  return consumption;
}
