// The client for a script tag, with debug output: a global `io`.
// Place: composition root; the build makes its default export the global.
// Rules: whatever `io` needs hangs on it, since there is nothing else to import.

import { io } from "./browser-debug.ts";

export default io;
