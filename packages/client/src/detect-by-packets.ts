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
import { createId, DEAF } from "@bowline/protocol/internal";
import { TransportError } from "./connect-error.ts";
import { DIALECTS, readClue } from "./detect-revision.ts";
import { readHandshake } from "./opening.ts";
import type { Attempt, TransportEvents } from "./transports/transport.ts";

/** How long a server of 2.x has to greet unasked before it is probed, in milliseconds. */
const GREETING_MS = 20;
/**
 * How long a WebSocket that was asked for revision 3 may stay silent, in milliseconds: servers of 2.x speak as soon as it
 * is open, and some that do not serve the revision never do.
 */
const SILENCE_MS = 2000;

type Detection =
  | { readonly at: "opening" }
  | { readonly at: "listening"; readonly handshake: Handshake }
  | { readonly at: "probing"; readonly handshake: Handshake; readonly namespace: string };

/** Listens to the first packets. */
export function detectByPackets(attempt: Attempt): TransportEvents {
  const { asked, context, transport } = attempt;
  const { endpoint: url } = context;
  const early: Packet[] = [];
  let isOpen = false;
  let state: Detection = { at: "opening" };

  function sendMessage(data: string): void {
    transport.send([{ frames: [transport.dialect.frame({ type: "message", data }, false)], compress: false }]);
  }

  function greeted(packet: Packet): void {
    let handshake: Handshake;
    try {
      handshake = readHandshake(packet);
    } catch (error) {
      attempt.fail(new TransportError("websocket error", { url, error, code: "NOT_SOCKET_IO" }), false);
      return;
    }
    // Servers announce `maxPayload` since 4.5; asked for revision 3, they speak it when they open at all. Who may not
    // ask believes what was asked for.
    if (attempt.pinned !== undefined || !attempt.mayProbe || handshake.maxPayload !== undefined) {
      attempt.succeed(DIALECTS[attempt.pinned ?? asked], handshake, early);
      return;
    }
    state = { at: "listening", handshake };
    attempt.after(GREETING_MS, () => {
      const namespace = `/__sio_probe_${createId(context.platform.random)}`;
      state = { at: "probing", handshake, namespace };
      sendMessage(`0${namespace},`);
    });
  }

  return {
    ...DEAF,
    opened() {
      isOpen = true;
      if (asked === 4) return;
      attempt.after(SILENCE_MS, () => {
        attempt.fail(new TransportError("websocket error", { url, code: "TIMEOUT", detail: SILENCE_MS }), true);
      });
    },
    received(packet) {
      if (state.at === "opening") {
        greeted(packet);
        return;
      }
      const namespace = state.at === "probing" ? state.namespace : undefined;
      const clue = readClue(packet, namespace);
      if (clue?.isAnswer !== true) early.push(packet);
      if (clue === undefined) return;
      if (clue.hasJoined) sendMessage(`1${namespace},`);
      attempt.succeed(DIALECTS[clue.revision], state.handshake, early);
    },
    carrierClosed(_reason, cause) {
      // A server with another parser takes the probe for a fault.
      const isSuspect = state.at === "probing";
      // Some servers answer revision 3 with an invalid frame, once the WebSocket is open.
      attempt.fail(
        isSuspect ? new TransportError("parser error", { url, code: "PARSER_MISMATCH" }) : cause,
        isOpen && asked === 3 && state.at === "opening",
      );
    },
  };
}
