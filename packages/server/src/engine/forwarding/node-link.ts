// The other nodes of a cluster, as the engine of one of them knows them.
// Place: engine server -> forwarding -> **node link** -> the cluster, which the composition hands in
// Rules: the engine knows no broker and no adapter; what one node sends to another arrives in that order, or not at all.

/** What carries bytes between engines. */
export interface NodeLink {
  /** What this node is called now: `NODE_NAME_LENGTH` characters of base64url, with which the ids of its sessions begin. */
  readonly name: string;
  /** Most bytes of one message. */
  readonly maxMessageBytes: number;
  /** Whether another node of this name is there, as far as is known. */
  knows(node: string): boolean;
  /**
   * Sends bytes to a node.
   * @returns undefined once they are on their way, or the error where they will never be.
   */
  send(node: string, kind: string, bytes: Uint8Array): Promise<Error | undefined>;
  /** Has messages of a kind come in; one listener for each kind. @param from the node that has sent it. */
  receive(kind: string, listener: (bytes: Uint8Array, from: string) => void): void;
  /** Tells of each node that has gone, be it with a goodbye or without. */
  onGone(listener: (node: string) => void): void;
}

/** How long the name of a node is. */
export const NODE_NAME_LENGTH = 4;

/** The kind of what goes to the node that has the session. */
export const TO_OWNER = "engine.owner";

/** The kind of what goes back to the node that the client has come to. */
export const TO_ENTRANCE = "engine.entrance";

/** What is answered without waiting for anything gets so much time, in milliseconds. */
export const PROMPT_MS = 10_000;
