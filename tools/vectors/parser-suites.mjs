// The suites of the parsers that make one frame of a packet: MessagePack of both revisions, and JSON.
// Place: under registry.mjs. Rules: both directions, and refusals.
import { decoding, encoding, Mismatch, mustBe, mustRefuse } from "./checks.mjs";
import { importPackage } from "./packages.mjs";
import { fromTagged, fromWire } from "./values.mjs";

function mustNotEncode(encode) {
  try {
    encode();
  } catch {
    return;
  }
  throw new Mismatch("different", "encoded what has to be refused");
}

/** Where a table tells an ArrayBuffer from other bytes, so do we. */
function mustBeOfOneClass(actual, expected) {
  mustBe(actual instanceof ArrayBuffer, expected instanceof ArrayBuffer, "is an ArrayBuffer");
  if (typeof expected !== "object" || expected === null || ArrayBuffer.isView(expected)) return;
  for (const key of Object.keys(expected)) mustBeOfOneClass(actual[key], expected[key]);
}

function checkMsgpackValue({ encodeMsgpack, decodeMsgpack }, row) {
  if (row.mode === "reject-encode") return mustNotEncode(() => encodeMsgpack(fromTagged(row.value)));
  const wire = fromWire(row.encoded);
  if (row.mode === "reject") return mustRefuse(() => decodeMsgpack(wire));
  if (row.mode !== "decode") {
    mustBe(
      encoding(() => encodeMsgpack(fromTagged(row.value))),
      wire,
      "encoded",
    );
  }
  const expected = fromTagged("decoded" in row ? row.decoded : row.value);
  const decoded = decoding(() => decodeMsgpack(wire));
  mustBe(decoded, expected, "decoded");
  mustBeOfOneClass(decoded, expected);
}

function decodeFrame(parser, frame) {
  const packets = [];
  const decoder = new parser.Decoder();
  decoder.on("decoded", (packet) => packets.push(packet));
  decoder.add(frame);
  return packets;
}

function checkPacket(parser, row) {
  const wire = fromWire(row.encoded);
  if (row.mode === "reject") return mustRefuse(() => decodeFrame(parser, wire));
  if (row.mode !== "decode") {
    let told;
    const frames = encoding(() => new parser.Encoder().encode(fromTagged(row.packet), (given) => (told = given)));
    mustBe(frames, [wire], "encoded");
    mustBe(told, [wire], "told to the callback");
  }
  const expected = row.decoded === undefined ? [fromTagged(row.packet)] : fromTagged(row.decoded);
  const decoded = decoding(() => decodeFrame(parser, wire));
  mustBe(decoded, expected, "decoded");
  mustBeOfOneClass(decoded, expected);
}

/** @type {import("./registry.mjs").LoadSuites} */
export async function loadParserSuites() {
  const msgpack = await importPackage("@bowline/protocol/msgpack");
  const { createJsonParser } = await importPackage("@bowline/protocol/json");
  const msgpack4 = msgpack.createMsgpackParser(4);
  const msgpack5 = msgpack.createMsgpackParser(5);
  const json5 = createJsonParser();
  return {
    "msgpack-values": (row) => checkMsgpackValue(msgpack, row),
    "msgpack4-packet": (row) => checkPacket(msgpack4, row),
    "msgpack5-packet": (row) => checkPacket(msgpack5, row),
    "json5-packet": (row) => checkPacket(json5, row),
  };
}
