// What `npm run size` measures: exact imports of a program, and the same of the official packages.
// Rules: a row is what somebody writes; `ours` has a wall in .size-limit.json, by the row's name.

/** The client of 4.8, as a program imports it. */
const IO_4 = 'export { io } from "socket.io-client-v4";';
/** The client of 2.5 has one form only. */
const IO_2 = 'export { default as io } from "socket.io-client-v2/dist/socket.io.js";';

/**
 * `ours`, and what it is compared with: by column.
 * @type {readonly { name: string, file: string, ours: string, official4?: string, official2?: string }[]}
 */
export const ROWS = [
  {
    name: "{ io }",
    file: "io",
    ours: 'export { io } from "@bowline/client";',
    official4: IO_4,
    official2: IO_2,
  },
  {
    name: "{ Manager }",
    file: "manager",
    ours: 'export { Manager } from "@bowline/client";',
    official4: 'export { Manager } from "socket.io-client-v4";',
  },
  {
    name: "{ io } and the MessagePack parser",
    file: "msgpack",
    ours: 'export { io } from "@bowline/client"; export { createMsgpackParser } from "@bowline/client/msgpack";',
    official4: `${IO_4} export * from "socket.io-msgpack-parser-v3";`,
  },
  {
    name: "{ io } from @bowline/client/websocket",
    file: "websocket",
    ours: 'export { io } from "@bowline/client/websocket";',
    official4: IO_4,
  },
  {
    name: "{ Socket } from @bowline/client/engine",
    file: "engine",
    ours: 'export { Socket } from "@bowline/client/engine";',
  },
  {
    name: "{ SocketWithoutUpgrade, WebSocket } from @bowline/client/engine",
    file: "engine-websocket",
    ours: 'export { SocketWithoutUpgrade, WebSocket } from "@bowline/client/engine";',
  },
  {
    name: "the protocol alone: both engine dialects",
    file: "engine-dialects",
    ours: 'export { eio3, eio4 } from "@bowline/protocol";',
  },
  {
    name: "the protocol alone: both socket dialects",
    file: "socket-dialects",
    ours: 'export { sio4, sio5 } from "@bowline/protocol";',
  },
];
