// Why an acknowledgement that takes an error first got one instead of an answer.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: messages are those that programs of 4.x compare; `name` and `code` are ours.
// Source: docs/protocol/socket-5.md, "Acknowledgements"

/** No answer came within the time that was given. */
export class AckTimeoutError extends Error {
  override readonly name = "AckTimeoutError";
  readonly code = "BOWLINE_ACK_TIMEOUT";

  constructor() {
    super("operation has timed out");
  }
}

/** The socket was disconnected before an answer came, and none will come any more. */
export class AckDisconnectedError extends Error {
  override readonly name = "AckDisconnectedError";
  readonly code = "BOWLINE_ACK_DISCONNECTED";

  constructor() {
    super("socket has been disconnected");
  }
}
