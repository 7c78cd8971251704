// The list of @bowline/protocol/json: the parser of packets that are plain JSON.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: an entry of its own, so that it costs nothing where it is not used.

export { createJsonParser, type JsonParser } from "./socket/json-codec.ts";
