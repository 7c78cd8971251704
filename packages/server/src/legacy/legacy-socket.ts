// A socket as programs of 2.x know it: members that later generations do not have.
// Place: made by dialect 2 -> session -> socket codec -> connection -> namespace -> **socket** -> the user's event handlers
// Rules: only dialect 2 makes it; nothing of ours asks for these members.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { DefaultData, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import { Socket } from "../socket/socket.ts";

/** A socket with the members of 2.x. */
export class LegacySocket<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  Data = DefaultData,
> extends Socket<Listen, Emit, ServerSide, Data> {}
