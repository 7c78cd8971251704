// A WebSocket of the `ws` package in the shape the engine wants.
// Place: **bytes** -> websocket carrier -> engine dialect -> session
// Rules: the messages of one batch leave in one write; errors are part of the close event, never thrown;
//        after an error the WebSocket is closed at once, since a peer may take its time to answer the close frame.

import type { Duplex } from "node:stream";
import type { Outgoing } from "@bowline/protocol/internal";
import type { RawData, WebSocket } from "ws";
import type { WebSocketEvents, WebSocketPort } from "../../engine/http-exchange.ts";

/** What `ws` is told of a message. The same few objects serve all messages. */
interface MessageOptions {
  readonly binary: boolean;
  readonly compress: boolean;
}

const TEXT: MessageOptions = { binary: false, compress: false };
const COMPRESSED_TEXT: MessageOptions = { binary: false, compress: true };
const BYTES: MessageOptions = { binary: true, compress: false };
const COMPRESSED_BYTES: MessageOptions = { binary: true, compress: true };

function messageOptions(data: string | Uint8Array, compress: boolean): MessageOptions {
  if (typeof data === "string") return compress ? COMPRESSED_TEXT : TEXT;
  return compress ? COMPRESSED_BYTES : BYTES;
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

class NodeWebSocket implements WebSocketPort {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #compressFrom: number;
  #events: WebSocketEvents | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, compressFrom: number) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#compressFrom = compressFrom;
    webSocket.on("message", (data, isBinary) => {
      this.#events?.message(isBinary ? toBytes(data) : data.toString());
    });
    webSocket.on("error", (error) => this.#events?.closed(error));
    webSocket.on("close", () => this.#events?.closed());
  }

  listen(events: WebSocketEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void {
    const lastPacket = batch.at(-1);
    const lastFrame = lastPacket?.frames.at(-1);
    const written = (error?: Error | null): void => done(error ?? undefined);
    this.#socket.cork();
    for (const outgoing of batch) {
      const isLastPacket = outgoing === lastPacket;
      for (const frame of outgoing.frames) {
        const { data } = frame;
        const options = messageOptions(data, outgoing.compress && data.length >= this.#compressFrom);
        this.#webSocket.send(data, options, isLastPacket && frame === lastFrame ? written : undefined);
      }
    }
    this.#socket.uncork();
    if (lastFrame === undefined) done();
  }

  close(): void {
    this.#webSocket.close();
  }
}

/**
 * Wraps a connected WebSocket.
 * @param socket the stream below it.
 * @param compressFrom length from which on a message may be compressed; `Infinity` for never.
 */
export function createNodeWebSocket(webSocket: WebSocket, socket: Duplex, compressFrom: number): WebSocketPort {
  return new NodeWebSocket(webSocket, socket, compressFrom);
}
