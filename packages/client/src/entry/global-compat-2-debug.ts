// The client for a script tag in pages of 2.x programs, with debug output: a global `io`.
// Place: composition root; the build makes its default export the global.
// Rules: whatever `io` needs hangs on it, since there is nothing else to import.

import { startUpgrade } from "../engine-upgrade.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import { browserTrace } from "./browser-trace.ts";
import { createClient, type Io } from "./create-client.ts";
import { GENERATION_2 } from "./generation-2.ts";
import { JSONP } from "./jsonp-transport.ts";
import { WebSocket, XHR } from "./web-transports.ts";

const quiet = createBrowserPlatform({ transports: [JSONP, XHR, WebSocket], upgrade: startUpgrade });
const io: Io = createClient({ ...quiet, trace: browserTrace }, GENERATION_2).io;

export default io;
