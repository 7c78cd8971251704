// What comes in for the namespaces of a node: read, looked at, and given to the adapter that it is for.
// Place: bus -> topics -> cluster (**reception**) -> adapters of namespaces
// Rules: nothing is believed before it has been looked at; what cannot be taken is refused, and counted; a question for a
//        namespace that this node does not have is answered at once.

import { absentAnswer } from "./absent-namespace.ts";
import type { Bus, Receive } from "./bus.ts";
import type { LinkedAdapter } from "./cluster-link.ts";
import type { ClusterMessage, ClusterResponse, NodeId } from "./message.ts";
import { faultOf } from "./message-check.ts";
import type { Outbox } from "./outbox.ts";
import type { Topics } from "./topics.ts";
import type { ClusterWire } from "./wire.ts";

/** What a reception is made of. */
export interface ReceptionHost {
  readonly bus: Pick<Bus, "maxMessageBytes">;
  readonly wire: ClusterWire;
  readonly topics: Topics;
  readonly outbox: Outbox;
  /** The id of this node. */
  readonly node: NodeId;
  /** Gives bytes the class that programs of the platform know. */
  toNativeBytes(bytes: Uint8Array): Uint8Array;
  /** A node has said something. */
  heard(node: NodeId): void;
  /** Something came that is not believed. */
  refused(error: unknown): void;
}

type Message = ClusterMessage | ClusterResponse;

/** The reception of one node. */
export class Reception {
  readonly #host: ReceptionHost;
  readonly #adapters: Map<string, LinkedAdapter> = new Map();
  /** What listens to the topics of each adapter. */
  readonly #listening: WeakMap<LinkedAdapter, ReadonlyMap<string, Receive>> = new WeakMap();

  constructor(host: ReceptionHost) {
    this.#host = host;
  }

  /** Begins with what is for all namespaces together. */
  begin(): void {
    const { wire, topics, node } = this.#host;
    const { shared } = wire;
    for (const topic of shared?.topics(node) ?? []) {
      topics.join(topic, (bytes) => this.#take(this.#read(bytes, (native) => shared?.decode(node, topic, native))));
    }
  }

  /** A namespace is there. @returns settles once the broker knows, or is away; undefined where it does. */
  attach(adapter: LinkedAdapter): Promise<void> | undefined {
    const { wire, topics, node } = this.#host;
    const { name } = adapter.nsp;
    this.#adapters.set(name, adapter);
    const names = wire.topics({ namespace: name, node });
    let listening = this.#listening.get(adapter);
    if (listening === undefined) {
      listening = new Map(names.map((topic) => [topic, (bytes) => this.received(adapter, topic, bytes)]));
      this.#listening.set(adapter, listening);
    }
    for (const [topic, receive] of listening) topics.join(topic, receive);
    const joined = names.map((topic) => topics.joined(topic)).filter((joining) => joining !== undefined);
    return joined.length === 0 ? undefined : Promise.all(joined).then(() => undefined);
  }

  /** A namespace has gone, or has another adapter by now. */
  detach(adapter: LinkedAdapter): void {
    const { name } = adapter.nsp;
    if (this.#adapters.get(name) === adapter) this.#adapters.delete(name);
    for (const [topic, receive] of this.#listening.get(adapter) ?? []) this.#host.topics.leave(topic, receive);
    this.#listening.delete(adapter);
  }

  /** Something has come over a topic of a namespace. */
  received(adapter: LinkedAdapter, topic: string, bytes: Uint8Array): void {
    const scope = { namespace: adapter.nsp.name, node: this.#host.node };
    const message = this.#read(bytes, (native) => this.#host.wire.decode(scope, topic, native));
    if (message !== undefined) adapter.take(message);
  }

  /** A node has gone for good. */
  nodeGone(node: NodeId): void {
    for (const adapter of [...this.#adapters.values()]) adapter.nodeGone(node);
  }

  /** @returns settles once the logs of all namespaces have what was written to them before. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#adapters.values()].map((adapter) => adapter.flushed()));
  }

  /** Takes what says itself of which namespace it is. */
  #take(message: Message | undefined): void {
    const { node } = this.#host;
    if (message === undefined || message.uid === node) return;
    const adapter = this.#adapters.get(message.nsp);
    if (adapter === undefined) this.#answerForNobody(message);
    else adapter.take(message);
  }

  /** Where this node has no such namespace it says so: nobody has to wait for it. */
  #answerForNobody(message: Message): void {
    const { wire, outbox, node } = this.#host;
    const answer = absentAnswer(message);
    if (answer === undefined) return;
    for (const { topic, bytes } of wire.encodeResponse(message.uid, { ...answer, uid: node, nsp: message.nsp })) {
      outbox.post(topic, bytes);
    }
  }

  #read(bytes: Uint8Array, decode: (bytes: Uint8Array) => Message | undefined): Message | undefined {
    const { bus, toNativeBytes, heard, refused } = this.#host;
    try {
      if (bytes.byteLength > bus.maxMessageBytes) throw new SyntaxError(`it has ${bytes.byteLength} bytes`);
      // Parts of the message that are bytes are of the class of the whole.
      const message = decode(toNativeBytes(bytes));
      if (message === undefined) return undefined;
      const fault = faultOf(message);
      if (fault !== undefined) throw fault;
      heard(message.uid);
      return message;
    } catch (error) {
      refused(error);
      return undefined;
    }
  }
}
