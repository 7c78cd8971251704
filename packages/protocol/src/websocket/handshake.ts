// The opening handshake of a WebSocket, as a server sees it: which requests are taken, and what the answer says.
// Place: request -> **websocket handshake** -> frame decoder
// Rules: no extension is ever agreed here; of subprotocols the first is taken, since nobody below Socket.IO knows them; the
//        hash of a key is worked out by the runtime.
// Source: RFC 6455, 4.2 "Server-Side Requirements" and 4.4 "Supporting Multiple Versions of WebSocket Protocol"

/** The part of a request that counts here. */
export interface HandshakeRequest {
  readonly method: string;
  /** The value of a header by its lower-case name; several of one name are joined by commas. */
  header(name: string): string | undefined;
}

/** What becomes of a request. */
export type HandshakeVerdict =
  | { readonly is: "accepted"; readonly key: string; readonly protocol: string | undefined }
  | {
      readonly is: "refused";
      readonly status: 400 | 405;
      readonly text: string;
      /** A header line that the answer needs besides. */
      readonly header?: string;
    };

/** What a key is followed by when it is hashed (1.3). */
export const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes as base64 (4.2.1, 5). */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
/** 13 is that of the RFC; 8 was the last draft in use, and frames the same. */
const VERSIONS: readonly (string | undefined)[] = ["13", "8"];
/** Names that are tokens of HTTP, with commas between them (4.2.2, 5). */
const TOKEN = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;

function refused(text: string, status: 400 | 405 = 400, header?: string): HandshakeVerdict {
  return { is: "refused", status, text, ...(header !== undefined && { header }) };
}

/** @returns the names, in order; undefined where one is none, or comes twice (4.1, 10). */
function readProtocols(list: string): readonly string[] | undefined {
  const names = list.split(",").map((name) => name.trim());
  return new Set(names).size === names.length && names.every((name) => TOKEN.test(name)) ? names : undefined;
}

/** Judges a request to become a WebSocket. */
export function judgeHandshake(request: HandshakeRequest): HandshakeVerdict {
  const key = request.header("sec-websocket-key");
  const list = request.header("sec-websocket-protocol");
  if (request.method !== "GET") return refused("Invalid HTTP method", 405);
  if (request.header("upgrade")?.toLowerCase() !== "websocket") return refused("Invalid Upgrade header");
  if (key === undefined || !KEY.test(key)) return refused("Missing or invalid Sec-WebSocket-Key header");
  if (!VERSIONS.includes(request.header("sec-websocket-version"))) {
    const header = "Sec-WebSocket-Version: 13, 8";
    return refused("Missing or invalid Sec-WebSocket-Version header", 400, header);
  }
  if (list === undefined) return { is: "accepted", key, protocol: undefined };
  const protocols = readProtocols(list);
  if (protocols === undefined) return refused("Invalid Sec-WebSocket-Protocol header");
  return { is: "accepted", key, protocol: protocols[0] };
}

/**
 * The head of the answer that completes a handshake.
 * @param accept the hash of the key and its suffix by SHA-1, as base64 (4.2.2, 5).
 * @param headers lines that are added to it.
 */
export function switchingProtocols(accept: string, protocol: string | undefined, headers: readonly string[]): string {
  const chosen = protocol === undefined ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  const added = headers.map((line) => `${line}\r\n`).join("");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}${added}\r\n`;
}
