// The public list of @bowline/postgres.
// Place: program -> **cluster's bus** -> PostgreSQL

export type { PostgresClient, PostgresNotification, PostgresPool, PostgresResult } from "./client-types.ts";
export type { PostgresBusOptions, PostgresTables } from "./options.ts";
export { postgresBus } from "./runtime/postgres-bus.ts";
