// What clients of each protocol say: the requests and messages of all scenarios, as the wire has them.
// Place: load process -> scenario -> **speech** -> line
// Rules: every peer gets messages of the same length; the bare WebSocket gets the text of Socket.IO, which it echoes.
// Source: docs/protocol/engine-3.md and docs/protocol/engine-4.md

import type { Language } from "../peers/peer.ts";
import { clientFrame, TEXT } from "./frames.ts";
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
