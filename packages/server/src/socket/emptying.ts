// Has a client tell its listeners what it has got of a replay that was cut off, before it is sent anything again.
// Place: reception -> **emptying** -> connection -> engine link
// Rules: the client takes its offset from what it has told, and shows it when it comes back: so it is told that it has its
//        session, sent away once it has read that, and asked for nothing else.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { ClientConnection } from "./connection.ts";

/** The namespaces in which clients are to empty their buffers, each with what is done once that is so. */
const EMPTYING: WeakMap<ClientConnection, Map<string, () => void>> = new WeakMap();

/** A client says something in a namespace that it is not in. @returns whether it has emptied its buffer there, and been sent away. */
export function hasEmptied(client: ClientConnection, namespace: string): boolean {
  const over = EMPTYING.get(client)?.get(namespace);
  over?.();
  return over !== undefined;
}

/** Whether what is sent to a client in one turn may come in part: a body of polling comes whole or not at all. */
export function sendsInParts({ origin }: ClientConnection): boolean {
  return origin.supportsBinary;
}

/** Whether it can be told when a client has read what was sent; other engines do not know. */
export function canEmpty({ origin }: ClientConnection): boolean {
  return origin.probe !== undefined;
}

/**
 * Tells a client that it has its session back, and nothing else; then ends its connection, and has it come once more.
 * @param emptied called once the client has read that: it says something in the namespace, or answers a ping. Never where the
 * connection ends before.
 */
export function emptyBuffer(
  client: ClientConnection,
  namespace: string,
  reply: { readonly sid: string; readonly pid: string },
  emptied: () => void,
): void {
  const over = (): void => {
    emptied();
    client.close();
  };
  const own = EMPTYING.get(client) ?? new Map<string, () => void>();
  EMPTYING.set(client, own.set(namespace, over));
  client.write(client.dialect.connected(namespace, reply));
  client.origin.probe?.(over);
}
