// What makes the adapter of each namespace, and what adapters are handed of the server's surroundings.
// Place: server (**adapter choice**) -> namespace -> adapter
// Rules: a program gives a class or a function; where it gives none, lost sessions are kept in memory if they are to be kept.
// Source: docs/protocol/socket-5.md, "Recovery"

import {
  Adapter,
  type AdapterConstructor,
  type AdapterContract,
  type AdapterNamespace,
  type AdapterSurroundings,
  SessionAwareAdapter,
} from "@bowline/adapter";
import { recoveryOptions, type ServerOptions } from "./options.ts";
import type { RecoveryOptions } from "./recovery.ts";
import type { SocketPlatform } from "./runtime.ts";

/** Chooses what makes adapters. */
export function chooseAdapter(options: Pick<ServerOptions, "adapter" | "connectionStateRecovery">): AdapterConstructor {
  return (
    options.adapter ?? (recoveryOptions(options.connectionStateRecovery) === undefined ? Adapter : SessionAwareAdapter)
  );
}

/**
 * Makes the adapter of a namespace. Its type is what programs find on nearly every namespace: ours, or a class of a third
 * party that extends ours or upstream's. One that is written from the contract alone has no more than that.
 */
export function createAdapter(maker: AdapterConstructor, namespace: AdapterNamespace): Adapter;
export function createAdapter(maker: AdapterConstructor, namespace: AdapterNamespace): AdapterContract {
  return isConstructor(maker) ? new maker(namespace) : maker(namespace);
}

/** Chooses what adapters are handed. */
export function adapterSurroundings(
  { pingInterval, pingTimeout }: Pick<ServerOptions, "pingInterval" | "pingTimeout">,
  recovery: RecoveryOptions | undefined,
  { clock, random, warn, reportUncaught }: SocketPlatform,
): AdapterSurroundings {
  const sessions =
    recovery === undefined
      ? undefined
      : {
          maxDisconnectionDurationMs: recovery.maxDisconnectionDuration,
          // A dead connection counts as alive until a heartbeat is missing, and its session is kept from then on.
          retentionMs: recovery.maxDisconnectionDuration + pingInterval + pingTimeout,
          maxLogBytes: recovery.maxLogBytes,
        };
  return { clock, random, sessions, warn, reportUncaught };
}

/** Whether it may be called with `new`: a function of the old kind may, and what it returns is the adapter. */
function isConstructor(maker: AdapterConstructor): maker is new (namespace: AdapterNamespace) => AdapterContract {
  return maker.prototype !== undefined;
}
