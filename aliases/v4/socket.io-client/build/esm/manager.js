// Manager in a file of its own, as programs reach for it.
export { Manager } from "@bowline/client";
