// A part of the package in a file of its own, as programs reach for it.
export { NodeWebSocket as WS } from "@bowline/client/engine";
