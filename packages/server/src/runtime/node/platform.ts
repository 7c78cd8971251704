// What Node gives to a server: time, randomness, trace points, warnings.
// Place: handed to the engine and the socket layer by the composition root

import { randomFillSync } from "node:crypto";
import timers from "node:timers";
import { createSystemClock, type Random, type SystemClock } from "@bowline/protocol/internal";
import type { SocketPlatform } from "../../socket/runtime.ts";
import { PlainHead } from "../plain-head.ts";
import { nodeTrace } from "./trace.ts";

/** Random bytes are drawn in blocks of this size, since each draw costs a call into the system. */
const POOL_BYTES = 4095;

function createRandom(): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(count) {
      if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
      if (used + count > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      used += count;
      return pool.slice(used - count, used);
    },
    fraction: () => Math.random(),
  };
}

// As they are before the tests of a program put fake ones in their place: those would hold back whatever is sent, and the
// wheel that all heartbeats ride would stand still for good once they are taken away.
const { setTimeout: setSteadyTimer, clearTimeout: clearSteadyTimer, setImmediate: defer } = timers;
const now = performance.now.bind(performance);

/** A clock whose exact timers, which acknowledgements wait by, are looked up when they are used, so that fake ones are met. */
function createClock(): SystemClock {
  const clock = createSystemClock({
    now,
    setTimer: (action, ms) => setSteadyTimer(action, ms),
    clearTimer: (timer) => clearSteadyTimer(timer),
    defer: (action) => defer(action),
  });
  const { after } = createSystemClock({
    now,
    setTimer: (action, ms) => setTimeout(action, ms),
    clearTimer: (timer) => clearTimeout(timer),
    defer: (action) => defer(action),
  });
  // What was sent in the very turn in which the program calls process.exit() still has to leave.
  process.on("exit", () => clock.flush());
  return { ...clock, after };
}

let platform: SocketPlatform | undefined;

/** Node's surroundings, made once per process. */
export function nodePlatform(): SocketPlatform {
  platform ??= {
    clock: createClock(),
    random: createRandom(),
    trace: nodeTrace,
    wallTimeMs: () => Date.now(),
    timeText: (wallTimeMs) => String(new Date(wallTimeMs)),
    warn: (code, text) => process.emitWarning(text, { code }),
    reportUncaught: (error) => {
      process.nextTick(() => {
        throw error;
      });
    },
    toNativeBytes: (bytes) =>
      Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    headOf: (facts) => new PlainHead(facts),
  };
  return platform;
}
