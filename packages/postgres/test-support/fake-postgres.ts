// A PostgreSQL in memory that knows the statements of the bus by how they begin, and a pool of connections to it.
// Place: bus -> link -> **the pool of the program** -> PostgreSQL
// Rules: what is notified reaches every connection that listens; the test says when it is away, what it refuses and what it
//        never answers. Whether statements are SQL that does the same is shown by the suites on a real PostgreSQL.

import type { PostgresClient, PostgresNotification, PostgresPool, PostgresResult } from "../src/client-types.ts";

type Row = Readonly<Record<string, unknown>>;
type Listener = (about: never) => void;

interface Entry {
  readonly topic: string;
  readonly epoch: number;
  readonly seq: number;
  readonly payload: Uint8Array;
}

interface Kept {
  value: Uint8Array | null;
  fence: number;
}

const text = (value: unknown): string => (typeof value === "string" ? value : expectNever(value));
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : expectNever(value));

function expectNever(value: unknown): never {
  throw new TypeError(`Cannot use ${String(value)}: the bus gives a text there`);
}

function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? new Uint8Array(value) : expectNever(value);
}

/** Events of one connection, or of the pool. */
class Events {
  readonly #listeners: Map<string, Set<Listener>> = new Map();

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    this.#listeners.get(event)?.delete(listener);
    return this;
  }

  count(event: string): number {
    return this.#listeners.get(event)?.size ?? 0;
  }

  tell(event: string, about?: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) Reflect.apply(listener, undefined, [about]);
  }
}

/** One connection. */
export class FakeConnection extends Events implements PostgresClient {
  readonly listens: Set<string> = new Set();
  readonly #server: FakePostgres;
  #isEnded = false;
  #isBusy = false;

  constructor(server: FakePostgres) {
    super();
    this.#server = server;
  }

