// The way of forwarded messages between two engines: writes, bundles and cuts them, puts them together, checks who may say
// what.
// Place: forwarding (**node post**) -> node link
// Rules: what is for one node in one turn is one message; so many bytes are with the cluster at most, and more waits here, in
//        order, since the cluster has others to serve; what cannot be read is told at a trace point and harms nobody; what
//        could not be sent is told to who sent it.

import type { Alarm } from "@bowline/protocol/internal";
import type { EnginePlatform } from "../engine-platform.ts";
import { bundle, ENVELOPE_BYTES, unbundle } from "./envelopes.ts";
import { type EntranceMessage, encodeForward, type OwnerMessage } from "./forward-message.ts";
import { type NodeLink, TO_ENTRANCE, TO_OWNER } from "./node-link.ts";
import { cutInParts, PART_HEAD_BYTES, PartJoiner } from "./parts.ts";

/** Bytes that the cluster is given before the broker has confirmed some of them. */
const HANDED_OVER_BYTES = 4 * 1024 * 1024;

/** Numbers of messages begin with the time, so that those of a later engine are greater; so many fit into a millisecond. */
const NUMBERS_PER_MS = 1000;

/** Is told why a message was not sent. */
type Failed = (error: Error) => void;

/** Sends messages of a kind to a node. */
export type SendTo<Message> = (node: string, message: Message, failed?: Failed) => void;

/** Takes messages of a kind. */
export interface PostBox<Message> {
  readonly kind: string;
  decode(bytes: Uint8Array): Message | undefined;
  take(node: string, message: Message): void;
  /** A node has gone. */
  gone(node: string): void;
}

/** What it works with. */
export interface NodePostHost {
  readonly link: NodeLink;
  readonly platform: Pick<EnginePlatform, "clock" | "trace" | "reportUncaught">;
  /** Most bytes of what another node may send at once. */
  readonly maxMessageBytes: number;
}

/** What is for one node in this turn. */
interface Bundle {
  readonly node: string;
  readonly kind: string;
  readonly messages: Uint8Array[];
  readonly failures: Failed[];
  bytes: number;
  isLost: boolean;
}

/** A part of a bundle that waits for those before it. */
interface WaitingPart {
  readonly of: Bundle;
  readonly bytes: Uint8Array;
}

/** What comes and goes between this node and the others. */
export class NodePost implements Alarm {
  readonly #host: NodePostHost;
  /** The bundles of this turn. */
  #due: Bundle[] = [];
  /** The last one of them for each node and kind, which more is added to. */
  readonly #latest: Map<string, Bundle> = new Map();
  /** What the cluster is not to have yet. */
  readonly #waiting: WaitingPart[] = [];
  #unsentBytes = 0;
  #handedOverBytes = 0;
  #lastNumber: number;

  constructor(host: NodePostHost) {
    this.#host = host;
    this.#lastNumber = Math.floor(host.platform.clock.now() * NUMBERS_PER_MS);
  }

  readonly toOwner: SendTo<OwnerMessage> = (node, message, failed) => this.#send(node, TO_OWNER, message, failed);

  readonly toEntrance: SendTo<EntranceMessage> = (node, message, failed) =>
    this.#send(node, TO_ENTRANCE, message, failed);

  /** What the broker has yet to take, in bytes. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** Has the messages of a kind come in. */
  open<Message>(box: PostBox<Message>): void {
    const { link, maxMessageBytes } = this.#host;
    const joiner = new PartJoiner(maxMessageBytes);
    link.receive(box.kind, (bytes, from) => {
      this.#believing(from, () => {
        const whole = joiner.take(from, bytes);
        for (const one of whole === undefined ? [] : unbundle(whole)) this.#hear(box, from, one);
      });
    });
    link.onGone((node) => {
      joiner.forget(node);
      this.#tell(() => box.gone(node));
    });
  }

  /** The turn ends: what was said in it goes on its way. */
  ring(): void {
    const due = this.#due;
    this.#due = [];
    this.#latest.clear();
    for (const one of due) this.#cut(one);
    this.#handOver();
  }

  #hear<Message>(box: PostBox<Message>, from: string, bytes: Uint8Array): void {
    let message: Message | undefined;
    this.#believing(from, () => {
      message = box.decode(bytes);
    });
    const heard = message;
    if (heard !== undefined) this.#tell(() => box.take(from, heard));
  }

  /** What is no message of ours harms none of the others. */
  #believing(node: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#host.platform.trace("forward.refused").publish({ node, error });
    }
  }

  /** What programs throw is theirs, as at home, and costs nobody else his message. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#host.platform.reportUncaught(error);
    }
  }

  #send(node: string, kind: string, message: OwnerMessage | EntranceMessage, failed: Failed | undefined): void {
    const bytes = encodeForward(message);
    const lane = `${kind} ${node}`;
    const cost = bytes.byteLength + ENVELOPE_BYTES;
    let latest = this.#latest.get(lane);
    // A long one has the others go first.
    if (latest === undefined || latest.bytes + cost > this.#host.link.maxMessageBytes - PART_HEAD_BYTES) {
      latest = { node, kind, messages: [], failures: [], bytes: 0, isLost: false };
      this.#latest.set(lane, latest);
      if (this.#due.push(latest) === 1) this.#host.platform.clock.turnEnd(this);
    }
    latest.messages.push(bytes);
    latest.bytes += cost;
    this.#unsentBytes += cost;
    if (failed !== undefined) latest.failures.push(failed);
  }

  #cut(one: Bundle): void {
    this.#lastNumber += 1;
    const parts = cutInParts(this.#lastNumber, bundle(one.messages), this.#host.link.maxMessageBytes);
    this.#unsentBytes -= one.bytes;
    for (const bytes of parts) {
      this.#waiting.push({ of: one, bytes });
      this.#unsentBytes += bytes.byteLength;
    }
  }

  /** Gives the cluster as much as it may have. */
  #handOver(): void {
    while (this.#handedOverBytes < HANDED_OVER_BYTES) {
      const part = this.#waiting.shift();
      if (part === undefined) return;
      const { byteLength } = part.bytes;
      // Of what has lost a part the others are of no use.
      if (part.of.isLost) this.#unsentBytes -= byteLength;
      else {
        this.#handedOverBytes += byteLength;
        const { node, kind } = part.of;
        void this.#host.link.send(node, kind, part.bytes).then((error) => {
          this.#handedOverBytes -= byteLength;
          this.#unsentBytes -= byteLength;
          if (error !== undefined) this.#lose(part.of, error);
          this.#handOver();
        });
      }
    }
  }

  #lose(one: Bundle, error: Error): void {
    if (one.isLost) return;
    one.isLost = true;
    for (const failed of one.failures) this.#tell(() => failed(error));
  }
}
