// The types of event maps, for programs that import them from this file.
export type { DefaultEventsMap, EventNames, EventParams, EventsMap } from "@bowline/protocol/internal";
