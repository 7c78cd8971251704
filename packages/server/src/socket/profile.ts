// How a server treats its clients as its program's generation expects it, where the generations disagree: one object for each.
// Place: options -> **profile** -> server / connection / namespace / socket
// Rules: chosen when the options are read, and before there is a client; whoever needs a choice asks the profile, and nobody asks for `compat`.
// Source: docs/protocol/socket-4.md, "Violations" and "Disconnecting"

import type { ServerOptions } from "./options.ts";

/** How the clients of one protocol generation are treated. */
export interface PeerHabits {
  /** What a packet that is out of place costs: nothing, or the connection. */
  readonly onViolation: "ignore" | "close";
  /** Whether a client that left the main namespace and asks for it again is told that it is in. */
  readonly answersRejoin: boolean;
}

/** The habits of a server. */
export interface Profile {
  /** By the revision of the Socket.IO protocol that a client speaks. */
  readonly habits: { readonly 4: PeerHabits; readonly 5: PeerHabits };
}

const STRICT: PeerHabits = { onViolation: "close", answersRejoin: true };

const MODERN: Profile = {
  habits: { 4: STRICT, 5: STRICT },
};

// Towards clients of revision 5, which no 2.x server has ever seen, there is nothing to restore.
const LEGACY: Profile = {
  habits: { 4: { onViolation: "ignore", answersRejoin: false }, 5: STRICT },
};

/** The profile of a program's generation. */
export function chooseProfile(compat: ServerOptions["compat"]): Profile {
  return compat === 2 ? LEGACY : MODERN;
}
