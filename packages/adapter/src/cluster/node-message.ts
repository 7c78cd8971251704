// What nodes say to each other beside all namespaces: that they are there, that they go, and what other parts of a server
// have for one node.
// Place: cluster -> **node message** -> bus -> the broker, and back the same way
// Rules: whatever the wire for namespaces is, this is written in our own way; kinds of later versions are nobody's business.

import { elementsOf } from "@bowline/protocol/internal";
import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import type { NodeId } from "./message.ts";

/** What a node says about itself. */
export type NodeMessage =
  | {
      /** `hello` wants an answer of everybody, `beat` does not. */
      readonly kind: "hello" | "beat";
      readonly id: NodeId;
      readonly name: string;
      /** Whether it has had its name for a while, so that sessions may have it. */
      readonly isSettled: boolean;
    }
  | { readonly kind: "bye"; readonly id: NodeId }
  | {
      /** For one node, from a part of the server that knows the channel. */
      readonly kind: "direct";
      readonly id: NodeId;
      readonly channel: string;
      readonly bytes: Uint8Array;
    };

/** The first element of every message. */
const VERSION = 1;
const HELLO = 1;
const BEAT = 2;
const BYE = 3;
const DIRECT = 4;

const ID = /^[\w-]{1,64}$/;
const NAME = /^[\w-]{4}$/;

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot decode the message of a node: ${reason}`);
}

/** Writes a message. @returns memory of its own. */
export function encodeNodeMessage(message: NodeMessage): Uint8Array {
  switch (message.kind) {
    case "hello":
    case "beat":
      return encodeMsgpack([
        VERSION,
        message.kind === "hello" ? HELLO : BEAT,
        message.id,
        message.name,
        message.isSettled,
      ]);
    case "bye":
      return encodeMsgpack([VERSION, BYE, message.id]);
    case "direct":
      return encodeMsgpack([VERSION, DIRECT, message.id, message.channel, message.bytes]);
    /* v8 ignore next 2 -- @preserve */
    default:
      return message satisfies never;
  }
}

/**
 * Reads a message.
 * @returns undefined for kinds of later versions.
 * @throws SyntaxError for what is no message of a node.
 */
export function decodeNodeMessage(bytes: Uint8Array): NodeMessage | undefined {
  const read = decodeMsgpack(bytes);
  if (!Array.isArray(read)) throw refusal("it is no list");
  const [version, kind, id, first, second] = elementsOf(read);
  if (version !== VERSION) return undefined;
  if (typeof id !== "string" || !ID.test(id)) throw refusal("it does not say which node it is of");
  switch (kind) {
    case HELLO:
    case BEAT:
      if (typeof first !== "string" || !NAME.test(first)) throw refusal("the node has no name");
      return { kind: kind === HELLO ? "hello" : "beat", id, name: first, isSettled: second === true };
    case BYE:
      return { kind: "bye", id };
    case DIRECT:
      if (typeof first !== "string" || !(second instanceof Uint8Array)) throw refusal("it has no channel or no bytes");
      return { kind: "direct", id, channel: first, bytes: second };
    default:
      return undefined;
  }
}
