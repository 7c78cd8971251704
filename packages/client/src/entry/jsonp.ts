// The public list of @bowline/client/jsonp.
// Place: composition root; programs put the class into the option `transports`.
// Rules: nothing happens at import.

export type { TransportClass } from "../transports/transport.ts";
export { JSONP } from "./jsonp-transport.ts";
