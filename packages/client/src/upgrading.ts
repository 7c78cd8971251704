// Moves a session from polling to a WebSocket: carries out what the offer's machine decides.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
// Rules: the machine decides, this file acts; a candidate that fails never harms the session.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { Packet } from "@bowline/protocol";
import { type OfferInput, PROBE, stepOffer, UPGRADE_OFFERED, type UpgradeOffer } from "@bowline/protocol/internal";
import type { Transport } from "./transports/transport.ts";

/** What an upgrade tells the engine. */
export interface UpgradingEvents {
  /** The candidate works, and the current transport is about to be left. */
  upgrading(candidate: Transport): void;
  /** The session is to be moved now. */
  switched(candidate: Transport): void;
  /** It came to nothing; everything stays as it is. */
  dropped(why: string, cause: unknown): void;
}

/** One attempt to upgrade. */
export class Upgrading {
  readonly #current: Transport;
  readonly #candidate: Transport;
  readonly #events: UpgradingEvents;
  #offer: UpgradeOffer = UPGRADE_OFFERED;

  /** @param open makes the candidate; it calls back when packets may be sent. */
  constructor(current: Transport, open: (opened: () => void) => Transport, events: UpgradingEvents) {
    this.#current = current;
    this.#events = events;
    this.#candidate = open(() => this.#step({ is: "opened" }));
    this.#candidate.listen({
      received: (packet) => this.#step({ is: "packet", packet }),
      drained() {},
      carrierClosed: (_reason, cause) => this.#step({ is: "failed", why: "the candidate was closed" }, cause),
    });
  }

  /** Whether the current transport is being left, so that nothing can be sent until that is done. */
  get isPausing(): boolean {
    return this.#offer.at === "pausing";
  }

  start(): void {
    this.#candidate.open();
  }

  /** Gives the candidate up. */
  drop(why: string): void {
    this.#step({ is: "failed", why });
  }

  #step(input: OfferInput, cause?: unknown): void {
    const { state, actions } = stepOffer(this.#offer, input);
    this.#offer = state;
    for (const action of actions) {
      switch (action) {
        case "send probe":
          this.#send({ type: "ping", data: PROBE });
          break;
        case "pause current":
          this.#events.upgrading(this.#candidate);
          this.#current.pause(() => this.#step({ is: "paused" }));
          break;
        case "resume current":
          this.#current.resume();
          break;
        case "send upgrade":
          this.#send({ type: "upgrade" });
          break;
        case "switch":
          this.#events.switched(this.#candidate);
          break;
        case "close candidate":
          this.#candidate.close("discard");
          break;
        /* v8 ignore next 2 -- @preserve */
        default:
          action satisfies never;
      }
    }
    if (state.at === "dropped" && actions.length > 0) this.#events.dropped(state.why, cause);
  }

  #send(packet: Packet): void {
    const frames = [this.#candidate.dialect.frame(packet, false)];
    this.#candidate.send([{ frames, compress: false }]);
  }
}
