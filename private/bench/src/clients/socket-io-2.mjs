// socket.io-client 2.5 as a peer, with its defaults.
// Place: client process -> **peer** -> follow
import { createRequire } from "node:module";
import { follow, options, urlOf } from "./follow.mjs";

const io = createRequire(import.meta.url)("socket.io-client-v2");

/** Connects one client. */
export function connect(port, owner) {
  return follow(io(urlOf(port), options), owner);
}
