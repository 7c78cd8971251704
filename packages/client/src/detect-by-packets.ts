// Finds out the revision over a WebSocket: by what its server says unasked, or by how it answers a probe.
// Place: bytes -> engine dialect (**which one**) -> session; for transports that tell nothing but packets.
//
//   opening --open, sure--> known      opening --open, unsure--> listening --waited--> probing
//   listening, probing --something only one revision says--> known
//
// Rules: what came before the revision was known is handed on in order; a server that was asked for revision 3 has to
//        speak soon, since some that do not serve it never do.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import type { Handshake, Packet } from "@bowline/protocol";
import { DEAF, eio4Client as eio4 } from "@bowline/protocol/internal";
import { type Failure, TransportError } from "./connect-error.ts";
import type { Search } from "./elder.ts";
import { readHandshake } from "./opening.ts";
import type { Attempt, TransportEvents } from "./transports/transport.ts";

/**
 * How long a WebSocket that was asked for revision 3 may stay silent, in milliseconds: servers of 2.x speak as soon as it
 * is open, and some that do not serve the revision never do.
 */
const SILENCE_MS = 2000;

/** Listens to the first packets. */
export function detectByPackets(attempt: Attempt): TransportEvents {
  const { asked, context, transport } = attempt;
  const { endpoint: url, platform } = context;
  const early: Packet[] = [];
  let isOpen = false;
  let handshake: Handshake | undefined;
  let search: Search | undefined;

  function fail(failure: Omit<Failure, "url">, mayBeRevision = false): void {
    attempt.fail(new TransportError("websocket error", { url, ...failure }), mayBeRevision);
  }

  function sendMessage(data: string): void {
    transport.send([{ frames: [transport.dialect.frame({ type: "message", data }, false)], compress: false }]);
  }

  function greeted(packet: Packet): void {
    let read: Handshake;
    try {
      read = readHandshake(packet);
    } catch (error) {
      fail({ error, code: "NOT_SOCKET_IO" });
      return;
    }
    // Servers announce `maxPayload` since 4.5; asked for revision 3, they speak it when they open at all. Who may not
    // ask believes what was asked for.
    if (attempt.pinned !== undefined || !attempt.mayProbe || read.maxPayload !== undefined) {
      attempt.succeed(transport.dialect, read, early);
      return;
    }
    handshake = read;
    attempt.elder((elder) => {
      search = elder.search({
        early,
        random: platform.random,
        send: sendMessage,
        after: attempt.after,
        found: (dialect = eio4) => attempt.succeed(dialect, read, early),
      });
    });
  }

  return {
    ...DEAF,
    opened() {
      isOpen = true;
      if (asked === 3) attempt.after(SILENCE_MS, () => fail({ code: "TIMEOUT", detail: SILENCE_MS }, true));
    },
    received(packet) {
      if (handshake === undefined) {
        greeted(packet);
      } else {
        early.push(packet);
        search?.look();
      }
    },
    carrierClosed(_reason, cause) {
      // A server with another parser takes the probe for a fault.
      const isSuspect = search?.isProbing === true;
      const error = isSuspect ? new TransportError("parser error", { url, code: "PARSER_MISMATCH" }) : cause;
      // Some servers answer revision 3 with an invalid frame, once the WebSocket is open.
      attempt.fail(error, isOpen && asked === 3 && handshake === undefined);
    },
  };
}
