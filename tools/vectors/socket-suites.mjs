// The suites of Socket.IO with the default parsers of both revisions: packets, and frames as they come in.
// Place: under registry.mjs. Rules: both directions, and refusals; a decoder is fed frame by frame.
import { decoding, encoding, Mismatch, mustBe, mustRefuse } from "./checks.mjs";
import { importPackage } from "./packages.mjs";
import { fromTagged, fromWire } from "./values.mjs";

/** Feeds frames one by one; an exception is marked with the index of the frame that brought it about. */
function feed(parser, frames, options, decoded) {
  const decoder = new parser.Decoder(options ?? {});
  decoder.on("decoded", (packet) => decoded.push(packet));
  for (const [index, frame] of frames.entries()) {
    try {
      decoder.add(frame);
    } catch (error) {
      if (error instanceof Error) error.atFrame = index;
      throw error;
    }
  }
  return decoded;
}

function checkSocketPacket(parser, row) {
  const wire = (row.encoded ?? []).map(fromWire);
  const packet = fromTagged(row.packet);
  const encoder = new parser.Encoder();
  if (row.mode === "reject-encode") {
    try {
      encoder.encode(packet);
    } catch {
      return;
    }
    throw new Mismatch("different", "encoded what has to be refused");
  }
  let told;
  const frames = encoding(() => encoder.encode(packet, (given) => (told = given)));
  mustBe(frames, wire, "encoded");
  mustBe(told, wire, "told to the callback");
  if (row.decode_error !== undefined) return mustRefuse(() => feed(parser, wire, row.options, []));
  const expected = row.decoded === undefined ? [packet] : fromTagged(row.decoded);
  mustBe(
    decoding(() => feed(parser, wire, row.options, [])),
    expected,
    "decoded",
  );
}

function checkSocketFrames(parser, row) {
  const frames = row.frames.map(fromWire);
  if (row.mode !== "reject") {
    mustBe(
      decoding(() => feed(parser, frames, row.options, [])),
      fromTagged(row.decoded),
      "decoded",
    );
    return;
  }
  const decoded = [];
  let atFrame;
  mustRefuse(() => {
    try {
      feed(parser, frames, row.options, decoded);
    } catch (error) {
      atFrame = error.atFrame;
      throw error;
    }
  });
  if (row.reference.at_frame !== undefined) mustBe(atFrame, row.reference.at_frame, "refused at frame");
  if (row.reference.emitted_before !== undefined) {
    mustBe(decoded, fromTagged(row.reference.emitted_before), "decoded before the refusal");
  }
}

/** @type {import("./registry.mjs").LoadSuites} */
export async function loadSocketSuites() {
  const { createTextParser } = await importPackage("@bowline/protocol");
  const sio4 = createTextParser(4);
  const sio5 = createTextParser(5);
  return {
    "sio4-packet": (row) => checkSocketPacket(sio4, row),
    "sio4-decode": (row) => checkSocketFrames(sio4, row),
    "sio5-packet": (row) => checkSocketPacket(sio5, row),
    "sio5-decode": (row) => checkSocketFrames(sio5, row),
  };
}
