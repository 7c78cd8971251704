// A part of the package in a file of its own, as programs reach for it.
export { Socket, SocketWithoutUpgrade, SocketWithUpgrade } from "@bowline/client/engine";
