// What clients of each protocol say, and what the fountain answers: the requests and messages of all scenarios, as the
// wire has them.
// Place: load process -> scenario -> **speech** -> line
// Rules: every peer gets messages of the same length; the bare WebSocket gets the text of Socket.IO, which it echoes.
// Source: docs/protocol/engine-3.md and docs/protocol/engine-4.md

import type { Language } from "../peers/peer.ts";
import { clientFrame, serverFrame, TEXT } from "./frames.ts";
import type { Greeting } from "./web-socket-line.ts";

/** An ordinary event that wants an answer. */
export const ECHO = '421["echo",{"id":12345,"name":"hello world","ok":true}]';

const ECHO_FRAME: Buffer = clientFrame(TEXT, ECHO);

/** As many echo events as asked for, as frames in one buffer. */
export function echoFrames(most: number): readonly Buffer[] {
  return Array.from({ length: most + 1 }, (_, times) => Buffer.concat(Array.from({ length: times }, () => ECHO_FRAME)));
}

/** Has the server send one event to everybody, so many times in one turn. */
export function publishFrame(language: Language, times: number): Buffer {
  return clientFrame(TEXT, language === "raw" ? `publish ${times}` : `42["publish",${times}]`);
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
