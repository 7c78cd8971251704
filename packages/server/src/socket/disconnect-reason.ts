// Why a socket ended, in the words that programs already match on.
// Place: connection / namespace / **socket** -> the user's event handlers
// Source: docs/protocol/socket-5.md, "Disconnecting"

/** Why a socket was disconnected. */
export type DisconnectReason =
  | "transport error"
  | "transport close"
  | "parse error"
  | "ping timeout"
  | "forced close"
  | "forced server close"
  | "server shutting down"
  | "client namespace disconnect"
  | "server namespace disconnect";
