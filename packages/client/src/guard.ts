// Runs code of the program in the middle of ours.
// Place: session, outbox, connection / namespace / socket -> **the user's event handlers**
// Rules: what a handler throws is told as uncaught, in a turn of its own; nothing of ours behind it is lost.

import { type Clock, guard } from "@bowline/protocol/internal";

/** Runs an action of the program. */
export function guardProgram(clock: Clock, action: () => void): void {
  guard(action, (error) => {
    clock.after(0, () => {
      throw error;
    });
  });
}
