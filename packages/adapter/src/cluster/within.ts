// A wait that ends, for what a broker may never answer.
// Place: cluster, its adapters and what keeps their sessions -> **within** -> bus
// Rules: whoever waits for a broker says how long, and what comes of it then; what is late is of no interest any more, and
//        cannot fail unheard.

import type { Clock } from "@bowline/protocol/internal";

/**
 * Waits for a promise, but not for ever.
 * @param ms longest time to wait, in milliseconds.
 * @param whenLate gives what the wait comes to when the time is up.
 * @throws whatever the promise is rejected with in time.
 */
export function within<Kept, Late>(
  clock: Pick<Clock, "after">,
  ms: number,
  promise: Promise<Kept>,
  whenLate: () => Late,
): Promise<Kept | Late> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => resolve(whenLate()));
    promise.finally(stop).then(resolve, reject);
  });
}
