// Refuses a request to become a WebSocket, as an answer of HTTP.
// Place: **bytes** <- node exchange, websocket door
// Rules: a peer that keeps its half open would hold the connection: Node's own time limits end with the upgrade event.

import type { Duplex } from "node:stream";

/**
 * Answers, and ends the connection.
 * @param status code and reason phrase.
 * @param headers lines to be added.
 */
export function refuseUpgrade(socket: Duplex, status: string, text: string, headers: readonly string[] = []): void {
  const head = [
    `HTTP/1.1 ${status}`,
    "Connection: close",
    "Content-type: text/html",
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...headers,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}
