// The public list of @bowline/node-cluster/sticky: connections go to the worker that has their session.
// Place: connection -> **primary** -> worker -> its HTTP server
// Rules: names and options are those of @socket.io/sticky, so that programs written for it run.

export type { LoadBalancingMethod } from "../balance/choice.ts";
export { type StickyOptions, setupMaster, setupMaster as setupPrimary } from "./sticky-primary.ts";
export { type StickyNode, type StickyServer, setupWorker } from "./sticky-worker.ts";
