// A connection to Redis that takes commands, whichever library it is of.
// Place: streams bus -> **command line** -> client of Redis -> Redis
// Rules: answers come as bytes; what cannot be sent now is refused, and nothing is sent a second time by itself: who appends
//        has to know whether it may have been done. Of a cluster the key says which of its nodes is meant.

import type { BusStatus } from "@bowline/adapter/cluster";
import { decodeUtf8 } from "@bowline/protocol/internal";
import { busErrorOf } from "../bus-error.ts";

/** A connection that takes commands. */
export interface CommandLine {
  /** Whether commands get through now, as far as the client knows. */
  readonly isReady: boolean;
  /** Told whenever `isReady` may be another one. @returns what ends that. */
  onChange(listener: () => void): () => void;
  /**
   * Sends a command.
   * @param key one that it is about; of several it is the first, and all of them live on the same shard.
   * @returns the answer, its texts as bytes.
   */
  send(key: string, ...command: readonly (string | Uint8Array)[]): Promise<unknown>;
  /** Ends the connection. */
  close(): void;
}

/** A connection as those see it that only send. */
export type Commands = Pick<CommandLine, "send">;

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

/** The commands of a line, whose refusals are those of a bus. @param statusOf how the bus stands. */
export function busCommands(line: Commands, statusOf: () => BusStatus): Commands {
  return {
    async send(key, ...command) {
      const what = `${String(command[0])} "${key}"`;
      if (statusOf() === "closed") throw busErrorOf(what, "closed");
      try {
        return await line.send(key, ...command);
      } catch (error) {
        throw busErrorOf(what, statusOf(), error);
      }
    },
  };
}
