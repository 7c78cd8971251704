// A connection to Redis that takes commands, whichever library it is of.
// Place: streams bus -> **command line** -> client of Redis -> Redis
// Rules: answers come as bytes; what cannot be sent now is refused, and nothing is sent a second time by itself: who appends
//        has to know whether it may have been done.

import { decodeUtf8 } from "@bowline/protocol/internal";

/** A connection that takes commands. */
export interface CommandLine {
  /** Whether commands get through now, as far as the client knows. */
  readonly isReady: boolean;
  /** Told whenever `isReady` may be another one. @returns what ends that. */
  onChange(listener: () => void): () => void;
  /** Sends a command. @returns the answer, its texts as bytes. */
  send(...command: readonly (string | Uint8Array)[]): Promise<unknown>;
  /** Ends the connection. */
  close(): void;
}

/** Reads a text of an answer. @throws TypeError for what is none. */
export function textIn(answer: unknown): string {
  if (typeof answer === "string") return answer;
  if (answer instanceof Uint8Array) return decodeUtf8(answer);
  throw new TypeError("Cannot read the answer of Redis: a text is missing");
}

/** Reads a list of an answer; none is an empty one. */
export function listIn(answer: unknown): readonly unknown[] {
  const list: unknown[] = Array.isArray(answer) ? answer : [];
  return list;
}
