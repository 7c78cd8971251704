// The suites of Engine.IO: packets and polling bodies of both revisions.
// Place: under registry.mjs. Rules: both directions; of a bad body, what stands before the bad packet is delivered.
import { decoding, encoding, Mismatch, mustBe, mustRefuse } from "./checks.mjs";
import { importPackage } from "./packages.mjs";
import { fromTagged, fromWire } from "./values.mjs";

function checkEnginePacket(dialect, row) {
  const wire = fromWire(row.encoded);
  if (row.mode === "reject") return mustRefuse(() => dialect.decodePacket(wire));
  if (row.mode !== "decode") {
    const packet = fromTagged(row.packet);
    const supportsBinary = row.options?.supportsBinary ?? true;
    mustBe(
      encoding(() => dialect.encodePacket(packet, supportsBinary)),
      wire,
      "encoded",
    );
    const frame = dialect.frame(packet, !supportsBinary);
    mustBe(frame.data, wire, "frame");
    const bytes = row.utf8_bytes === undefined ? wire : Buffer.from(row.utf8_bytes, "base64");
    mustBe(frame.byteLength, Buffer.byteLength(bytes), "byte length of the frame");
  }
  if (row.decode_error !== undefined) return mustRefuse(() => dialect.decodePacket(wire));
  mustBe(
    decoding(() => dialect.decodePacket(wire)),
    fromTagged(row.decoded ?? row.packet),
    "decoded",
  );
}

function checkEnginePayload(dialect, row) {
  const wire = fromWire(row.encoded);
  if (row.mode === "reject") {
    const delivered = [];
    mustRefuse(() => {
      for (const packet of dialect.decodePayload(wire)) delivered.push(packet);
    });
    const reference = fromTagged(row.reference.decoded ?? []);
    const firstBad = reference.findIndex(({ type }) => type === undefined || type === "error");
    mustBe(delivered, reference.slice(0, firstBad), "delivered before the refusal");
    return;
  }
  if (row.mode !== "decode") {
    const packets = fromTagged(row.packets);
    const supportsBinary = row.options?.supportsBinary ?? true;
    mustBe(
      encoding(() => dialect.encodePayload(packets, supportsBinary)),
      wire,
      "encoded",
    );
    const frames = packets.map((packet) => dialect.frame(packet, !(supportsBinary && dialect.binaryBodies)));
    mustBe(dialect.joinPayload(frames, supportsBinary), wire, "joined from frames");
    const counted = frames.reduce((sum, frame) => sum + dialect.elementBytes(frame), 0);
    if (frames.length > 0 && counted < Buffer.byteLength(wire)) {
      throw new Mismatch("different", `${counted} bytes counted for a body of ${Buffer.byteLength(wire)}`);
    }
  }
  const expected = fromTagged(row.decoded ?? row.packets);
  mustBe(
    decoding(() => [...dialect.decodePayload(wire)]),
    expected,
    "decoded",
  );
}

/** @type {import("./registry.mjs").LoadSuites} */
export async function loadEngineSuites() {
  const { eio3, eio4 } = await importPackage("@bowline/protocol");
  return {
    "eio3-packet": (row) => checkEnginePacket(eio3, row),
    "eio3-payload-text": (row) => checkEnginePayload(eio3, row),
    "eio3-payload-binary": (row) => checkEnginePayload(eio3, row),
    "eio4-packet": (row) => checkEnginePacket(eio4, row),
    "eio4-payload": (row) => checkEnginePayload(eio4, row),
  };
}
