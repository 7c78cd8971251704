// A session's owner that does nothing but write down what it hears.
// Place: session -> **the owner**, where client and server would have their socket layer
// Rules: what is told is kept in order; what an owner does in a handler, a test does through `on…`.

import type { CloseReason } from "@bowline/protocol/internal";

/** One thing that a session told, as a short text: `message hi`, `closed ping timeout`, `pong 40`. */
export type Told = string;

/** What a session told its owner; it has the shape of `SessionEvents`. */
export interface SessionRecorder {
  /** Everything in order. */
  readonly told: Told[];
  readonly messages: (string | Uint8Array)[];
  readonly closes: { readonly reason: CloseReason; readonly cause: unknown }[];
  /** What else the owner does when something is told. */
  react: (told: Told) => void;
  message(data: string | Uint8Array): void;
  heartbeat(type: "ping" | "pong", latencyMs?: number): void;
  drained(): void;
  closed(reason: CloseReason, cause?: unknown): void;
}

/** Makes an owner that writes down what it hears. */
export function createSessionRecorder(): SessionRecorder {
  function tell(told: Told): void {
    recorder.told.push(told);
    recorder.react(told);
  }
  const recorder: SessionRecorder = {
    told: [],
    messages: [],
    closes: [],
    react: () => undefined,
    message(data: string | Uint8Array): void {
      recorder.messages.push(data);
      tell(typeof data === "string" ? `message ${data}` : `message of ${data.byteLength} bytes`);
    },
    heartbeat(type: "ping" | "pong", latencyMs?: number): void {
      tell(latencyMs === undefined ? type : `${type} ${latencyMs}`);
    },
    drained(): void {
      tell("drained");
    },
    closed(reason: CloseReason, cause?: unknown): void {
      recorder.closes.push({ reason, cause });
      tell(`closed ${reason}`);
    },
  };
  return recorder;
}
