// Moves a session from polling to a better transport: several are tried beside each other, the first that works wins.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
// Rules: the machine decides, this file acts; a candidate that fails, or comes second, never harms the session; where
//        WebTransport is among them it gets a head start.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { Packet } from "@bowline/protocol";
import {
  type Cancel,
  type Clock,
  type OfferInput,
  PROBE,
  stepOffer,
  UPGRADE_OFFERED,
  type UpgradeOffer,
} from "@bowline/protocol/internal";
import type { Transport } from "./transports/transport.ts";

/** What an upgrade tells the engine. */
export interface UpgradingEvents {
  /** The candidate works, and the current transport is about to be left. */
  upgrading(candidate: Transport): void;
  /** The session is to be moved now. */
  switched(candidate: Transport): void;
  /** A candidate came to nothing. */
  failed(candidate: Transport, why: string, cause: unknown): void;
  /** All of them did; everything stays as it is. */
  ended(): void;
}

/** What is tried. */
export interface UpgradePlan {
  readonly current: Transport;
  /** Make the candidates; each calls back when packets may be sent. */
  readonly candidates: readonly ((opened: () => void) => Transport)[];
  readonly clock: Clock;
  readonly events: UpgradingEvents;
}

/** An upgrade under way. */
export interface Upgrading {
  /** Whether the current transport is being left, so that nothing can be sent until that is done. */
  readonly isPausing: boolean;
  /** Gives the candidates up. */
  drop(why: string): void;
}

/** How long WebTransport is ahead of the others, in milliseconds: WebSockets open sooner, though they are no better. */
const HEAD_START_MS = 200;

/** One candidate. */
class Trial {
  readonly transport: Transport;
  readonly #plan: UpgradePlan;
  readonly #race: Race;
  #offer: UpgradeOffer = UPGRADE_OFFERED;

  constructor(plan: UpgradePlan, race: Race, make: UpgradePlan["candidates"][number]) {
    this.#plan = plan;
    this.#race = race;
    this.transport = make(() => this.step({ is: "opened" }));
    this.transport.listen({
      received: (packet) => this.step({ is: "packet", packet }),
      drained() {},
      carrierClosed: (_reason, cause) => this.step({ is: "failed", why: "the candidate was closed" }, cause),
    });
  }

  get isPausing(): boolean {
    return this.#offer.at === "pausing";
  }

  step(input: OfferInput, cause?: unknown): void {
    const { transport } = this;
    const { current, events } = this.#plan;
    const { state, actions } = stepOffer(this.#offer, input);
    this.#offer = state;
    for (const action of actions) {
      switch (action) {
        case "send probe":
          this.#send({ type: "ping", data: PROBE });
          break;
        case "pause current":
          this.#race.won(this);
          events.upgrading(transport);
          current.pause(() => this.step({ is: "paused" }));
          break;
        case "resume current":
          current.resume();
          break;
        case "send upgrade":
          this.#send({ type: "upgrade" });
          break;
        case "switch":
          events.switched(transport);
          break;
        case "close candidate":
          transport.close("discard");
          break;
        /* v8 ignore next 2 -- @preserve */
        default:
          action satisfies never;
      }
    }
    if (state.at === "dropped" && actions.length > 0) this.#race.lost(this, state.why, cause);
  }

  #send(packet: Packet): void {
    const frames = [this.transport.dialect.frame(packet, false)];
    this.transport.send([{ frames, compress: false }]);
  }
}

/** All candidates of one upgrade. */
class Race implements Upgrading {
  readonly #events: UpgradingEvents;
  readonly #trials: Set<Trial>;
  #stopTimer: Cancel | undefined;

  constructor(plan: UpgradePlan) {
    this.#events = plan.events;
    this.#trials = new Set(plan.candidates.map((make) => new Trial(plan, this, make)));
    const trials = [...this.#trials];
    const ahead = trials.filter(({ transport }) => transport.name === "webtransport");
    const behind = trials.filter((trial) => !ahead.includes(trial));
    const open = ({ transport }: Trial): void => transport.open();
    if (ahead.length > 0 && behind.length > 0) {
      this.#stopTimer = plan.clock.after(HEAD_START_MS, () => {
        for (const trial of behind) if (this.#trials.has(trial)) open(trial);
      });
    } else {
      behind.forEach(open);
    }
    ahead.forEach(open);
  }

  get isPausing(): boolean {
    return [...this.#trials].some(({ isPausing }) => isPausing);
  }

  drop(why: string): void {
    for (const trial of [...this.#trials]) trial.step({ is: "failed", why });
  }

  /** The others are closed without a word: they did nothing wrong. */
  won(winner: Trial): void {
    this.#stopTimer?.();
    for (const { transport } of this.#trials) {
      if (transport !== winner.transport) transport.close("discard");
    }
    this.#trials.clear();
    this.#trials.add(winner);
  }

  lost(trial: Trial, why: string, cause: unknown): void {
    if (!this.#trials.delete(trial)) return;
    const isLast = this.#trials.size === 0;
    if (isLast) this.#stopTimer?.();
    this.#events.failed(trial.transport, why, cause);
    if (isLast) this.#events.ended();
  }
}

/** Begins an upgrade. */
export function raceCandidates(plan: UpgradePlan): Upgrading {
  return new Race(plan);
}
