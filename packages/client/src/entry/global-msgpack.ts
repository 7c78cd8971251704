// The client for a script tag whose packets are MessagePack: a global `io`, for servers with the same parser.
// Place: composition root; the build makes its default export the global.
// Rules: the parser is an option that the program did not give; what it gives wins, and its object is not written to.

import { createMsgpackParser } from "@bowline/protocol/msgpack";
import { startUpgrade } from "../engine-upgrade.ts";
import { createBrowserPlatform } from "./browser-platform.ts";
import { createClient, type Io, MODERN } from "./create-client.ts";
import { Fetch, WebSocket, WebTransport } from "./web-transports.ts";

const parser = createMsgpackParser(5);
const platform = createBrowserPlatform({ transports: [Fetch, WebSocket, WebTransport], upgrade: startUpgrade });
const io: Io = createClient(platform, { ...MODERN, complete: (options) => ({ parser, ...options }) }).io;

export default io;
