// All targets of the fuzzer.
// Place: engine, socket codec, cluster -> **targets** -> run-fuzz.ts
// Rules: a new decoder is a new target; the order is part of what a seed means, so new ones go to the end.

import { ENGINE_TARGETS } from "./engine-targets.ts";
import { SOCKET_TARGETS } from "./socket-targets.ts";
import { STORE_TARGETS } from "./store-targets.ts";
import type { Target } from "./target.ts";
import { WIRE_TARGETS } from "./wire-targets.ts";

/** All of them. */
export const TARGETS: readonly Target[] = [...ENGINE_TARGETS, ...SOCKET_TARGETS, ...WIRE_TARGETS, ...STORE_TARGETS];
