// Why an Engine.IO session ended, in the words that programs already match on.
// Place: bytes -> engine dialect -> **session** -> connection / namespace / socket
// Source: docs/protocol/engine-4.md, "Closing"

/** The reason handed to `disconnect` and `close` listeners. */
export type CloseReason = "transport error" | "transport close" | "parse error" | "ping timeout" | "forced close";
