// Completes WebSocket handshakes without a package: for connections that we frame ourselves.
// Place: **bytes** -> websocket door -> framed websocket -> websocket carrier
// Rules: the answer leaves with what is sent in the same turn; no extension is agreed.
// Source: RFC 6455, 4.2.2 "Sending the Server's Opening Handshake"

import { isUtf8 } from "node:buffer";
import crypto from "node:crypto";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  type BytesReader,
  type Clock,
  judgeHandshake,
  KEY_SUFFIX,
  switchingProtocols,
} from "@bowline/protocol/internal";
import { FrameWriter } from "./frame-writer.ts";
import { FramedWebSocket, type FramingParts } from "./framed-websocket.ts";
import { headerText } from "./joined-headers.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import type { WebSocketDoor } from "./websocket-door.ts";

const bytes: BytesReader<Buffer> = {
  allocate: (count) => Buffer.allocUnsafeSlow(count),
  ascii: (buffer, from, to) => buffer.toString("latin1", from, to),
  utf8: (buffer, from, to) => (isUtf8(buffer.subarray(from, to)) ? buffer.toString("utf8", from, to) : undefined),
};

const STATUSES = { 400: "400 Bad Request", 405: "405 Method Not Allowed" } as const;

function sha1(text: string): string {
  // Hashing at one go is three times as fast, and not there before Node 20.12.
  const hashAtOnce: typeof crypto.hash | undefined = crypto.hash;
  return hashAtOnce === undefined
    ? crypto.createHash("sha1").update(text).digest("base64")
    : hashAtOnce("sha1", text, "base64");
}

/** The connection is one of a WebSocket from now on, and none of HTTP. */
function release(socket: Duplex): void {
  if (!(socket instanceof Socket)) return;
  socket.setTimeout(0);
  socket.setNoDelay(true);
}

/** Makes the door of an engine. @param maxMessageBytes most bytes of one message. */
export function createFramingDoor(maxMessageBytes: number, clock: Clock): WebSocketDoor {
  const parts: FramingParts = { writer: new FrameWriter(), rules: { reader: "server", maxMessageBytes, bytes }, clock };
  return {
    open(req, socket, head, headers, opened) {
      const verdict = judgeHandshake({
        method: req.method ?? "",
        header: (name) => headerText(req.headers[name]),
      });
      if (!socket.readable || !socket.writable) socket.destroy();
      else if (verdict.is === "refused") {
        const { status, text, header } = verdict;
        refuseUpgrade(socket, STATUSES[status], text, header === undefined ? [] : [header]);
      } else {
        const { key, protocol } = verdict;
        const answer = switchingProtocols(sha1(key + KEY_SUFFIX), protocol, headers);
        const port = new FramedWebSocket(socket, answer, protocol ?? "", parts);
        release(socket);
        try {
          opened(port);
        } finally {
          // Also where a listener throws: a peer that nobody reads from would not be seen to leave either.
          port.start(head);
          // Behind what the session sends in this turn, which takes the answer along.
          clock.turnEnd(port);
        }
      }
    },
  };
}
