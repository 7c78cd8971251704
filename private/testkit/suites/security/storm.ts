// Many clients that come at about the same time, each by a WebSocket of its own, join, and stay.
// Place: attacker, or a network that failed -> **bytes** -> the server under attack
// Rules: a client is served when it has joined; who is turned away, or not answered in time, comes again after the time that
//        clients wait; of each client nothing is kept but its connection; beyond what one address has ports for,
//        they come from others, whose ports the system takes longer to find.

import { connect, type Socket } from "node:net";
import { frame, upgradeRequest, webSocketTarget } from "../hostile/raw-websocket.ts";

const CLIENTS_PER_ADDRESS = 12_000;
const RETRY_MS = 1000;
const ANSWER_MS = 10_000;
const REQUEST = upgradeRequest(webSocketTarget(4));
const JOIN = frame("40");
/** What a server says when a client has joined: the frame's text begins so. */
const JOINED = Buffer.from('40{"sid"');
const OPENED = Buffer.from('0{"sid"');

/** Clients that come together. */
export class Storm {
  readonly #port: number;
  readonly #count: number;
  readonly #sockets = new Map<number, Socket>();

  constructor(port: number, count: number) {
    this.#port = port;
    this.#count = count;
  }

  /**
   * All of them come, spread evenly over a time.
   *
   * @returns after how many milliseconds the last one was served.
   */
  async come(spreadMs: number): Promise<number> {
    const began = performance.now();
    const clients = Array.from({ length: this.#count }, async (_, number) => {
      await new Promise((resolve) => setTimeout(resolve, (spreadMs * number) / this.#count));
      while (!(await this.#join(number))) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    });
    await Promise.all(clients);
    return performance.now() - began;
  }

  /** Their connections end. */
  cut(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }

  #join(number: number): Promise<boolean> {
    const address = Math.floor(number / CLIENTS_PER_ADDRESS);
    const from = address === 0 ? {} : { localAddress: `127.0.0.${1 + address}` };
    const socket = connect({ port: this.#port, host: "127.0.0.1", ...from });
    return new Promise((resolve) => {
      let heard = Buffer.alloc(0);
      let hasAsked = false;
      const fail = (): void => {
        socket.destroy();
        resolve(false);
      };
      socket.setTimeout(ANSWER_MS, fail);
      socket.on("error", fail);
      socket.on("close", fail);
      socket.on("connect", () => socket.write(REQUEST));
      socket.on("data", (chunk) => {
        heard = Buffer.concat([heard, chunk]);
        if (!hasAsked && heard.includes(OPENED)) {
          hasAsked = true;
          socket.write(JOIN);
        } else if (heard.includes(JOINED)) {
          socket.setTimeout(0);
          socket.removeAllListeners("data");
          socket.resume();
          this.#sockets.set(number, socket);
          resolve(true);
        }
      });
    });
  }
}
