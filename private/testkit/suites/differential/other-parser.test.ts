// Sides that speak by different parsers: the connection ends with a reason, and nobody else on the server feels it.
// Nothing is held against official packages here, since their clients say less; what is observed stands here in full.
// Place: **tests** -> peers

import { afterEach, describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ParserName } from "../../src/peers/parsers.ts";
import type { ClientName, ClientSocket, RunningServer, ServerName } from "../../src/peers/peer.ts";
import { serverPeer } from "../../src/peers/server-peers.ts";
import { makeLatch } from "../../src/peers/wait-for.ts";
import { call, emitForAck, happened } from "./scene.ts";

type Side<Name> = readonly [name: Name, parser: ParserName];

const started: { servers: RunningServer[]; clients: ClientSocket[] } = { servers: [], clients: [] };

afterEach(async () => {
  for (const client of started.clients.splice(0)) {
    client.dispose();
  }
  await Promise.all(started.servers.splice(0).map((server) => server.kill()));
});

/** Starts a server with a client that understands it. */
async function startWithBystander(server: Side<ServerName>, client: ClientName) {
  const running = await (await serverPeer(...server)).start({});
  started.servers.push(running);
  running.onConnection("/", (socket) => {
    socket.on("ask", (ack) => call(ack, "here"));
  });
  const bystander = await connect(running, [client, server[1]], "websocket");
  await happened(bystander, "connect", "the connection of the bystander");
  return { running, bystander };
}

async function connect(
  server: RunningServer,
  client: Side<ClientName>,
  mode: "polling" | "websocket",
  namespace = "/",
): Promise<ClientSocket> {
  const socket = (await clientPeer(...client)).connect(server.url, { mode, namespace });
  started.clients.push(socket);
  return socket;
}

/** What ends a client's connection: the name of the event, and everything that its arguments say. */
async function endOf(client: ClientSocket): Promise<string> {
  const ended = makeLatch<string>("the end of a connection whose sides do not understand each other");
  client.on("disconnect", (reason, details) => ended.open(`disconnect ${String(reason)}: ${wordsOf(details)}`));
  client.on("connect_error", (error) => ended.open(`connect_error ${String(error)}: ${wordsOf(error)}`));
  return ended.wait();
}

function wordsOf(details: unknown): string {
  const hint: unknown = typeof details === "object" && details !== null ? Reflect.get(details, "hint") : undefined;
  return typeof hint === "string" ? hint : String(details);
}

const PAIRS_5: readonly (readonly [ParserName, ParserName])[] = [
  ["text", "msgpack 3.0"],
  ["text", "json 3.0"],
  ["msgpack 3.0", "text"],
  ["msgpack 3.0", "json 3.0"],
  ["json 3.0", "text"],
  ["json 3.0", "msgpack 3.0"],
];

const OWN: Readonly<Partial<Record<ParserName, ParserName>>> = {
  "msgpack 2.2": "our msgpack of protocol 4",
  "msgpack 3.0": "our msgpack of protocol 5",
  "json 3.0": "our json",
};

function own(parser: ParserName): ParserName {
  return OWN[parser] ?? parser;
}

const NAMESPACES = ["/", "/admin"] as const;
const MODES = ["polling", "websocket"] as const;

const modernServers = PAIRS_5.flatMap(([server, client]) => [
  [
    ["our server", server],
    ["client 4.8", client],
  ] as const,
  [
    ["our server", own(server)],
    ["our client", own(client)],
  ] as const,
]);
const modernClients = PAIRS_5.flatMap(([server, client]) => [
  [
    ["server 4.8", server],
    ["our client", client],
  ] as const,
  [
    ["server 4.8", server],
    ["our client", own(client)],
  ] as const,
]);
const legacyClients = [
  [
    ["server 2.5", "text"],
    ["our client", "msgpack 2.2"],
  ],
  [
    ["server 2.5", "text"],
    ["our client", "our msgpack of protocol 4"],
  ],
  [
    ["server 2.5", "msgpack 2.2"],
    ["our client", "text"],
  ],
  [
    ["our server", "text"],
    ["our client held to protocol 3", "our msgpack of protocol 4"],
  ],
  [
    ["our server", "our msgpack of protocol 4"],
    ["our client held to protocol 3", "text"],
  ],
] as const;

const withOurServer = modernServers.filter(([, [client]]) => client !== "our client");
const withOurClient = [
  ...modernServers.filter(([, [client]]) => client === "our client"),
  ...modernClients,
  ...legacyClients,
];

function title([[server, theirs], [client, parser]]: readonly [Side<ServerName>, Side<ClientName>]): string {
  return `${server} by ${theirs}, ${client} by ${parser}`;
}

describe.each(withOurServer.map((pair) => [title(pair), pair] as const))("%s", (_title, [server, client]) => {
  test.each(MODES)("the server closes the connection over %s, and no other", async (mode) => {
    const { running, bystander } = await startWithBystander(server, client[0]);
    const ends: string[] = [];
    for (const namespace of NAMESPACES) {
      ends.push(await endOf(await connect(running, client, mode, namespace)));
    }
    expect(ends.filter((end) => !end.startsWith("disconnect transport close"))).toEqual([]);
    expect([await emitForAck(bystander, "ask"), running.connectionCount]).toEqual([["here"], 3]);
  });
});

describe.each(withOurClient.map((pair) => [title(pair), pair] as const))("%s", (_title, [server, client]) => {
  test.each(MODES)("our client says over %s which option is wrong, and nobody else feels it", async (mode) => {
    const { running, bystander } = await startWithBystander(server, client[0]);
    const ends: string[] = [];
    for (const namespace of NAMESPACES) {
      ends.push(await endOf(await connect(running, client, mode, namespace)));
    }
    expect(ends.filter((end) => !end.includes('option "parser"'))).toEqual([]);
    expect(await emitForAck(bystander, "ask")).toEqual(["here"]);
  });
});
