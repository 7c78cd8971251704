// What Node gives to hubs and buses: time, chance and warnings.
// Place: handed to **hub and bus** by the composition roots of this folder

import timers from "node:timers";
import { type Clock, createSystemClock } from "@bowline/protocol/internal";
import type { HubSurroundings } from "../hub/hub.ts";

// As they are before the tests of a program put fake ones in their place: those would hold back whatever is sent. A timer
// of ours keeps no process alive.
const { setTimeout: setSteadyTimer, clearTimeout: clearSteadyTimer, setImmediate: defer } = timers;

const clock: Clock = createSystemClock({
  now: performance.now.bind(performance),
  setTimer: (action, ms) => setSteadyTimer(action, ms).unref(),
  clearTimer: (timer) => clearSteadyTimer(timer),
  defer: (action) => defer(action),
});

/** Node's surroundings. */
export const nodeSurroundings: HubSurroundings = {
  clock,
  wallTimeMs: () => Date.now(),
  fraction: () => Math.random(),
  warn: (code, text) => process.emitWarning(text, { code }),
};
