// A part of the package in a file of its own, as programs reach for it.
export { NodeXHR as XHR } from "@bowline/client/engine";
