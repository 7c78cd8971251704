// The way of forwarded messages between two engines: writes and cuts them, puts them together, checks who may say what.
// Place: forwarding (**node post**) -> node link
// Rules: what cannot be read is told at a trace point and harms nobody; what could not be sent is told to who sent it.

import type { Trace } from "@bowline/protocol/internal";
import { type EntranceMessage, encodeForward, type OwnerMessage } from "./forward-message.ts";
import { type NodeLink, TO_ENTRANCE, TO_OWNER } from "./node-link.ts";
import { cutInParts, PartJoiner } from "./parts.ts";

/** Sends messages of a kind to a node. */
export type SendTo<Message> = (node: string, message: Message, failed?: (error: Error) => void) => void;

/** Takes messages of a kind. */
export interface PostBox<Message> {
  readonly kind: string;
  decode(bytes: Uint8Array): Message | undefined;
  take(node: string, message: Message): void;
  /** A node has gone. */
  gone(node: string): void;
}

/** What comes and goes between this node and the others. */
export class NodePost {
  readonly #link: NodeLink;
  readonly #trace: Trace;
  readonly #maxMessageBytes: number;
  #sent = 0;

  /** @param maxMessageBytes most bytes of a message that another node may send. */
  constructor(link: NodeLink, trace: Trace, maxMessageBytes: number) {
    this.#link = link;
    this.#trace = trace;
    this.#maxMessageBytes = maxMessageBytes;
  }

  readonly toOwner: SendTo<OwnerMessage> = (node, message, failed) => this.#send(node, TO_OWNER, message, failed);

  readonly toEntrance: SendTo<EntranceMessage> = (node, message, failed) =>
    this.#send(node, TO_ENTRANCE, message, failed);

  /** Has the messages of a kind come in. */
  open<Message>(box: PostBox<Message>): void {
    const joiner = new PartJoiner(this.#maxMessageBytes);
    this.#link.receive(box.kind, (bytes, from) => {
      let message: Message | undefined;
      try {
        const whole = joiner.take(from, bytes);
        message = whole === undefined ? undefined : box.decode(whole);
      } catch (error) {
        this.#trace("forward.refused").publish({ node: from, error });
        return;
      }
      if (message !== undefined) box.take(from, message);
    });
    this.#link.onGone((node) => {
      joiner.forget(node);
      box.gone(node);
    });
  }

  #send(
    node: string,
    kind: string,
    message: OwnerMessage | EntranceMessage,
    failed: ((error: Error) => void) | undefined,
  ): void {
    this.#sent = (this.#sent + 1) >>> 0;
    let isTold = false;
    for (const part of cutInParts(this.#sent, encodeForward(message), this.#link.maxMessageBytes)) {
      void this.#link.send(node, kind, part).then((error) => {
        if (error === undefined || isTold) return;
        isTold = true;
        failed?.(error);
      });
    }
  }
}
