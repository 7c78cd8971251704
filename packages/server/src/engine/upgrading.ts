// An upgrade that is going on: the candidate is listened to, probed, and switched to, or shown out.
// Place: bytes -> carrier -> engine dialect -> session (connection, **upgrading**)
// Rules: the machine is `stepTicket`; this only gives it the candidate's packets and the time, and does what it says.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { Packet } from "@bowline/protocol";
import {
  type Cancel,
  type Carrier,
  type Clock,
  PROBE,
  stepTicket,
  type TicketAction,
  type TicketInput,
  UPGRADE_ACCEPTED,
  type UpgradeTicket,
} from "@bowline/protocol/internal";
import type { Transport } from "./transport.ts";

/** Between two looks for a poll that keeps a client from leaving for its new transport, in milliseconds. */
const RELEASE_INTERVAL_MS = 100;

/** A transport that takes packets whenever they come, and that a polling connection can move to. */
export interface StreamCarrier extends Carrier {
  /** The runtime's own WebSocket or session, where there is one that programs may know. */
  readonly native?: unknown;
  /** Writes one packet at once, outside of any session: the answer to a probe. */
  sendAlone(packet: Packet): void;
}

/** What a connection does for its upgrade. */
export interface UpgradeHost {
  /** Answers a poll that waits, so that the client can leave. */
  release(): void;
  /** Moves to the candidate. */
  switched(upgrade: Upgrading): void;
  /** Stays where it is: nothing came of it. */
  dropped(): void;
}

/** One candidate on trial. */
export class Upgrading {
  readonly candidate: StreamCarrier;
  /** What programs see of the candidate, once they have been told of it. */
  transport: Transport | undefined;
  readonly #clock: Clock;
  readonly #host: UpgradeHost;
  readonly #timeout: Cancel;
  #ticket: UpgradeTicket = UPGRADE_ACCEPTED;
  #releaseTimer: Cancel | undefined;

  constructor(candidate: StreamCarrier, clock: Clock, timeoutMs: number, host: UpgradeHost) {
    this.candidate = candidate;
    this.#clock = clock;
    this.#host = host;
    this.#timeout = clock.coarse(timeoutMs, () => this.step({ is: "failed", why: "the upgrade took too long" }));
  }

  /** Listens to the candidate from now on. */
  start(): void {
    this.candidate.listen({
      received: (packet) => this.step({ is: "packet", packet }),
      drained: () => undefined,
      carrierClosed: (reason) => this.step({ is: "failed", why: reason }),
    });
  }

  /** Gives the machine what has happened. */
  step(input: TicketInput): void {
    const { state, actions } = stepTicket(this.#ticket, input);
    this.#ticket = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: TicketAction): void {
    switch (action) {
      case "answer probe":
        this.candidate.sendAlone({ type: "pong", data: PROBE });
        return;
      case "release polls":
        this.#releasePolls();
        return;
      case "switch":
        this.#stopTimers();
        this.#host.switched(this);
        return;
      case "close candidate":
        this.#stopTimers();
        this.#host.dropped();
        this.candidate.close("flush");
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        action satisfies never;
    }
  }

  #releasePolls(): void {
    this.#host.release();
    this.#releaseTimer = this.#clock.after(RELEASE_INTERVAL_MS, () => this.#releasePolls());
  }

  #stopTimers(): void {
    this.#timeout();
    this.#releaseTimer?.();
  }
}
