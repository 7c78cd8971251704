// What a process under measurement tells about itself: CPU time and memory.
// Place: server process, client process -> **process facts** -> run
// Rules: memory is what JavaScript and its buffers hold; Node has to run with `--expose-gc`.

/** Bun has the same under another name. */
const collect = globalThis.Bun === undefined ? globalThis.gc : () => globalThis.Bun.gc(true);

/** Garbage is collected until a second time finds the same heap; what is left is what the connections hold. */
function collectGarbage() {
  let before;
  do {
    before = process.memoryUsage().heapUsed;
    collect();
  } while (before - process.memoryUsage().heapUsed > 64 * 1024);
}

/**
 * The facts, as the answer to a question.
 * @param {{ afterGarbageCollection: boolean }} question
 * @param {number} received events that clients in this process were handed
 */
export function facts({ afterGarbageCollection }, received) {
  if (afterGarbageCollection) collectGarbage();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed + external, received };
}
