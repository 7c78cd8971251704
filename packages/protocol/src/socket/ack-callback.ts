// The function at the end of an emit's arguments: what is called with the answer.
// Place: the user's code -> **emit** of sockets and broadcasts
// Rules: only the last argument counts, and only a function; what it takes is known to the program alone.
// Source: docs/protocol/socket-5.md, "Events and acks"

/** The callback of an ack. */
export type AckCallback = (...args: never[]) => unknown;

/** The arguments of an emit, parted from its ack. */
export interface EmitArguments {
  readonly args: readonly unknown[];
  readonly ack: AckCallback | undefined;
}

function isCallback(value: unknown): value is AckCallback {
  return typeof value === "function";
}

/** Parts the ack, if there is one, from the arguments of an emit. */
export function takeAck(args: readonly unknown[]): EmitArguments {
  const last = args.at(-1);
  return isCallback(last) ? { args: args.slice(0, -1), ack: last } : { args, ack: undefined };
}
