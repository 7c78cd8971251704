// The client for a script tag in pages of 2.x programs: a global `io`.
// Place: composition root; the build makes its default export the global.
// Rules: whatever `io` needs hangs on it, since there is nothing else to import.

import { io } from "./browser-compat-2.ts";

export default io;
