// Finds out the revision over a WebSocket: carries out what the machine of the detection decides.
// Place: bytes -> engine dialect (**which one**) -> session; for transports that tell nothing but packets.
// Rules: what came before the revision was known is handed on in order; a server that was asked for revision 3 has to
//        speak soon, since some that do not serve it never do.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import type { Handshake, Packet } from "@bowline/protocol";
import { createId } from "@bowline/protocol/internal";
import { TransportError } from "./connect-error.ts";
import { type Detection, type DetectionInput, stepDetection } from "./detect-revision.ts";
import { asTransportError, readHandshake } from "./opening.ts";
import type { Attempt, AttemptEvents, Transport } from "./transports/transport.ts";

/** How long a server of 2.x has to greet unasked before it is probed, in milliseconds. */
const GREETING_MS = 20;
/**
 * How long a WebSocket that was asked for revision 3 may stay silent, in milliseconds: servers of 2.x speak as soon as it
 * is open, and some that do not serve the revision never do.
 */
const SILENCE_MS = 2000;

function sendMessage(transport: Transport, data: string): void {
  transport.send([{ frames: [transport.dialect.frame({ type: "message", data }, false)], compress: false }]);
}

/** Listens to the first packets. */
export function detectByPackets(attempt: Attempt): AttemptEvents {
  const { asked, context, mayProbe } = attempt;
  const { endpoint: url } = context;
  // Who may not ask believes what was asked for.
  const sure = attempt.pinned ?? (mayProbe ? undefined : asked);
  let detection: Detection = sure === undefined ? { at: "opening", asked } : { at: "known", revision: sure };
  let handshake: Handshake | undefined;
  let isOpen = false;
  const early: Packet[] = [];

  function advance(input: DetectionInput): void {
    const { state, actions } = stepDetection(detection, input);
    const before = detection;
    detection = state;
    if (input.is === "packet" && actions.includes("keep")) early.push(input.packet);
    if (actions.includes("wait")) {
      attempt.after(GREETING_MS, () => {
        advance({ is: "waited", namespace: `/__sio_probe_${createId(context.platform.random)}` });
      });
    }
    if (state.at === "probing" && actions.includes("probe")) sendMessage(attempt.transport, `0${state.namespace},`);
    if (before.at === "probing" && actions.includes("leave")) sendMessage(attempt.transport, `1${before.namespace},`);
    if (state.at === "known" && handshake !== undefined) {
      attempt.succeed(attempt.dialectOf(state.revision), handshake, early);
    }
  }

  return {
    opened() {
      isOpen = true;
      if (asked === 4) return;
      attempt.after(SILENCE_MS, () => {
        const silence = new TransportError("websocket error", { url, code: "TIMEOUT", detail: SILENCE_MS });
        attempt.fail(attempt.blamed(silence), true);
      });
    },
    received(packet) {
      if (handshake !== undefined) {
        advance({ is: "packet", packet });
        return;
      }
      try {
        handshake = readHandshake(packet);
      } catch (error) {
        attempt.fail(new TransportError("websocket error", { url, error, code: "NOT_SOCKET_IO" }), false);
        return;
      }
      advance({ is: "open", hasMaxPayload: handshake.maxPayload !== undefined });
    },
    drained() {},
    carrierClosed(_reason, cause) {
      // Some servers answer revision 3 with an invalid frame, once the WebSocket is open.
      const isBlamed = isOpen && asked === 3 && handshake === undefined;
      // A server with another parser takes the probe for a fault.
      const error =
        detection.at === "probing"
          ? new TransportError("parser error", { url, code: "PARSER_MISMATCH" })
          : asTransportError(cause, attempt);
      attempt.fail(isBlamed ? attempt.blamed(error) : error, isBlamed);
    },
  };
}
