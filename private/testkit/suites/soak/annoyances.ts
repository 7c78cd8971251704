// What attackers do to a server that others use meanwhile, each of them one thing, again and again, at a rate that is the same
// for every server.
// Place: attackers' process -> **bytes** -> server
// Rules: an act is short and is awaited; who is cut off comes again; nothing is done as fast as it can be, since whoever has a
//        processor for that takes it from any server.

import { openPolling, type PollingSession } from "../hostile/polling-session.ts";
import { openRaw, type RawConnection } from "../hostile/raw-http.ts";
import {
  frame,
  joinByWebSocket,
  openRawWebSocket,
  type RawWebSocket,
  upgradeRequest,
  webSocketTarget,
} from "../hostile/raw-websocket.ts";
import { textBody } from "../hostile/traffic.ts";

/** One attacker, which does its thing each time it is asked. */
export type Annoyance = (port: number) => () => Promise<void>;

const PINGS = Buffer.concat(Array.from({ length: 100 }, () => frame("x".repeat(125), { opcode: 9 })));
const TINY = textBody(
  4,
  Array.from({ length: 200 }, () => "6"),
);
const LARGE = frame(`42["echo","${"x".repeat(20_000)}"]`);
const BAD = frame("42", { reserved: 0x70 });
const MOST_HALF_OPEN = 50;

const isGone = ({ socket }: RawConnection): boolean => socket.destroyed || socket.writableEnded;

/** A WebSocket that has joined and reads nothing, opened again when it has been cut off. */
function deaf(act: (webSocket: RawWebSocket) => void): Annoyance {
  return (port) => {
    let webSocket: RawWebSocket | undefined;
    return async () => {
      if (webSocket === undefined || isGone(webSocket.connection)) {
        webSocket = await joinByWebSocket(port, 4);
        webSocket.connection.socket.pause();
      }
      if (webSocket.connection.socket.writableLength < 1_000_000) act(webSocket);
    };
  };
}

/** By name; an attacker of each kind for ten attackers, some of them two. */
export const ANNOYANCES: Readonly<Record<string, { readonly of10: number; readonly start: Annoyance }>> = {
  "a flood of pings": { of10: 2, start: deaf((webSocket) => webSocket.write(PINGS)) },
  "a reader that takes nothing": { of10: 1, start: deaf((webSocket) => webSocket.write(LARGE)) },
  "bodies of tiny packets": {
    of10: 2,
    start: (port) => {
      let session: PollingSession | undefined;
      return async () => {
        session ??= await openPolling(port, 4);
        const { replies } = await session.post(TINY);
        if (replies[0]?.status !== 200) session = undefined;
      };
    },
  },
  "upgrades that are never finished": {
    of10: 2,
    start: (port) => {
      const halves: RawConnection[] = [];
      return async () => {
        const session = await openPolling(port, 4, false);
        const connection = await openRaw(port);
        connection.socket.write(upgradeRequest(webSocketTarget(4, session.sid)));
        halves.push(connection);
        if (halves.length > MOST_HALF_OPEN) halves.shift()?.socket.destroy();
      };
    },
  },
  "bad frames": {
    of10: 2,
    start: (port) => async () => {
      const webSocket = await openRawWebSocket(port, webSocketTarget(4));
      webSocket.write(BAD);
      await webSocket.dismissed();
      webSocket.connection.socket.destroy();
    },
  },
  "reconnecting without end": {
    of10: 1,
    start: (port) => async () => {
      const webSocket = await joinByWebSocket(port, 4);
      webSocket.connection.socket.destroy();
    },
  },
};
