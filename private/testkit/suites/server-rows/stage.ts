// A server of ours with an official client, for the length of a test.
// Place: tests -> **stage** -> server package, official client -> TCP on loopback

import { afterEach } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isFactory } from "../../src/peers/raw-surface.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import {
  type ApiClient,
  type ApiServer,
  type ApiSocket,
  isApiClient,
  isApiPackage,
  isApiServer,
  isApiSocket,
} from "../differential/server-api/surface.ts";

/** A stage. */
export class Stage {
  readonly #ends: (() => unknown)[] = [];

  /** Starts a server of a package. */
  async serve(name: string, options: object = {}): Promise<{ io: ApiServer; url: string; port: number }> {
    const listener = await listenOnLoopback(0);
    const loaded = requireOfficial(name);
    if (!isApiPackage(loaded)) throw new Error(`Cannot use "${name}": it is not what programs get of socket.io`);
    const io = new loaded.Server(listener.server, { serveClient: false, ...options });
    if (!isApiServer(io)) throw new Error(`Cannot use "${name}": it made no server`);
    this.#ends.push(async () => {
      await listener.cut();
      await Promise.resolve(io.close(() => {})).catch(() => {});
    });
    return { io, url: `http://127.0.0.1:${listener.port}`, port: listener.port };
  }

  /** Opens a socket of an official client of 4.x. */
  connect(url: string, options: object = {}): ApiClient {
    const open = memberOf(requireOfficial("socket.io-client-v4"), "io");
    const client = isFactory(open)
      ? open(url, { transports: ["websocket"], forceNew: true, reconnection: false, ...options })
      : undefined;
    if (!isApiClient(client)) throw new Error("Cannot connect: what the client gave is no socket");
    this.#ends.push(() => {
      client.disconnect();
      client.io.engine.close();
    });
    return client;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** Makes a stage that is cleared after each test. */
export function useStage(): Stage {
  const stage = new Stage();
  afterEach(() => stage.end());
  return stage;
}

/** Waits for the next socket of the main namespace. */
export async function accepted(io: ApiServer): Promise<ApiSocket> {
  const [socket] = await waitFor(io.sockets, "connection", undefined, "the server");
  if (!isApiSocket(socket)) throw new TypeError("Cannot use what the server told: it is no socket");
  return socket;
}
