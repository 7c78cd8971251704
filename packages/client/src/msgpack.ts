// The list of @bowline/client/msgpack: the parser of packets in MessagePack, for the option `parser`.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: an entry of its own, so that it costs nothing where it is not used.

export { createMsgpackParser, type MsgpackParser } from "@bowline/protocol/msgpack";
