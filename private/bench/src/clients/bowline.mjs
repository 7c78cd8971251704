// Our client as a peer, as it was built, with its defaults.
// Place: client process -> **peer** -> follow
import { io } from "@bowline/client";
import { follow, options, urlOf } from "./follow.mjs";

/** Connects one client. */
export function connect(port, owner) {
  return follow(io(urlOf(port), options), owner);
}
