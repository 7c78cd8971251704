// The upgrade of one connection: what is tried, and what its program hears of it.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
// Rules: only what the server offers and the program allows is tried; where the platform has no way to upgrade, nothing is.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { EngineSession } from "@bowline/protocol/internal";
import { TransportError } from "./connect-error.ts";
import type { EngineTransport } from "./engine-events.ts";
import { contextFor, type EngineContext } from "./opening.ts";
import type { Transport, TransportClass } from "./transports/transport.ts";
import { raceCandidates, type Upgrading } from "./upgrading.ts";
import { endpointOf } from "./url.ts";

/** What the engine does about it. */
export interface UpgradeHost {
  upgrading(candidate: EngineTransport): void;
  /** The session is to be moved now. */
  switched(candidate: Transport): void;
  failed(error: Error): void;
  /** Nothing came of it. */
  ended(): void;
}

/** Begins the upgrade of a session, where there is anything to upgrade to. */
export type UpgradeStart = (
  context: EngineContext,
  better: readonly TransportClass[],
  session: EngineSession,
  current: Transport,
  host: UpgradeHost,
) => Upgrading | undefined;

/** As its type says. */
export const startUpgrade: UpgradeStart = (context, better, session, current, host) => {
  const { platform, server, options } = context;
  const others = better.filter(({ prototype }) => prototype.name !== current.name);
  if (others.length === 0) return undefined;
  return raceCandidates({
    current,
    candidates: others.map(
      (kind) => (opened) => kind.create(contextFor(context, kind, session.dialect, session.id, opened)),
    ),
    clock: platform.clock,
    events: {
      upgrading: host.upgrading,
      switched: host.switched,
      failed({ name }, why, cause) {
        const code = cause instanceof TransportError ? cause.code : "UPGRADE_FAILED";
        const failure = { url: endpointOf(server, options, name), error: cause ?? new Error(why), code };
        const error = new TransportError("probe error", failure);
        platform.explain?.(error);
        host.failed(Object.assign(error, { transport: name }));
      },
      ended: host.ended,
    },
  });
};