  async query(statement: string, values: unknown[] = []): Promise<PostgresResult> {
    if (this.#isBusy) throw new Error("Cannot query: another query is under way");
    this.#isBusy = true;
    try {
      await Promise.resolve();
      await this.#server.hold(statement);
      if (this.#isEnded) throw new Error("Connection terminated");
      return { rows: this.#server.answer(this, statement, values) };
    } finally {
      this.#isBusy = false;
    }
  }

  release(isBroken?: boolean | Error): void {
    this.#server.borrowed--;
    if (isBroken === undefined || isBroken === false) return;
    this.#isEnded = true;
    this.#server.connections.delete(this);
  }

  /** As the server ends a connection. */
  end(): void {
    this.#isEnded = true;
    this.#server.connections.delete(this);
    this.tell("error", new Error("terminating connection due to administrator command"));
    this.tell("end");
  }
}

/** The server. */
export class FakePostgres {
  readonly connections: Set<FakeConnection> = new Set();
  readonly attachments: Map<string, Uint8Array> = new Map();
  readonly heads: Map<string, { epoch: number; seq: number }> = new Map();
  readonly store: Map<string, Kept> = new Map();
  readonly statements: string[] = [];
  log: Entry[] = [];
  isAway = false;
  /** Statements that are refused. */
  refuses: RegExp | undefined;
  /** Statements that are not answered as long as it is set. */
  hangs: RegExp | undefined;
  /** Tables that `missingTables` is told of. */
  missing: string[] = [];
  /** What a clean-up has deleted, one after the other; then nothing. */
  readonly gone: number[] = [];
  borrowed = 0;
  mostBorrowed = 0;
  readonly poolEvents: Events = new Events();
  readonly #held: (() => void)[] = [];
  #ids = 0;
  #epochs = 1_700_000_000_000_000;

  pool(max?: number): PostgresPool {
    const { poolEvents } = this;
    return {
      ...(max === undefined ? {} : { options: { max } }),
      connect: () => this.#connect(),
      on: (event, listener) => poolEvents.on(event, listener),
      removeListener: (event, listener) => poolEvents.removeListener(event, listener),
    };
  }

  /** All connections end. */
  kill(): void {
    for (const connection of [...this.connections]) connection.end();
    for (const go of this.#held.splice(0)) go();
  }

  /** Answers what was held back. */
  release(): void {
    this.hangs = undefined;
    for (const go of this.#held.splice(0)) go();
  }

  hold(statement: string): Promise<void> | undefined {
    if (this.hangs?.test(statement) !== true) return undefined;
    return new Promise((resolve) => this.#held.push(resolve));
  }

  notify(channel: string, payload: string): void {
    const message: PostgresNotification = { channel, payload };
    for (const connection of this.connections)
      if (connection.listens.has(channel)) connection.tell("notification", message);
  }

  answer(connection: FakeConnection, statement: string, values: readonly unknown[]): Row[] {
    this.statements.push(statement);
    if (this.refuses?.test(statement) === true) throw new Error("permission denied");
    for (const [begins, perform] of STATEMENTS) {
      if (begins.test(statement)) return perform(this, values, { connection, statement });
    }
    throw new Error(`Cannot answer "${statement}": the fake does not know it`);
  }

  headOf(topic: string): { epoch: number; seq: number } {
    let head = this.heads.get(topic);
    if (head === undefined) {
      this.#epochs += 1;
      head = { epoch: this.#epochs, seq: 0 };
      this.heads.set(topic, head);
    }
    return head;
  }

  nextId(): string {
    this.#ids++;
    return String(this.#ids);
  }

  async #connect(): Promise<FakeConnection> {
    await Promise.resolve();
    await this.hold("CONNECT");
    if (this.isAway) throw new Error("connect ECONNREFUSED");
    const connection = new FakeConnection(this);
    this.connections.add(connection);
    this.borrowed++;
    this.mostBorrowed = Math.max(this.mostBorrowed, this.borrowed);
    return connection;
  }
}

type Perform = (
  server: FakePostgres,
  values: readonly unknown[],
  asked: { readonly connection: FakeConnection; readonly statement: string },
) => Row[];

const claim: Perform = (server, [key], { statement }) => {
  const kept = server.store.get(text(key));
  if (kept === undefined || kept.value === null) return [];
  const { value } = kept;
  kept.fence++;
  if (statement.includes("SET value = NULL")) kept.value = null;
  return [{ value, fence: String(kept.fence) }];
};

const STATEMENTS: readonly (readonly [RegExp, Perform])[] = [
  [/^SET |^SELECT 1$|^SELECT pg_advisory_xact_lock/, () => []],
  [/^SELECT name FROM unnest/, (server) => server.missing.map((name) => ({ name }))],
  [
    /^(UN)?LISTEN /,
    (_, __, { connection, statement }) => {
      for (const [, isNot, channel = ""] of statement.matchAll(/(UN)?LISTEN "([^"]*)"/g)) {
        if (isNot === undefined) connection.listens.add(channel);
        else connection.listens.delete(channel);
      }
      return [];
    },
  ],
  [
    /^SELECT pg_notify\(channel/,
    (server, [channels, payloads]) => {
      const said = texts(payloads);
      for (const [index, channel] of texts(channels).entries()) server.notify(channel, said[index] ?? "");
      return [];
    },
  ],
  [
    /^WITH kept AS \(INSERT/,
    (server, [channel, content, head]) => {
      const id = server.nextId();
      server.attachments.set(id, bytes(content));
      server.notify(text(channel), text(head) + id);
      return [];
    },
  ],
  [
    /^SELECT payload FROM/,
    (server, [id]) =>
      [server.attachments.get(text(id))].flatMap((payload) => (payload === undefined ? [] : [{ payload }])),
  ],
  [
    /^WITH head AS/,
    (server, [topic, entries, channel]) =>
      texts(entries).map((base64) => {
        const head = server.headOf(text(topic));
        head.seq++;
        const { epoch, seq } = head;
        server.log.push({ topic: text(topic), epoch, seq, payload: Buffer.from(base64, "base64") });
        const place = `${epoch}-${seq}`;
        server.notify(text(channel), place.length + base64.length < 7_999 ? `${place}:${base64}` : place);
        return { epoch: String(epoch), seq: String(seq) };
      }),
  ],
  [/^INSERT INTO \S+ AS known/, (server, [topic]) => [{ ...server.headOf(text(topic)) }]],
  [
    /^SELECT epoch, seq, payload FROM/,
    (server, [topic, epoch, after, upTo]) =>
      server.log
        .filter((entry) => entry.topic === topic && entry.epoch === epoch)
        .filter(({ seq }) => seq > Number(after) && seq <= Number(upTo))
        .slice(0, 500)
        .map((entry) => ({ ...entry })),
  ],
  [
    /^SELECT 1 FROM \S+ AS head/,
    (server, [topic, epoch, seq]) => {
      const head = server.heads.get(text(topic));
      const isNext = (entry: Entry): boolean =>
        entry.topic === topic && entry.epoch === epoch && entry.seq === Number(seq) + 1;
      return head?.epoch === epoch && (head?.seq === seq || server.log.some(isNext)) ? [{}] : [];
    },
  ],
  [
    /^INSERT INTO \S+ AS kept/,
    (server, [key, value, fence]) => {
      const kept = server.store.get(text(key));
      if (kept === undefined || kept.fence <= Number(fence)) {
        server.store.set(text(key), { value: bytes(value), fence: Number(fence) });
      }
      return [];
    },
  ],
  [/^WITH found AS/, claim],
  [
    /^UPDATE \S+ SET value = NULL/,
    (server, [key, fence]) => {
      const kept = server.store.get(text(key));
      if (kept !== undefined && kept.fence <= Number(fence)) kept.value = null;
      return [];
    },
  ],
  [
    /^UPDATE \S+ SET epoch =/,
    (server, [topic, epoch, seq]) => {
      const head = server.heads.get(text(topic));
      if (head?.epoch === epoch && head !== undefined && head.seq < Number(seq)) server.heads.delete(text(topic));
      return [];
    },
  ],
  [/^WITH gone AS/, (server) => [{ gone: server.gone.shift() ?? 0 }]],
];
