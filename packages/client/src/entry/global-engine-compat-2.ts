// The engine for a script tag in pages of 2.x programs: a global `eio`, the class with all that hangs on it.
// Place: composition root; the build makes its default export the global.

import { Socket } from "./browser-engine-compat-2.ts";

export default Socket;
