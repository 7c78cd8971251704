// Engines of several nodes without a broker: the test says when messages arrive, which are lost, and which node goes.
// Place: engine server -> node link -> **the test**
// Rules: the shapes are those of the engine, written down again here, since the testkit knows no server; order holds between
//        two nodes; nothing arrives by itself.

/** A message on its way. */
export interface FakeNodeMessage {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly bytes: Uint8Array;
}

/** A node's way to the others. */
export interface FakeNodeLink {
  readonly name: string;
  readonly maxMessageBytes: number;
  knows(node: string): boolean;
  send(node: string, kind: string, bytes: Uint8Array): Promise<Error | undefined>;
  receive(kind: string, listener: (bytes: Uint8Array, from: string) => void): void;
  onGone(listener: (node: string) => void): void;
}

interface Member {
  readonly receivers: Map<string, (bytes: Uint8Array, from: string) => void>;
  readonly goneListeners: ((node: string) => void)[];
}

/** The nodes of a test. */
export class FakeNodes {
  /** Whether messages can be sent. */
  isUp = true;
  /** Whether it is known that what was sent is on its way. */
  confirms = true;
  /** What is lost on its way; nothing by default. */
  loses: (message: FakeNodeMessage) => boolean = () => false;
  /** What stays on its way for now; nothing by default. */
  holds: (message: FakeNodeMessage) => boolean = () => false;
  /** Whether everything arrives twice. */
  repeats = false;
  /** Everything that was sent. */
  readonly sent: FakeNodeMessage[] = [];
  readonly #maxMessageBytes: number;
  readonly #members: Map<string, Member> = new Map();
  #underWay: FakeNodeMessage[] = [];

  constructor(maxMessageBytes: number = 1_000_000) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Adds a node. */
  link(name: string): FakeNodeLink {
    const member: Member = { receivers: new Map(), goneListeners: [] };
    this.#members.set(name, member);
    return {
      name,
      maxMessageBytes: this.#maxMessageBytes,
      knows: (node) => node !== name && this.#members.has(node),
      send: (to, kind, bytes) => this.#send({ from: name, to, kind, bytes }),
      receive: (kind, listener) => void member.receivers.set(kind, listener),
      onGone: (listener) => void member.goneListeners.push(listener),
    };
  }

  /** Has a node send something that its engine would not. */
  forge(message: FakeNodeMessage): void {
    this.#underWay.push(message);
  }

  /** What is on its way arrives. @returns whether there was something. */
  deliver(): boolean {
    const due = this.#underWay.filter((message) => !this.holds(message));
    this.#underWay = this.#underWay.filter((message) => this.holds(message));
    for (const message of due) {
      if (this.loses(message)) continue;
      for (let times = this.repeats ? 2 : 1; times > 0; times--) this.#arrive(message);
    }
    return due.length > 0;
  }

  /** A node dies, and the others notice. */
  kill(name: string): void {
    this.#members.delete(name);
    for (const { goneListeners } of this.#members.values()) for (const tell of goneListeners) tell(name);
  }

  #arrive({ from, to, kind, bytes }: FakeNodeMessage): void {
    this.#members.get(to)?.receivers.get(kind)?.(bytes, from);
  }

  #send(message: FakeNodeMessage): Promise<Error | undefined> {
    if (message.bytes.byteLength > this.#maxMessageBytes)
      return Promise.resolve(new RangeError("The message is too long"));
    if (!this.isUp) return Promise.resolve(new Error("The broker is away"));
    this.sent.push(message);
    this.#underWay.push(message);
    return this.confirms ? Promise.resolve(undefined) : new Promise(() => undefined);
  }
}
