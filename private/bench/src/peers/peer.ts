// The peers by name: what speaks which protocol, what each runs in and needs, and which packages they are made of.
// Place: run -> schedule -> **peer** -> server process, client process
// Rules: the order here is the order in which a round visits them, and the order of the table's columns.

/** What is measured as a server, and as a client: whatever has a connection. */
export const WIRE_PEERS = ["bowline", "socket.io 4.8", "socket.io 2.5", "ws"] as const;

/** Servers on what is not Node's HTTP: for comparison, and only where it can be installed. */
export const NATIVE_PEERS = [
  "bowline on uWS",
  "socket.io on uWS",
  "uWS",
  "bowline on Bun",
  "socket.io on Bun",
] as const;

/** Those that every installation of this repository has. */
export type WirePeerName = (typeof WIRE_PEERS)[number];

/** Those that are installed when they are asked for. */
export type NativePeerName = (typeof NATIVE_PEERS)[number];

/** Whatever is measured as a server. */
export type ServerPeerName = WirePeerName | NativePeerName;

/** What is measured: servers and clients, and for codecs plain JSON as well. */
export type PeerName = ServerPeerName | "JSON";

/** All of them, in the order of the columns. */
export const PEERS: readonly PeerName[] = [...WIRE_PEERS, "JSON", ...NATIVE_PEERS];

/** How a load process talks to a server or to a client. */
export type Language = "socket.io 5" | "socket.io 4" | "raw";

/** Whom we are measured against. */
export const REFERENCE: PeerName = "socket.io 4.8";

/** Which protocol the load process speaks to a peer. */
export function languageOf(peer: ServerPeerName): Language {
  switch (peer) {
    case "bowline":
    case "socket.io 4.8":
    case "bowline on uWS":
    case "bowline on Bun":
    case "socket.io on uWS":
    case "socket.io on Bun":
      return "socket.io 5";
    case "socket.io 2.5":
      return "socket.io 4";
    case "ws":
    case "uWS":
      return "raw";
    default:
      return peer satisfies never;
  }
}

/** What a server runs in. */
export type Runtime = "node" | "bun";

/** What a server runs in. */
export function runtimeOf(peer: ServerPeerName): Runtime {
  return peer.endsWith("on Bun") ? "bun" : "node";
}

/** What the set-up has to bring for a peer, by the names that it knows them by. */
export function partsOf(peer: PeerName): readonly string[] {
  switch (peer) {
    case "bowline on uWS":
    case "socket.io on uWS":
    case "uWS":
      return ["uwebsockets"];
    case "bowline on Bun":
      return ["bun"];
    case "socket.io on Bun":
      return ["bun", "bun-engine"];
    default:
      return [];
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

/** Whether a peer can be measured as a client. */
export function isWirePeerName(name: PeerName): name is WirePeerName {
  return WIRE_PEERS.some((peer) => peer === name);
}

/** Whether a peer is one that has to be installed, and may be missing. */
export function isNativePeerName(name: PeerName): name is NativePeerName {
  return NATIVE_PEERS.some((peer) => peer === name);
}
