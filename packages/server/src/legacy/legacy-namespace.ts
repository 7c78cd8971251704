// A namespace as programs of 2.x know it: members that later generations do not have.
// Place: made by dialect 2 -> session -> socket codec -> connection -> **namespace** -> socket
// Rules: only dialect 2 makes it; nothing of ours asks for these members.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import { Namespace } from "../socket/namespace.ts";

/** A namespace with the members of 2.x. */
export class LegacyNamespace<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends Namespace<Listen, Emit, ServerSide, Data> {}
