// The stage of a case about the client's API: one client package, one server, and the lines that a program could write.
// Place: cases -> **stage** -> client package, server peer
// Rules: connections run over WebSocket and delays have no jitter, so that the order of events is no chance; all lines
//        are of one observer, the program; whatever was started is ended with the case.

import { createServer } from "node:net";
import { freePort } from "../../../src/peers/http-listener.ts";
import { importOwn, requireOfficial } from "../../../src/peers/load-package.ts";
import type { Generation, RunningServer, ServerName, ServerSocket, ServerStart } from "../../../src/peers/peer.ts";
import { isListener, type RawEmitter } from "../../../src/peers/raw-surface.ts";
import { serverPeer } from "../../../src/peers/server-peers.ts";
import { DEFAULT_WAIT_MS, makeLatch, waitFor } from "../../../src/peers/wait-for.ts";
import { describeValues } from "../describe-value.ts";
import {
  type ApiManager,
  type ApiPackage,
  type ApiSocket,
  isApiManager,
  isApiPackage,
  isApiSocket,
} from "./surface.ts";

/** Whose client it is. */
export type Maker = "theirs" | "ours";

const MANAGER_EVENTS: Readonly<Record<Generation, readonly string[]>> = {
  2: [
    "open",
    "close",
    "error",
    "connect_error",
    "connect_timeout",
    "reconnect",
    "reconnect_attempt",
    "reconnecting",
    "reconnect_error",
    "reconnect_failed",
  ],
  4: ["open", "close", "error", "reconnect", "reconnect_attempt", "reconnect_error", "reconnect_failed"],
};

const SOCKET_EVENTS: Readonly<Record<Generation, readonly string[]>> = {
  2: [
    "connect",
    "connecting",
    "disconnect",
    "connect_error",
    "connect_timeout",
    "error",
    "reconnect",
    "reconnect_attempt",
    "reconnecting",
    "reconnect_error",
    "reconnect_failed",
  ],
  4: ["connect", "disconnect", "connect_error"],
};

/** What a case works with. */
export interface Stage {
  readonly generation: Generation;
  readonly url: string;
  /** Connections to it are refused. */
  readonly deadUrl: string;
  readonly server: RunningServer;
  /** Writes a line. */
  note(line: string): void;
  /** Writes a line for each event that the package tells by itself, and for those named. */
  watch(socket: ApiSocket, ...events: readonly string[]): void;
  watchManager(manager: ApiManager): void;
  io(url: string, options?: object): ApiSocket;
  createManager(url: string, options?: object): ApiManager;
  /** Waits for an event; asked before it can happen. */
  until(emitter: RawEmitter, event: string): Promise<void>;
  /** Waits until what was sent has been answered. */
  settled(socket: ApiSocket): Promise<void>;
  /** Gives what must not happen the time to happen. */
  pause(ms: number): Promise<void>;
  /** Gives the address of a server that takes connections and never says a word. */
  startMute(): Promise<string>;
}

/** A script that is played with their client and with ours. */
export interface ApiCase {
  /** A rule in words. */
  readonly name: string;
  readonly generations: readonly Generation[];
  readonly server?: ServerStart;
  run(stage: Stage): Promise<void>;
}

const OFFICIAL: Readonly<Record<Generation, string>> = { 2: "socket.io-client-v2", 4: "socket.io-client-v4" };
const OWN: Readonly<Record<Generation, string>> = { 2: "@bowline/client/compat-2", 4: "@bowline/client" };

async function loadClient(maker: Maker, generation: Generation): Promise<ApiPackage> {
  const loaded = maker === "ours" ? await importOwn(OWN[generation]) : requireOfficial(OFFICIAL[generation]);
  // Those of 2.x are the function itself, and have no member of that name.
  const found = typeof loaded === "function" ? Object.assign(loaded, { io: loaded }) : loaded;
  if (!isApiPackage(found)) throw new Error(`Cannot use the client of ${maker}: it is not what it was`);
  return found;
}

/** How long a server takes to send a client away, in milliseconds. */
const KICK_MS = 20;

