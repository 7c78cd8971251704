// What the engine asks of the runtime it lives on.
// Place: handed in by a composition root (runtime/*), used by the engine server and its parts

import type { Clock, Random, Trace } from "@bowline/protocol/internal";
import type { HeadFacts, RequestHead } from "./http-exchange.ts";
import type { Warn } from "./origin-warnings.ts";

/** What a runtime hands in. */
export interface EnginePlatform {
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace;
  /** The one outlet for warnings. */
  readonly warn: Warn;
  /** Brings an error of a user's handler to where the platform reports uncaught errors, in a turn of its own. */
  reportUncaught(error: unknown): void;
  /** Bytes in the form that programs of this platform expect, such as Buffer. */
  toNativeBytes(bytes: Uint8Array): Uint8Array;
  /** A request that came to another node, as programs of this platform expect to see it. */
  headOf(facts: HeadFacts): RequestHead;
}
