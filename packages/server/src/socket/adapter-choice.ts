// What makes the adapter of each namespace, and what adapters are handed of the server's surroundings.
// Place: server (**adapter choice**) -> namespace -> adapter
// Rules: a program gives a class or a function, or a cluster that has one; where it gives none, lost sessions are kept in
//        memory if they are to be kept.
// Source: docs/protocol/socket-5.md, "Recovery"

import {
  Adapter,
  type AdapterConstructor,
  type AdapterContract,
  type AdapterFactory,
  type AdapterNamespace,
  type AdapterSurroundings,
  SessionAwareAdapter,
} from "@bowline/adapter";
import type { ApiDialect } from "./api-dialect.ts";
import { recoveryOptions, type ServerOptions } from "./options.ts";
import type { RecoveryOptions } from "./recovery.ts";
import type { SocketPlatform } from "./runtime.ts";

/** Chooses what makes adapters. */
export function chooseAdapter(
  options: Pick<ServerOptions, "adapter" | "cluster" | "connectionStateRecovery">,
): AdapterConstructor {
  const own = recoveryOptions(options.connectionStateRecovery) === undefined ? Adapter : SessionAwareAdapter;
  return options.adapter ?? options.cluster?.adapter ?? own;
}

/**
 * Makes the adapter of a namespace. Its type is what programs find on nearly every namespace: ours, or a class of a third
 * party that extends ours or upstream's. One that is written from the contract alone has no more than that.
 */
export function createAdapter(
  maker: AdapterConstructor,
  namespace: AdapterNamespace,
  dialect: Pick<ApiDialect, "admitAdapter">,
): Adapter;
export function createAdapter(
  maker: AdapterConstructor,
  namespace: AdapterNamespace,
  dialect: Pick<ApiDialect, "admitAdapter">,
): AdapterContract {
  return dialect.admitAdapter(isFactory(maker) ? maker(namespace) : new (asClass(maker))(namespace), namespace);
}

/** Chooses what adapters are handed. */
export function adapterSurroundings(
  { pingInterval, pingTimeout }: Pick<ServerOptions, "pingInterval" | "pingTimeout">,
  recovery: RecoveryOptions | undefined,
  { clock, random, trace, warn, reportUncaught, toNativeBytes }: SocketPlatform,
  dialect: () => Pick<ApiDialect, "showRooms" | "showSids">,
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
  return {
    clock,
    random,
    trace,
    sessions,
    warn,
    reportUncaught,
    toNativeBytes,
    showRooms: (rooms) => dialect().showRooms(rooms),
    showSids: (sids) => dialect().showSids(sids),
  };
}

/** Whether it cannot be called with `new`; a function of the old kind can, and what it returns is the adapter. */
function isFactory(maker: AdapterConstructor): maker is AdapterFactory["create"] {
  return Reflect.get(maker, "prototype") === undefined;
}

/** A class may ask for the very namespaces that it was written for, which ours are. */
function asClass(maker: AdapterConstructor): new (namespace: AdapterNamespace) => AdapterContract;
function asClass(maker: unknown): unknown {
  return maker;
}
