// A client as small as can be, so that thousands of them fit beside a server: it speaks in frames and answers pings.
// Place: steady suite -> **raw client** -> bytes -> server's process
// Source: docs/protocol/engine-4.md, "WebSocket", and docs/protocol/socket-5.md, "Text encoding"

import { WebSocket } from "ws";

/** One connection. */
export class RawClient {
  readonly #socket: WebSocket;
  readonly #awaited: { readonly prefix: string; readonly found: (frame: string) => void }[] = [];

  /** @param url of the server, with its path and query. */
  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.on("error", () => undefined);
    this.#socket.on("message", (data) => {
      const frame = String(data);
      if (frame === "2") this.send("3");
      const at = this.#awaited.findIndex(({ prefix }) => frame.startsWith(prefix));
      for (const { found } of this.#awaited.splice(at, at < 0 ? 0 : 1)) found(frame);
    });
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  /** Waits for the next frame that begins so. */
  next(prefix: string): Promise<string> {
    return new Promise((found) => this.#awaited.push({ prefix, found }));
  }

  /** Sends something and waits for what it brings about. */
  async ask(frame: string, prefix: string): Promise<string> {
    const answer = this.next(prefix);
    this.send(frame);
    return answer;
  }

  /** Leaves with a goodbye of the transport. */
  async close(): Promise<void> {
    await this.#end(() => this.#socket.close());
  }

  /** Breaks the connection. */
  async break(): Promise<void> {
    await this.#end(() => this.#socket.terminate());
  }

  #end(act: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("close", () => resolve());
      act();
    });
  }
}

/** Opens a connection and joins the main namespace. @param auth as JSON. */
export async function join(url: string, auth = ""): Promise<{ readonly client: RawClient; readonly reply: string }> {
  const client = new RawClient(url);
  await client.next("0");
  return { client, reply: await client.ask(`40${auth}`, "40") };
}
