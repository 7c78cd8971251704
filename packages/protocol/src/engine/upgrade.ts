// The move of a session from polling to a better transport, as two pure machines: the client's and the server's side.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
//
//   UpgradeOffer (client):   opening --opened--> probing --3probe--> pausing --paused--> switched
//                            any --error, gone, other packet, session ended--> dropped
//                            (from pausing the transport in use goes on: it must not stay paused)
//   UpgradeTicket (server):  waiting --2probe--> probed --5--> switched
//                            any --other packet, timeout, gone, session ended--> dropped
//
// Rules: a machine decides, its owner acts: every step returns the actions to carry out, in order.
//        Nothing but the probe is written to the candidate before the switch, so nothing is lost or reordered.
//        A dropped candidate never harms the session.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { Packet } from "./packet.ts";

/** Data of the ping and pong that try a candidate out. */
export const PROBE = "probe";

/** Where the client's side of an upgrade stands. */
export type UpgradeOffer =
  | { readonly at: "opening" }
  | { readonly at: "probing" }
  | { readonly at: "pausing" }
  | { readonly at: "switched" }
  | { readonly at: "dropped"; readonly why: string };

/** What happens to the client's side of an upgrade. */
export type OfferInput =
  | { readonly is: "opened" }
  | { readonly is: "packet"; readonly packet: Packet }
  | { readonly is: "paused" }
  | { readonly is: "failed"; readonly why: string };

/** What the client has to do next. */
export type OfferAction =
  | "send probe"
  | "pause current"
  | "resume current"
  | "send upgrade"
  | "switch"
  | "close candidate";

/** A machine's next state and what its owner has to do. */
export interface Step<State, Action> {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** The client's side at its start: the candidate is being opened. */
export const UPGRADE_OFFERED: UpgradeOffer = { at: "opening" };

function dropOffer(from: UpgradeOffer, why: string): Step<UpgradeOffer, OfferAction> {
  return {
    state: { at: "dropped", why },
    // A transport that was asked to pause would otherwise stay silent until the ping timeout.
    actions: from.at === "pausing" ? ["close candidate", "resume current"] : ["close candidate"],
  };
}

function isProbe(packet: Packet, type: "ping" | "pong"): boolean {
  return packet.type === type && packet.data === PROBE;
}

/** Moves the client's side of an upgrade on. */
export function stepOffer(offer: UpgradeOffer, input: OfferInput): Step<UpgradeOffer, OfferAction> {
  const { at } = offer;
  const hasEnded = at === "switched" || at === "dropped";
  if (!hasEnded && input.is === "failed") return dropOffer(offer, input.why);
  if (!hasEnded && input.is === "packet") {
    return at === "probing" && isProbe(input.packet, "pong")
      ? { state: { at: "pausing" }, actions: ["pause current"] }
      : dropOffer(offer, `an unexpected ${input.packet.type} packet came from it`);
  }
  if (at === "opening" && input.is === "opened") return { state: { at: "probing" }, actions: ["send probe"] };
  if (at === "pausing" && input.is === "paused")
    return { state: { at: "switched" }, actions: ["send upgrade", "switch"] };
  return { state: offer, actions: [] };
}

/** Where the server's side of an upgrade stands. */
export type UpgradeTicket =
  | { readonly at: "waiting" }
  | { readonly at: "probed" }
  | { readonly at: "switched" }
  | { readonly at: "dropped"; readonly why: string };

/** What happens to the server's side of an upgrade. */
export type TicketInput =
  | { readonly is: "packet"; readonly packet: Packet }
  | { readonly is: "failed"; readonly why: string };

/** What the server has to do next. */
export type TicketAction = "answer probe" | "release polls" | "switch" | "close candidate";

/** The server's side at its start: the candidate is connected and has said nothing yet. */
export const UPGRADE_ACCEPTED: UpgradeTicket = { at: "waiting" };

function dropTicket(why: string): Step<UpgradeTicket, TicketAction> {
  return { state: { at: "dropped", why }, actions: ["close candidate"] };
}

/** Moves the server's side of an upgrade on. */
export function stepTicket(ticket: UpgradeTicket, input: TicketInput): Step<UpgradeTicket, TicketAction> {
  switch (ticket.at) {
    case "switched":
    case "dropped":
      return { state: ticket, actions: [] };
    case "waiting":
      if (input.is === "failed") return dropTicket(input.why);
      return isProbe(input.packet, "ping")
        ? { state: { at: "probed" }, actions: ["answer probe", "release polls"] }
        : dropTicket(`the first packet was ${input.packet.type}, not a probe`);
    case "probed":
      if (input.is === "failed") return dropTicket(input.why);
      if (isProbe(input.packet, "ping")) return { state: ticket, actions: ["answer probe"] };
      return input.packet.type === "upgrade"
        ? { state: { at: "switched" }, actions: ["switch"] }
        : dropTicket(`a ${input.packet.type} packet came before the upgrade packet`);
    /* v8 ignore next 2 -- @preserve */
    default:
      return ticket satisfies never;
  }
}
