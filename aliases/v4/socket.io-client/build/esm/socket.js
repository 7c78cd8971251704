// Socket in a file of its own, as programs reach for it.
export { Socket } from "@bowline/client";
