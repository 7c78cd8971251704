// Lets the load process look at its sockets once in a while only, so that what came meanwhile is read at once.
// Place: scenario -> **breath**
// Rules: for scenarios with so much under way that the server never waits for a breath; there it saves the load process a
//        system call for every message, and the server the waking of somebody who sleeps until the next one.

/** Far less than what such scenarios have under way keeps a server busy for. */
const BREATH_MS = 1;

/** Sleeps after every turn of the loop from now on; gives what ends it. */
export function breathe(): () => void {
  const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let isOver = false;
  const sleep = (): void => {
    if (isOver) return;
    Atomics.wait(nobody, 0, 0, BREATH_MS);
    setImmediate(sleep);
  };
  setImmediate(sleep);
  return () => {
    isOver = true;
  };
}
