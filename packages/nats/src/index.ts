// The public list of @bowline/nats.
// Place: program -> **cluster's bus** -> NATS

export { NatsBusError, type NatsBusErrorCode } from "./bus-error.ts";
export type { NatsConnection, NatsMessage, NatsStatus, NatsSubscription } from "./client-types.ts";
export type { NatsBusOptions } from "./options.ts";
export { natsBus } from "./runtime/nats-bus.ts";
