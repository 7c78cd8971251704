// The peers by name: what speaks which protocol, and which packages they are made of.
// Place: run -> schedule -> **peer** -> server process, client process
// Rules: the order here is the order in which a round visits them, and the order of the table's columns.

/** What is measured as a server, and as a client: whatever has a connection. */
export const WIRE_PEERS = ["bowline", "socket.io 4.8", "socket.io 2.5", "ws"] as const;

/** One of them. */
export type WirePeerName = (typeof WIRE_PEERS)[number];

/** What is measured: servers and clients, and for codecs plain JSON as well. */
export type PeerName = WirePeerName | "JSON";

/** All of them, in the order of the columns. */
export const PEERS: readonly PeerName[] = [...WIRE_PEERS, "JSON"];

/** How a load process talks to a server or to a client. */
export type Language = "socket.io 5" | "socket.io 4" | "raw";

/** Whom we are measured against. */
export const REFERENCE: PeerName = "socket.io 4.8";

/** Which protocol the load process speaks to a peer. */
export function languageOf(peer: WirePeerName): Language {
  switch (peer) {
    case "bowline":
    case "socket.io 4.8":
      return "socket.io 5";
    case "socket.io 2.5":
      return "socket.io 4";
    case "ws":
      return "raw";
    default:
      return peer satisfies never;
  }
}

/** The packages whose versions belong into the result; behind `>` stands one as the package before it finds it. */
export const PEER_PACKAGES: Readonly<Record<string, string>> = {
  "@bowline/server": "@bowline/server",
  "socket.io 4.8": "socket.io-v4",
  "its engine.io": "socket.io-v4>engine.io",
  "its ws": "socket.io-v4>ws",
  "socket.io 2.5": "socket.io-v2",
  "@bowline/client": "@bowline/client",
  "socket.io-client 4.8": "socket.io-client-v4",
  "its engine.io-client": "socket.io-client-v4>engine.io-client",
  "socket.io-client 2.5": "socket.io-client-v2",
  ws: "ws",
  mitata: "mitata",
};

/** Whether a text is the name of a peer. */
export function isPeerName(name: string): name is PeerName {
  return PEERS.some((peer) => peer === name);
}

/** Whether a peer has a connection, as a server or as a client. */
export function isWirePeerName(name: PeerName): name is WirePeerName {
  return WIRE_PEERS.some((peer) => peer === name);
}
