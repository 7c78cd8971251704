// Who meets whom, and which meeting of official packages shows what should be observed.
// Place: tests -> **pairings** -> peers
// Rules: the reference of a pairing has official packages only, of the generation that the pairing speaks.

import type { ClientName, Generation, ServerName } from "../../src/peers/peer.ts";

/** A server and the clients that connect to it. */
export interface Meeting {
  readonly server: ServerName;
  readonly clients: readonly [ClientName, ...ClientName[]];
}

/** A meeting under test and the official one that it is held against. */
export interface Pairing extends Meeting {
  readonly reference: Meeting;
  /** Which of the two sides is ours. */
  readonly ours: "server" | "client" | "both";
}

const OFFICIAL_2: Meeting = { server: "server 2.5", clients: ["client 2.5"] };
const OFFICIAL_4: Meeting = { server: "server 4.8", clients: ["client 4.8"] };
const OFFICIAL_4_WITH_EIO3: Meeting = { server: "server 4.8 with allowEIO3", clients: ["client 4.8"] };
const OFFICIAL_4_SERVES_2: Meeting = { server: "server 4.8 with allowEIO3", clients: ["client 2.5"] };
const OFFICIAL_MIXED: Meeting = {
  server: "server 4.8 with allowEIO3",
  clients: ["client 2.5", "client 4.8", "client 4.8"],
};

/** Our server with the official clients. */
export const OUR_SERVER_PAIRINGS: readonly Pairing[] = [
  { server: "our server", clients: ["client 2.5"], reference: OFFICIAL_2, ours: "server" },
  { server: "our server", clients: ["client 4.8"], reference: OFFICIAL_4, ours: "server" },
];

/** Our client with the official servers. */
export const OUR_CLIENT_PAIRINGS: readonly Pairing[] = [
  { server: "server 2.5", clients: ["our client"], reference: OFFICIAL_2, ours: "client" },
  { server: "server 4.8", clients: ["our client"], reference: OFFICIAL_4, ours: "client" },
  { server: "server 4.8 with allowEIO3", clients: ["our client"], reference: OFFICIAL_4_WITH_EIO3, ours: "client" },
  {
    server: "server 4.8 with allowEIO3",
    clients: ["our client held to protocol 3"],
    reference: OFFICIAL_4_SERVES_2,
    ours: "client",
  },
];

/** Our client with our server. */
export const OUR_OWN_PAIRINGS: readonly Pairing[] = [
  { server: "our server", clients: ["our client"], reference: OFFICIAL_4, ours: "both" },
  { server: "our server", clients: ["our client held to protocol 3"], reference: OFFICIAL_2, ours: "both" },
];

/** Three clients at our server: every generation and ours in one room. */
export const MIXED_PAIRINGS: readonly Pairing[] = [
  {
    server: "our server",
    clients: ["client 2.5", "client 4.8", "our client"],
    reference: OFFICIAL_MIXED,
    ours: "both",
  },
];

/** Sides that cannot speak with each other: whoever is ours has to say so as the official ones do. */
export const MISMATCHED_PAIRINGS: readonly Pairing[] = [
  {
    server: "our server without allowEIO3",
    clients: ["client 2.5"],
    reference: { server: "server 4.8", clients: ["client 2.5"] },
    ours: "server",
  },
  {
    server: "server 2.5",
    clients: ["our client held to protocol 4"],
    reference: { server: "server 2.5", clients: ["client 4.8"] },
    ours: "client",
  },
  {
    server: "server 4.8",
    clients: ["our client held to protocol 3"],
    reference: { server: "server 4.8", clients: ["client 2.5"] },
    ours: "client",
  },
];

/**
 * Names a meeting, for test names and for the list of differences.
 *
 * @param meeting - The meeting.
 * @returns Its name.
 */
export function meetingName(meeting: Meeting): string {
  return `${meeting.server} with ${meeting.clients.join(", ")}`;
}

/**
 * Tells the generation of a server's API.
 *
 * @param server - The server.
 * @returns 2 or 4.
 */
export function serverGeneration(server: ServerName): Generation {
  return server === "server 2.5" ? 2 : 4;
}

/**
 * Tells the generation of a client's API.
 *
 * @param client - The client.
 * @returns 2 or 4.
 */
export function clientGeneration(client: ClientName): Generation {
  return client === "client 2.5" ? 2 : 4;
}
