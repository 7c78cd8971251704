// A WebSocket of the `ws` package in the shape the engine wants.
// Place: **bytes** -> websocket carrier -> engine dialect -> session
// Rules: the messages of one batch leave in one write; errors are part of the close event, never thrown;
//        after an error the WebSocket is closed at once, since a peer may take its time to answer the close frame.

import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import type { WebSocketEvents, WebSocketPort } from "../../engine/http-exchange.ts";

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

class NodeWebSocket implements WebSocketPort {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  #events: WebSocketEvents | undefined;

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    webSocket.on("message", (data, isBinary) => {
      this.#events?.message(isBinary ? toBytes(data) : data.toString());
    });
    webSocket.on("error", (error) => this.#events?.closed(error));
    webSocket.on("close", () => this.#events?.closed());
  }

  listen(events: WebSocketEvents): void {
    this.#events = events;
  }

  send(messages: readonly (string | Uint8Array)[], compress: boolean, done: (failure?: Error) => void): void {
    const last = messages.length - 1;
    this.#socket.cork();
    for (const [index, message] of messages.entries()) {
      const options = { compress, binary: typeof message !== "string" };
      this.#webSocket.send(message, options, index === last ? (error) => done(error ?? undefined) : undefined);
    }
    this.#socket.uncork();
    if (last < 0) done();
  }

  close(): void {
    this.#webSocket.close();
  }
}

/** Wraps a connected WebSocket; `socket` is the stream below it. */
export function createNodeWebSocket(webSocket: WebSocket, socket: Duplex): WebSocketPort {
  return new NodeWebSocket(webSocket, socket);
}
