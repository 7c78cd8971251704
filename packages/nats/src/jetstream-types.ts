// What is asked of JetStream's client: the program hands it in.
// Place: log, store -> **the client of the program** -> JetStream
// Rules: only what is used, in types that @nats-io/jetstream 3 fits.

/** A message of a stream. */
export interface StreamMessage {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** What a stream says of itself. */
export interface StreamFacts {
  /** When it was made, as a text. */
  readonly created: string;
  readonly state: { readonly first_seq: number; readonly last_seq: number };
}

/** How a stream is made. */
export interface StreamWishes {
  readonly name: string;
  readonly subjects: string[];
  readonly storage: "file" | "memory";
  readonly num_replicas: number;
  /** In nanoseconds. */
  readonly max_age: number;
  readonly max_msgs?: number;
  readonly max_msgs_per_subject?: number;
  readonly max_bytes?: number;
}

/** What comes out of a stream as it grows. */
export interface StreamConsumption {
  status(): AsyncIterable<{ readonly type: string }>;
  close(): Promise<unknown>;
  closed(): Promise<unknown>;
}

/** Reads a stream in order. */
export interface StreamConsumer {
  consume(options: { callback: (message: StreamMessage) => void; expires: number }): Promise<StreamConsumption>;
}

/** What `jetstream(connection)` gives. */
export interface JetStreamClient {
  publish(
    subject: string,
    payload?: Uint8Array,
    options?: { timeout?: number; expect?: { lastSubjectSequence?: number } },
  ): Promise<{ readonly seq: number }>;
  readonly consumers: {
    get(
      stream: string,
      options: { deliver_policy: "by_start_sequence"; opt_start_seq: number },
    ): Promise<StreamConsumer>;
  };
}

/** What `await jetstreamManager(connection)` gives. */
export interface JetStreamManager {
  readonly streams: {
    info(name: string): Promise<StreamFacts>;
    add(wishes: StreamWishes): Promise<StreamFacts>;
    getMessage(name: string, query: { seq: number } | { last_by_subj: string }): Promise<StreamMessage | null>;
  };
}

/** JetStream's client, both parts of it. */
export interface JetStream {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** The numbers by which JetStream tells what is wrong. */
export const JetStreamCode = {
  STREAM_NAME_IN_USE: 10_058,
  STREAM_NOT_FOUND: 10_059,
  WRONG_LAST_SEQUENCE: 10_071,
  WRONG_LAST_SEQUENCE_UNKNOWN: 10_164,
} as const;

/** The number of an error of JetStream; undefined for other errors. */
export function codeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "number" ? code : undefined;
}
