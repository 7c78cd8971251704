// A part of the package in a file of its own, as programs reach for it.
export { Transport, TransportError } from "@bowline/client/engine";
