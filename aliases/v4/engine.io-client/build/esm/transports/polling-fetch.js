// A part of the package in a file of its own, as programs reach for it.
export { Fetch } from "@bowline/client/engine";
