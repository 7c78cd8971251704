// What is asked of NATS's client, or of what looks like it: the program hands it in.
// Place: bus -> **the client of the program** -> NATS
// Rules: only what is used, in types that connections of @nats-io/transport-node 3 fit.

/** A message as it comes in. */
export interface NatsMessage {
  readonly data: Uint8Array;
}

/** A subscription. */
export interface NatsSubscription {
  unsubscribe(): void;
}

/** What the client says of its connection; `type` is a word such as `disconnect` or `reconnect`. */
export interface NatsStatus {
  readonly type: string;
}

/** A connection to NATS, such as `await connect()` of @nats-io/transport-node gives. */
export interface NatsConnection {
  readonly info?: { readonly max_payload: number } | undefined;
  publish(subject: string, payload?: Uint8Array): void;
  subscribe(
    subject: string,
    options: { callback: (error: Error | null, message: NatsMessage) => void },
  ): NatsSubscription;
  flush(): Promise<void>;
  status(): AsyncIterable<NatsStatus>;
  isClosed(): boolean;
  /** Settles at the end of it. */
  closed(): Promise<unknown>;
}
