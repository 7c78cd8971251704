// socket.io-client 4.8 as a peer, with its defaults.
// Place: client process -> **peer** -> follow
import { io } from "socket.io-client-v4";
import { follow, options, urlOf } from "./follow.mjs";

/** Connects one client. */
export function connect(port, owner) {
  return follow(io(urlOf(port), options), owner);
}
