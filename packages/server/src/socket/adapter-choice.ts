// What makes the adapter of each namespace, with memory for lost sessions where those are kept.
// Place: server (**adapter choice**) -> namespace -> adapter
// Rules: a program's own adapter is handed the same memory as ours, and may keep sessions elsewhere.
// Source: docs/protocol/socket-5.md, "Recovery"

import { type AdapterFactory, MemoryAdapter, SessionStore } from "@bowline/adapter";
import { createId } from "@bowline/protocol/internal";
import type { ServerOptions } from "./options.ts";
import type { RecoveryOptions } from "./recovery.ts";
import type { SocketPlatform } from "./runtime.ts";

/** So many characters tell the offsets of two processes apart. */
const EPOCH_LENGTH = 6;

/** Chooses what makes adapters. */
export function chooseAdapter(
  { adapter, pingInterval, pingTimeout }: Pick<ServerOptions, "adapter" | "pingInterval" | "pingTimeout">,
  recovery: RecoveryOptions | undefined,
  { clock, random }: Pick<SocketPlatform, "clock" | "random">,
): AdapterFactory {
  const create: AdapterFactory = adapter ?? ((namespace, sessions) => new MemoryAdapter(namespace, sessions));
  if (recovery === undefined) return (namespace) => create(namespace);
  const { maxDisconnectionDuration, maxLogBytes } = recovery;
  return (namespace) => {
    const sessions = new SessionStore({
      clock,
      epoch: createId(random).slice(0, EPOCH_LENGTH),
      maxDisconnectionDurationMs: maxDisconnectionDuration,
      // A dead connection counts as alive until a heartbeat is missing, and its session is kept from then on.
      retentionMs: maxDisconnectionDuration + pingInterval + pingTimeout,
      maxLogBytes,
    });
    return create(namespace, sessions);
  };
}
