// Who meets whom, and which meeting of official packages shows what should be observed.
// Place: tests -> **pairings** -> peers
// Rules: the reference of a pairing has official packages only, of the generation that the pairing speaks.

import type { ParserName } from "../../src/peers/parsers.ts";
import type { ClientName, Generation, ServerName } from "../../src/peers/peer.ts";

/** Who speaks by which parser. */
export interface Parsers {
  readonly server: ParserName;
  readonly client: ParserName;
}

/** A server and the clients that connect to it. */
export interface Meeting {
  readonly server: ServerName;
  readonly clients: readonly [ClientName, ...ClientName[]];
  /** Absent where each side has its own, which are the same. */
  readonly parsers?: Parsers;
}

/** A meeting under test and the official one that it is held against. */
export interface Pairing extends Meeting {
  readonly reference: Meeting;
  /** Which of the two sides is ours. */
  readonly ours: "server" | "client" | "both";
}

/** An official server with the official client that ours stands for. */
function official(server: ServerName, client: ClientName): Meeting {
  return { server, clients: [client] };
}

/** Our server with an official client, held against the official server of the same generation with that client. */
function ourServerWith(client: ClientName, reference: ServerName): Pairing {
  return { server: "our server", clients: [client], reference: official(reference, client), ours: "server" };
}

/** Our client with an official server, held against the official client that speaks like ours with that server. */
function ourClientWith(server: ServerName, reference: ClientName, ours: ClientName = "our client"): Pairing {
  return { server, clients: [ours], reference: official(server, reference), ours: "client" };
}

const OFFICIAL_2 = official("server 2.5", "client 2.5");
const OFFICIAL_4 = official("server 4.8", "client 4.8");
const OFFICIAL_MIXED: Meeting = {
  server: "server 4.8 with allowEIO3",
  clients: ["client 2.5", "client 4.8", "client 4.8"],
};

/** Our server with the newest official client of each generation. */
export const OUR_SERVER_PAIRINGS: readonly Pairing[] = [
  ourServerWith("client 2.5", "server 2.5"),
  ourServerWith("client 4.8", "server 4.8"),
];

/** Our client with the newest official server of each generation. */
export const OUR_CLIENT_PAIRINGS: readonly Pairing[] = [
  ourClientWith("server 2.5", "client 2.5"),
  ourClientWith("server 4.8", "client 4.8"),
  ourClientWith("server 4.8 with allowEIO3", "client 4.8"),
  ourClientWith("server 4.8 with allowEIO3", "client 2.5", "our client held to protocol 3"),
];

/** Ours with official peers of other versions. What an old version does by itself, its reference does as well. */
export const OTHER_VERSION_PAIRINGS: readonly Pairing[] = [
  ourServerWith("client 2.0", "server 2.5"),
  ourServerWith("client 2.4", "server 2.5"),
  ourServerWith("client 3.1", "server 4.8"),
  ourServerWith("client 4.0", "server 4.8"),
  ourClientWith("server 2.5 with a root middleware", "client 2.5"),
  ourClientWith("server 3.0", "client 4.8"),
  ourClientWith("server 3.1", "client 4.8"),
  ourClientWith("server 4.0", "client 4.8"),
  ourClientWith("server 4.4", "client 4.8"),
];

/** What both sides of an official pair of one generation can speak by, and ours of the same format. */
const PARSERS: Readonly<Record<Generation, readonly (readonly [ParserName, ParserName])[]>> = {
  2: [["msgpack 2.2", "our msgpack of protocol 4"]],
  4: [
    ["msgpack 3.0", "our msgpack of protocol 5"],
    ["json 3.0", "our json"],
  ],
};

/** The same peers by every other parser: the official one on both sides, and ours on our side. */
function byOtherParsers(pairing: Pairing): readonly Pairing[] {
  const { reference, ours } = pairing;
  return PARSERS[serverGeneration(reference.server)].flatMap(([theirs, own]) => {
    const officialParsers = { server: theirs, client: theirs };
    const held = { ...reference, parsers: officialParsers };
    return [
      { ...pairing, reference: held, parsers: officialParsers },
      { ...pairing, reference: held, parsers: { ...officialParsers, [ours]: own } },
    ];
  });
}

/** Ours with official peers of every version by every parser but text. */
export const PARSER_PAIRINGS: readonly Pairing[] = [
  ...OUR_SERVER_PAIRINGS,
  ourClientWith("server 2.5", "client 2.5"),
  ourClientWith("server 4.8", "client 4.8"),
  ...OTHER_VERSION_PAIRINGS,
].flatMap(byOtherParsers);

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
    reference: official("server 4.8", "client 2.5"),
    ours: "server",
  },
  ourClientWith("server 2.5", "client 4.8", "our client held to protocol 4"),
  ourClientWith("server 4.8", "client 2.5", "our client held to protocol 3"),
];

/**
 * Names who takes part in a meeting, whatever they speak by: for the list of differences.
 *
 * @param meeting - The meeting.
 * @returns The names of its peers.
 */
export function peersName({ server, clients }: Meeting): string {
  return `${server} with ${clients.join(", ")}`;
}

/**
 * Names a meeting, for test names.
 *
 * @param meeting - The meeting.
 * @returns Its name.
 */
export function meetingName(meeting: Meeting): string {
  const { parsers } = meeting;
  const name = peersName(meeting);
  if (parsers === undefined) {
    return name;
  }
  return parsers.server === parsers.client
    ? `${name} by ${parsers.server}`
    : `${name} by ${parsers.server} and ${parsers.client}`;
}

/**
 * Tells which official parser a pairing speaks by.
 *
 * @param pairing - The pairing.
 * @returns The parser of its reference.
 */
export function parserOf({ reference }: Pairing): ParserName {
  return reference.parsers?.server ?? "text";
}

/**
 * Tells by which parser our side speaks.
 *
 * @param pairing - The pairing.
 * @returns The parser; with two sides of ours, the server's.
 */
export function ownParserOf({ ours, parsers }: Pairing): ParserName {
  return parsers?.[ours === "client" ? "client" : "server"] ?? "text";
}

/**
 * Tells the generation of a server's API.
 *
 * @param server - The server.
 * @returns 2 or 4.
 */
export function serverGeneration(server: ServerName): Generation {
  return server.startsWith("server 2.") ? 2 : 4;
}

/**
 * Tells whether a server can leave out a room when it emits, which those before 4.0 cannot.
 *
 * @param server - The server.
 * @returns Whether it can.
 */
export function canExclude(server: ServerName): boolean {
  return serverGeneration(server) === 4 && !server.startsWith("server 3.");
}

/**
 * Tells the generation of a client's API.
 *
 * @param client - The client.
 * @returns 2 or 4.
 */
export function clientGeneration(client: ClientName): Generation {
  return client.startsWith("client 2.") ? 2 : 4;
}
