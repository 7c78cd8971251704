// A socket on surroundings where nothing moves by itself: what it told, what it sent, and the server's side by hand.
// Place: tests of socket and retry queue -> **parts** -> fake platform
// Rules: the connection is a WebSocket, and delays have no jitter, so that frames and times are what they are.

import { Manager } from "../src/manager.ts";
import type { ClientOptions, SocketOptions } from "../src/options.ts";
import type { Socket } from "../src/socket.ts";
import { createFakePlatform, type FakePlatform, openPacket } from "./fake-platform.ts";

/** A socket and what belongs to it. */
export interface Parts {
  readonly platform: FakePlatform;
  readonly manager: Manager;
  readonly socket: Socket;
  readonly told: string[];
}

/** Makes a socket that has begun to connect. */
export function createSocket(
  options: ClientOptions = {},
  namespace: string = "/",
  socketOptions: SocketOptions = options,
): Parts {
  const platform = createFakePlatform();
  const told: string[] = [];
  const all = { transports: ["websocket"], randomizationFactor: 0, ...options };
  const manager = new Manager(platform, "http://h:3000", all);
  const socket = manager.socket(namespace, socketOptions);
  socket.on("connect", () => told.push(`connect ${socket.id}`));
  socket.on("connect_error", (error) => told.push(`connect_error ${error.message} ${JSON.stringify(error.data)}`));
  socket.on("disconnect", (reason) => told.push(`disconnect ${reason}`));
  return { platform, manager, socket, told };
}

/** The server opens the connection. */
export function openEngine({ platform }: Parts, fields: Readonly<Record<string, unknown>> = {}): void {
  platform.socket().open();
  platform.socket().message(openPacket(fields));
  platform.clock.endTurn();
}

/** Ends the turn and gives what was sent since the last time. */
export function sent({ platform }: Parts): (string | Uint8Array)[] {
  platform.clock.endTurn();
  return platform.socket().sent.splice(0);
}

/** The server opens the connection and says yes. */
export function welcome(parts: Parts, id: string = "id1"): void {
  openEngine(parts);
  parts.platform.socket().message(`40{"sid":"${id}"}`);
}

/** Makes a socket that is connected. */
export function createConnected(options: ClientOptions = {}): Parts {
  const parts = createSocket(options);
  welcome(parts);
  sent(parts);
  return parts;
}

/** Makes a socket of a server of 2.x, which says yes to the main namespace by itself. */
export function createLegacy(options: ClientOptions = {}, namespace: string = "/"): Parts {
  const parts = createSocket({ protocol: 3, ...options }, namespace);
  openEngine(parts, { maxPayload: undefined });
  return parts;
}
