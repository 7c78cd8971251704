// What clients of each protocol say, and what the fountain answers: the requests and messages of all scenarios, as the
// wire has them.
// Place: load process -> scenario -> **speech** -> line
// Rules: every peer gets messages of the same length; the bare WebSocket gets the text of Socket.IO, which it echoes.
// Source: docs/protocol/engine-3.md and docs/protocol/engine-4.md

import type { Language } from "../peers/peer.ts";
import { BINARY, clientFrame, serverFrame, TEXT } from "./frames.ts";
import type { Greeting } from "./web-socket-line.ts";

/** An ordinary event that wants an answer. */
export const ECHO = '421["echo",{"id":12345,"name":"hello world","ok":true}]';

const ECHO_FRAME: Buffer = clientFrame(TEXT, ECHO);

/** As many echo events as asked for, as frames in one buffer. */
export function echoFrames(most: number): readonly Buffer[] {
  return Array.from({ length: most + 1 }, (_, times) => Buffer.concat(Array.from({ length: times }, () => ECHO_FRAME)));
}

const BINARY_ECHO = '451-1["echo",{"_placeholder":true,"num":0}]';

/** An event with so many bytes as its data, which wants an answer; of a bare WebSocket the bytes alone. */
export function binaryEchoFrames(language: Language, bytes: number): Buffer {
  const attachment = Buffer.alloc(bytes, "bytes of a file, ");
  switch (language) {
    case "raw":
      return clientFrame(BINARY, attachment);
    case "socket.io 4":
      return Buffer.concat([clientFrame(TEXT, BINARY_ECHO), clientFrame(BINARY, Buffer.from([4, ...attachment]))]);
    case "socket.io 5":
      return Buffer.concat([clientFrame(TEXT, BINARY_ECHO), clientFrame(BINARY, attachment)]);
    default:
      return language satisfies never;
  }
}

/** A call of one of the handlers that every peer has, with numbers as its arguments. */
function call(
  language: Language,
  handler: "publish" | "join" | "serve",
  id: string,
  values: readonly number[],
): Buffer {
  const text = language === "raw" ? `${handler} ${values.join(" ")}` : `42${id}["${handler}",${values.join(",")}]`;
  return clientFrame(TEXT, text);
}

/** Has the server make so many namespaces; it is answered. */
export function serveFrame(language: Language, namespaces: number): Buffer {
  return call(language, "serve", "1", [namespaces]);
}

/** What is said to join a namespace that was made, and an echo event in it. */
export function namespaceFrames(number: number): { readonly join: Buffer; readonly echo: Buffer } {
  const path = `/n${number}`;
  return { join: clientFrame(TEXT, `40${path},`), echo: clientFrame(TEXT, ECHO.replace("42", `42${path},`)) };
}

/**
 * Has the server send one event to everybody.
 *
 * @param times - How often, in one turn.
 * @param bytes - How long the event's text is; 0 sends a small event.
 * @param room - Sends to its members alone.
 */
export function publishFrame(language: Language, times: number, bytes: number, room?: number): Buffer {
  return call(language, "publish", "", [times, bytes, ...(room === undefined ? [] : [room])]);
}

/** Has the server add the client to so many rooms from the first one on, in a ring of so many; it is answered. */
export function joinFrame(language: Language, first: number, count: number, rooms: number): Buffer {
  return call(language, "join", "1", [first, count, rooms]);
}

/** Path and query of a session: a new one without a `sid`. */
export function target(language: Language, transport: "polling" | "websocket", sid = ""): string {
  if (language === "raw") return "/";
  const revision = language === "socket.io 5" ? 4 : 3;
  return `/socket.io/?EIO=${revision}&transport=${transport}${sid === "" ? "" : `&sid=${sid}`}`;
}

/** How a WebSocket of its own begins. */
export function greeting(language: Language): Greeting {
  switch (language) {
    case "raw":
      return "none";
    case "socket.io 4":
      return "listen";
    case "socket.io 5":
      return "join";
    default:
      return language satisfies never;
  }
}

/** What the fountain says to a client that comes. */
export interface Welcome {
  /** With the answer to the upgrade. */
  readonly atOnce: Buffer;
  /** When the client has said CONNECT. */
  readonly afterConnect: Buffer;
}

const NOTHING = Buffer.alloc(0);
/** Far longer than a measurement, so that none has a heartbeat in it. */
const PING_MS = 300_000;

/** How the fountain greets the client of this number. */
export function welcome(language: Language, number: number): Welcome {
  const sid = String(number).padStart(20, "0");
  const open = serverFrame(
    TEXT,
    `0${JSON.stringify({ sid, upgrades: [], pingInterval: PING_MS, pingTimeout: PING_MS, maxPayload: 1_000_000 })}`,
  );
  switch (language) {
    case "raw":
      return { atOnce: NOTHING, afterConnect: NOTHING };
    case "socket.io 4":
      return { atOnce: Buffer.concat([open, serverFrame(TEXT, "40")]), afterConnect: NOTHING };
    case "socket.io 5":
      return { atOnce: open, afterConnect: serverFrame(TEXT, `40${JSON.stringify({ sid })}`) };
    default:
      return language satisfies never;
  }
}

/** A small event, which all languages write alike. */
export const NEWS = '42["news",{"id":1,"text":"hello"}]';

/** So many events as frames in one buffer. */
export function newsFrames(times: number): Buffer {
  const frame = serverFrame(TEXT, NEWS);
  return Buffer.concat(Array.from({ length: times }, () => frame));
}

/** One packet as a polling body. */
export function body(language: Language, packet: string): string {
  return language === "socket.io 4" ? `${packet.length}:${packet}` : packet;
}

/** A polling request. */
export function getRequest(port: number, path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\n\r\n`, "latin1");
}

/** A request that brings a packet; the body has ASCII characters only. */
export function postRequest(port: number, path: string, text: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/plain;charset=UTF-8\r\n` +
      `Content-Length: ${text.length}\r\n\r\n${text}`,
    "latin1",
  );
}

/** The session id in the answer to a handshake. */
export function sidOf(text: string): string | undefined {
  return /"sid":"([^"]+)"/.exec(text)?.[1];
}
