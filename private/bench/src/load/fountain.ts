// A server that costs clients nothing but what they receive: it shakes hands, and then pours frames that were made once.
// Place: load process -> client scenario -> **fountain** -> bytes
// Rules: of what clients say only the handshake and the first frame after it, which is their CONNECT, are looked for;
//        frames are written as fast as the client takes them, never faster; a client that leaves is told of.
// Source: docs/protocol/engine-3.md and docs/protocol/engine-4.md, "WebSocket"

import { createHash } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { Language } from "../peers/peer.ts";
import { target, type Welcome, welcome } from "./speech.ts";

const HEAD_END = "\r\n\r\n";
const KEY = /\r\nsec-websocket-key: *(\S+)/i;
const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const BACKLOG = 4096;

/** The answer to a client's upgrade request; undefined when it is none for this path. */
export function upgradeAnswer(request: string, path: string): string | undefined {
  const key = KEY.exec(request)?.[1];
  if (key === undefined || !request.startsWith(`GET ${path}`)) return undefined;
  const accept = createHash("sha1").update(`${key}${KEY_SUFFIX}`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}${HEAD_END}`;
}

/** The fountain. */
export class Fountain {
  readonly #language: Language;
  readonly #failed: (reason: string) => void;
  readonly #server: Server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();
  #accepted = 0;
  #isClosing = false;

  /** @param failed is told what a client did wrong. */
  constructor(language: Language, failed: (reason: string) => void) {
    this.#language = language;
    this.#failed = failed;
  }

  /** Begins to listen on loopback; gives the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", BACKLOG, () => {
        const address = this.#server.address();
        if (typeof address === "object" && address !== null) resolve(address.port);
      });
    });
  }

  /** Writes the same bytes to every client, again and again. */
  pour(bytes: Buffer): void {
    for (const socket of this.#sockets) {
      const more = (): void => {
        while (socket.write(bytes));
      };
      socket.on("drain", more);
      more();
    }
  }

  /** Ends everything at once: what clients have not read yet is lost to them. */
  close(): void {
    this.#isClosing = true;
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.#accepted += 1;
    const words = welcome(this.#language, this.#accepted);
    let request = "";
    const onRequest = (bytes: Buffer): void => {
      request += bytes.toString("latin1");
      if (!request.includes(HEAD_END)) return;
      socket.off("data", onRequest);
      this.#shakeHands(socket, request, words);
    };
    socket.on("data", onRequest);
    // A client that breaks off is told of when its socket is closed.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      if (!this.#isClosing) this.#failed("a client ended its connection");
    });
  }

  #shakeHands(socket: Socket, request: string, { atOnce, afterConnect }: Welcome): void {
    const answer = upgradeAnswer(request, target(this.#language, "websocket"));
    if (answer === undefined) {
      this.#failed(`a client asked for "${request.slice(0, request.indexOf("\r\n"))}"`);
      return;
    }
    socket.once("data", () => {
      socket.write(afterConnect);
      socket.resume();
    });
    socket.write(Buffer.concat([Buffer.from(answer, "latin1"), atOnce]));
  }
}
