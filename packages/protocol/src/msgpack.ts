// The list of @bowline/protocol/msgpack: the parser of packets in MessagePack, and its values alone.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: an entry of its own, so that it costs nothing where it is not used.

export { createMsgpackParser, type MsgpackParser } from "./socket/msgpack-codec.ts";
export { decodeMsgpack } from "./socket/msgpack-decode.ts";
export { encodeMsgpack } from "./socket/msgpack-encode.ts";