/** What every server of a case does. */
function serve(socket: ServerSocket): void {
  socket.on("echo", (...args) => {
    const answer = args.at(-1);
    if (isListener(answer)) answer(...args.slice(0, -1));
    else socket.emit("echo", ...args);
  });
  socket.on("silent", () => {});
  // By then the client knows that its event has left: the official one of 2.x closes later where it does not, and by chance.
  socket.on("kick", () => setTimeout(() => socket.disconnect(false), KICK_MS));
  socket.on("cut", () => socket.disconnect(true));
}

/**
 * Plays a case.
 *
 * @param script - The case.
 * @param maker - Whose client plays it.
 * @param generation - The generation of the program.
 * @param serverName - The server.
 * @returns What the program observed.
 */
export async function play(
  script: ApiCase,
  maker: Maker,
  generation: Generation,
  serverName: ServerName,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const cleanUp: (() => unknown)[] = [];
  const { io, Manager } = await loadClient(maker, generation);
  const server = await (await serverPeer(serverName)).start(script.server ?? {});
  cleanUp.push(() => server.kill());
  for (const namespace of ["/", "/a", "/b"]) server.onConnection(namespace, serve);
  let isOver = false;
  const note = (line: string): void => {
    if (!isOver) lines.push(line);
  };
  const settings = (options: object): object => ({
    transports: ["websocket"],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 20,
    randomizationFactor: 0.000001,
    ...options,
  });
  const keep = (socket: ApiSocket): ApiSocket => {
    cleanUp.push(() => {
      socket.io.reconnection(false);
      socket.disconnect();
      socket.io.engine?.close();
    });
    return socket;
  };
  const watchAll = (emitter: RawEmitter, prefix: string, events: readonly string[]): void => {
    for (const event of events) emitter.on(event, (...args) => note(`${prefix}${event}(${describeOwn(args)})`));
  };
  const stage: Stage = {
    generation,
    url: server.url,
    deadUrl: `http://127.0.0.1:${await freePort()}`,
    server,
    note,
    watch: (socket, ...events) => watchAll(socket, "", [...SOCKET_EVENTS[generation], ...events]),
    watchManager: (manager) => watchAll(manager, "manager: ", MANAGER_EVENTS[generation]),
    io(url, options = {}) {
      const socket = io(url, settings(options));
      if (!isApiSocket(socket)) throw new TypeError("Cannot use what io() gave: it is no socket");
      return keep(socket);
    },
    createManager(url, options = {}) {
      const manager = new Manager(url, settings(options));
      if (!isApiManager(manager)) throw new TypeError("Cannot use what Manager made: it is no manager");
      cleanUp.push(
        () => manager.reconnection(false),
        () => manager.engine?.close(),
      );
      return manager;
    },
    async until(emitter, event) {
      await waitFor(emitter, event, DEFAULT_WAIT_MS, "the client");
    },
    async settled(socket) {
      const latch = makeLatch<undefined>("the answer of the server");
      socket.emit("echo", () => latch.open(undefined));
      await latch.wait();
    },
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    async startMute() {
      const mute = createServer();
      const sockets: { destroy(): unknown }[] = [];
      mute.on("connection", (socket) => {
        sockets.push(socket);
        socket.on("error", () => {});
      });
      await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
      cleanUp.push(() => {
        for (const socket of sockets) socket.destroy();
        mute.close();
      });
      const address = mute.address();
      if (address === null || typeof address === "string") throw new Error("Cannot listen");
      return `http://127.0.0.1:${address.port}`;
    },
  };
  try {
    await script.run(stage);
    return [...lines];
  } catch (error) {
    throw new Error(`Cannot play "${script.name}" with the client of ${maker}:\n  ${lines.join("\n  ")}`, {
      cause: error,
    });
  } finally {
    isOver = true;
    for (const end of cleanUp.reverse()) await end();
  }
}

/**
 * Arguments of the client's own events: one that is absent at the end and one that is undefined look alike to a
 * listener, and what a platform adds to the end of a connection is shown by its kind.
 */
function describeOwn(args: readonly unknown[]): string {
  const given = args.at(-1) === undefined ? args.slice(0, -1) : args;
  return given.map((value) => (isDetails(value) ? "details" : describeValues([value]))).join(", ");
}

function isDetails(value: unknown): boolean {
  return typeof value === "object" && value !== null && "description" in value && !(value instanceof Error);
}
