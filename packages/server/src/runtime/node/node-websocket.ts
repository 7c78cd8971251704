// A WebSocket of the `ws` package in the shape the engine wants.
// Place: **bytes** -> websocket carrier -> engine dialect -> session
// Rules: the messages of one batch leave in one write; where nothing is compressed, they are framed here and shared, and
//        `ws` keeps all that comes in, and the control frames; errors are part of the close event, never thrown; after an
//        error the WebSocket is closed at once, since a peer may take its time to answer the close frame.

import type { Duplex } from "node:stream";
import type { Outgoing } from "@bowline/protocol/internal";
import type { RawData, WebSocket } from "ws";
import type { WebSocketEvents, WebSocketPort } from "../../engine/http-exchange.ts";
import type { FrameWriter } from "./frame-writer.ts";

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** How the messages of a connection are written. */
export interface MessageWriting {
  /** Frames what is not compressed; undefined where the WebSocket has to do that itself. */
  readonly frames: FrameWriter | undefined;
  /** Length from which on a message may be compressed, where that was agreed; `Infinity` for never. */
  readonly compressFrom: number;
}

class NodeWebSocket implements WebSocketPort {
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #writing: MessageWriting;
  /** Not where compression was agreed: then `ws` has to keep the order, since it compresses in its own time. */
  readonly #frames: FrameWriter | undefined;
  #events: WebSocketEvents | undefined;

  constructor(webSocket: WebSocket, socket: Duplex, writing: MessageWriting) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#writing = writing;
    this.#frames = webSocket.extensions === "" ? writing.frames : undefined;
    webSocket.on("message", (data, isBinary) => {
      this.#events?.message(isBinary ? toBytes(data) : data.toString());
    });
    webSocket.on("error", (error) => this.#events?.closed(error));
    webSocket.on("close", () => this.#events?.closed());
  }

  get native(): WebSocket {
    return this.#webSocket;
  }

  listen(events: WebSocketEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void {
    const written = (error?: Error | null): void => done(error ?? undefined);
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) written(new Error("The WebSocket is not open any more"));
    else if (this.#frames === undefined) this.#sendEach(batch, written);
    else this.#socket.write(this.#frames.write(batch), written);
  }

  close(): void {
    this.#webSocket.close();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  #sendEach(batch: readonly Outgoing[], written: (error?: Error | null) => void): void {
    const { compressFrom } = this.#writing;
    const messages = batch.flatMap(({ frames, compress }) => frames.map(({ data }) => ({ data, compress })));
    const last = messages.at(-1);
    this.#socket.cork();
    for (const message of messages) {
      const { data } = message;
      const options = { compress: message.compress && data.length >= compressFrom, binary: typeof data !== "string" };
      this.#webSocket.send(data, options, message === last ? written : undefined);
    }
    this.#socket.uncork();
    if (last === undefined) written();
  }
}

/**
 * Wraps a connected WebSocket.
 * @param socket the stream below it.
 */
export function createNodeWebSocket(webSocket: WebSocket, socket: Duplex, writing: MessageWriting): WebSocketPort {
  return new NodeWebSocket(webSocket, socket, writing);
}
