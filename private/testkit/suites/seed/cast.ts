// Who takes part in this suite: the clients and servers that programs of both generations get, ours and the official ones.
// Place: tests -> **cast** -> packages
// Rules: ours are the alias packages, required as programs require them; every pair has one of ours in it. Each of ours
//        meets everybody that it can speak to: programs of 2.x are held to the protocol of their servers.

import { asClientIo, asServerFactory, type ClientIo, load, type ServerFactory } from "./surface.ts";

const CLIENTS = {
  "our client": "@bowline/socket.io-client",
  "our client for programs of 2.x": "@bowline/socket.io-client-v2",
  "client 2.5": "socket.io-client-v2",
  "client 4.8": "socket.io-client-v4",
} as const;

const SERVERS = {
  "our server": "@bowline/socket.io",
  "our server for programs of 2.x": "@bowline/socket.io-v2",
  "server 2.5": "socket.io-v2",
  "server 4.8": "socket.io-v4",
} as const;

/** The clients there are. */
export type ClientName = keyof typeof CLIENTS;

/** The servers there are. */
export type ServerName = keyof typeof SERVERS;

/** A client and a server that meet. */
export type Pair = readonly [client: ClientName, server: ServerName];

/** `io` of a client. */
export function clientOf(name: ClientName): ClientIo {
  return asClientIo(load(CLIENTS[name]), name);
}

/** What makes servers of a kind. */
export function serverOf(name: ServerName): ServerFactory {
  return asServerFactory(load(SERVERS[name]), name);
}

/** Our clients. */
export const OUR_CLIENTS: readonly ClientName[] = ["our client", "our client for programs of 2.x"];

/** Our servers. */
export const OUR_SERVERS: readonly ServerName[] = ["our server", "our server for programs of 2.x"];

/** Our clients with every kind of server. */
export const OUR_CLIENT_PAIRS: readonly Pair[] = [
  ["our client", "our server"],
  ["our client", "server 2.5"],
  ["our client", "server 4.8"],
  ["our client for programs of 2.x", "our server for programs of 2.x"],
  ["our client for programs of 2.x", "server 2.5"],
];

/** Our servers with the official clients. */
export const OUR_SERVER_PAIRS: readonly Pair[] = [
  ["client 2.5", "our server"],
  ["client 2.5", "our server for programs of 2.x"],
  ["client 4.8", "our server"],
];

/** Everybody with one of ours. */
export const PAIRS: readonly Pair[] = [...OUR_CLIENT_PAIRS, ...OUR_SERVER_PAIRS];

/** Pairs whose connections are of the revision of 2.x. */
export const PAIRS_OF_2: readonly Pair[] = PAIRS.filter(([client, server]) => revisionOf(client, server) === 3);

/** The Engine.IO revision that a pair ends up with. */
export function revisionOf(client: ClientName, server: ServerName): 3 | 4 {
  if (client === "client 2.5" || server === "server 2.5") return 3;
  return client === "our client for programs of 2.x" ? 3 : 4;
}
