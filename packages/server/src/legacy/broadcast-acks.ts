// Refuses acks of broadcasts, which 2.x did not know.
// Place: legacy namespace / legacy socket (**emit**) -> adapter
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

/** @throws TypeError when the arguments of a broadcast end with a function. */
export function refuseAck(event: unknown, args: readonly unknown[]): void {
  if (typeof args.at(-1) !== "function") return;
  const reason = "Callbacks are not supported when broadcasting";
  throw new TypeError(`Cannot emit "${String(event)}" with an ack: ${reason}; use timeout(ms).emit() of 4.x`);
}
