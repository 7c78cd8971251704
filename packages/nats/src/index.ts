// The public list of @bowline/nats.
// Place: program -> **cluster's bus** -> NATS

export type { NatsConnection, NatsMessage, NatsStatus, NatsSubscription } from "./client-types.ts";
export type { NatsBusOptions } from "./options.ts";
export { natsBus } from "./runtime/nats-bus.ts";
