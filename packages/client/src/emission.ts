// What a program says about its next emit, and what becomes of an emit that no buffer had room for.
// Place: bytes <- engine dialect <- session <- socket codec <- connection / namespace / **socket**
// Rules: modifiers hold for one emit; names are upstream's, since programs look at `socket.flags`.
// Source: docs/protocol/socket-5.md, "Events and acks"

/** What holds for the next emit alone. */
export interface Modifiers {
  volatile?: boolean;
  compress?: boolean;
  /** Longest time to wait for the acknowledgement, in milliseconds. */
  timeout?: number;
  /** Whether the acknowledgement takes an error or null first even without a time limit. */
  takesError?: boolean;
}

/** An event that was dropped, since its buffer was full. */
export interface DroppedEvent {
  /** Name of the event. */
  readonly event: string;
  /** Its arguments, without the acknowledgement. */
  readonly args: readonly unknown[];
  /** `send` for what the program emitted, `receive` for what came before `connect`. */
  readonly buffer: "send" | "receive";
  /** Why it was dropped. */
  readonly reason: string;
}

/** What is told of a dropped event. */
export function droppedFrom([event, ...args]: readonly unknown[], buffer: DroppedEvent["buffer"]): DroppedEvent {
  return { event: String(event), args, buffer, reason: `the ${buffer} buffer is full` };
}

/** An event was dropped, since too many wait for a connection already. */
export class BufferFullError extends Error {
  override readonly name = "BufferFullError";
  readonly code = "BOWLINE_BUFFER_FULL";

  constructor() {
    super("too many events wait to be sent");
  }
}
