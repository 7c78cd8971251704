// Moves a session from polling to a better transport: several are tried beside each other, the first that works wins.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
// Rules: the machine decides, this file acts; a candidate that fails, or comes second, never harms the session; where
//        WebTransport is among them it gets a head start; where the platform has no way to upgrade, nothing is tried.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { Packet } from "@bowline/protocol";
import {
  type Cancel,
  type EngineSession,
  type OfferAction,
  type OfferInput,
  PROBE,
  stepOffer,
  UPGRADE_OFFERED,
} from "@bowline/protocol/internal";
import { TransportError } from "./connect-error.ts";
import type { EngineTransport } from "./engine-events.ts";
import { ConnectionContext, type EngineContext } from "./opening.ts";
import type { Transport, TransportClass } from "./transports/transport.ts";

/** What the engine does about it. */
export interface UpgradeHost {
  /** The candidate works, and the current transport is about to be left. */
  upgrading(candidate: EngineTransport): void;
  /** The session is to be moved now. */
  switched(candidate: Transport): void;
  /** A candidate came to nothing. */
  upgradeFailed(error: Error): void;
  /** All of them did; everything stays as it is. */
  upgradeEnded(): void;
}

/** An upgrade under way, or over. */
export interface Upgrading {
  /** Whether the current transport is being left, so that nothing can be sent until that is done. */
  readonly isPausing: boolean;
  /** Gives the candidates up. */
  drop(why: string): void;
}

/** Begins the upgrade of a session to one of the better transports. */
export type UpgradeStart = (
  context: EngineContext,
  better: readonly TransportClass[],
  session: EngineSession,
  current: Transport,
  host: UpgradeHost,
) => Upgrading;

/** One candidate. */
interface Trial {
  readonly transport: Transport;
  readonly isPausing: boolean;
  step(input: OfferInput): void;
}

/** How long WebTransport is ahead of the others, in milliseconds: WebSockets open sooner, though they are no better. */
const HEAD_START_MS = 200;

/** As its type says. */
export const startUpgrade: UpgradeStart = (context, better, session, current, host) => {
  const { platform } = context;
  const trials = new Set<Trial>();
  let stopTimer: Cancel | undefined;

  /** The others are closed without a word: they did nothing wrong. */
  function won(winner: Trial): void {
    stopTimer?.();
    for (const { transport } of trials) if (transport !== winner.transport) transport.close("discard");
    trials.clear();
    trials.add(winner);
  }

  function lost(trial: Trial, url: string, error: unknown): void {
    if (!trials.delete(trial)) return;
    const { name } = trial.transport;
    const isLast = trials.size === 0;
    if (isLast) stopTimer?.();
    const code = error instanceof TransportError ? error.code : "UPGRADE_FAILED";
    const failure = new TransportError("probe error", { url, error, code });
    platform.explain?.(failure);
    host.upgradeFailed(Object.assign(failure, { transport: name }));
    if (isLast) host.upgradeEnded();
  }

  function createTrial(kind: TransportClass): Trial {
    const own = new ConnectionContext(context, kind, session.dialect, session.id);
    const transport = kind.create(own);
    let offer = UPGRADE_OFFERED;

    function send(packet: Packet): void {
      transport.send([{ frames: [transport.dialect.frame(packet, false)], compress: false }]);
    }

    const carryOut: Readonly<Record<OfferAction, () => void>> = {
      "send probe": () => send({ type: "ping", data: PROBE }),
      "pause current"() {
        won(trial);
        host.upgrading(transport);
        current.pause(() => step({ is: "paused" }));
      },
      "resume current": () => current.resume(),
      "send upgrade": () => send({ type: "upgrade" }),
      switch: () => host.switched(transport),
      "close candidate": () => transport.close("discard"),
    };

    function step(input: OfferInput, cause?: unknown): void {
      const { state, actions } = stepOffer(offer, input);
      offer = state;
      for (const action of actions) carryOut[action]();
      if (state.at === "dropped" && actions.length > 0) lost(trial, own.endpoint, cause ?? new Error(state.why));
    }

    const trial: Trial = {
      transport,
      get isPausing() {
        return offer.at === "pausing";
      },
      step,
    };
    transport.listen({
      opened: () => step({ is: "opened" }),
      received: (packet) => step({ is: "packet", packet }),
      drained() {},
      carrierClosed: (_reason, cause) => step({ is: "failed", why: "the candidate was closed" }, cause),
    });
    return trial;
  }

  function open(isAhead: boolean): void {
    for (const { transport } of trials) if ((transport.name === "webtransport") === isAhead) transport.open();
  }

  for (const kind of better) trials.add(createTrial(kind));
  open(true);
  if ([...trials].some(({ transport }) => transport.name === "webtransport")) {
    stopTimer = platform.clock.after(HEAD_START_MS, () => open(false));
  } else {
    open(false);
  }

  return {
    get isPausing() {
      return [...trials].some((trial) => trial.isPausing);
    },
    drop(why) {
      for (const trial of [...trials]) trial.step({ is: "failed", why });
    },
  };
};
