// The suites of what transports put around packets of Engine.IO: JSONP, and the frames of a WebTransport stream.
// Place: under registry.mjs. Rules: both directions, and refusals; streams also byte by byte.
import { decoding, encoding, Mismatch, mustBe, mustRefuse } from "./checks.mjs";
import { importPackage } from "./packages.mjs";
import { fromTagged, fromWire } from "./values.mjs";

/** The payload that a JSONP response hands to its function, as a script engine reads it. */
function payloadOf(response) {
  const literal = /^___eio\[\d*\]\((.*)\);$/.exec(response)?.[1];
  if (literal === undefined) throw new Mismatch("different", "the table's response has an unknown form");
  return JSON.parse(literal);
}

function checkJsonpResponse({ encodeJsonp }, dialect, row) {
  const response = fromWire(row.encoded);
  // A row without packets was recorded from a live handshake: its payload is in the response alone.
  const payload = row.packets ? dialect.encodePayload(fromTagged(row.packets), false) : payloadOf(response);
  mustBe(
    encoding(() => encodeJsonp(payload, row.options.j)),
    response,
    "response",
  );
}

/** What browsers do to the value of a form field when they send it. */
function asBrowsersSend(field) {
  return field.replace(/\r\n|\r|\n/g, "\r\n");
}

/** The packets of a body in order; the body of a row whose session ended has to be refused behind them. */
function deliver(dialect, payload, isRefused) {
  const delivered = [];
  const decode = () => {
    for (const packet of dialect.decodePayload(payload)) delivered.push(packet);
  };
  if (isRefused) mustRefuse(decode);
  else decoding(decode);
  return delivered;
}

function checkJsonpForm({ encodeJsonpField, encodeJsonpForm, decodeJsonp }, dialect, row) {
  const form = fromWire(row.encoded);
  if (row.payload !== undefined) {
    const payload = fromWire(row.payload);
    const field = fromWire(row.form_field);
    mustBe(
      encoding(() => encodeJsonpField(payload)),
      field,
      "field of the form",
    );
    mustBe(`d=${encodeURIComponent(asBrowsersSend(field))}`, form, "form of a browser");
    // A form that no browser touched brings the payload as it was, but for a backslash in front of a newline.
    if (field === asBrowsersSend(field)) mustBe(encodeJsonpForm(payload), form, "form");
  }
  const payload = decodeJsonp(form);
  const delivered = payload === undefined ? [] : deliver(dialect, payload, row.session_closed !== undefined);
  mustBe(delivered, fromTagged(row.decoded), "delivered");
}

function checkJsonp(protocol, row) {
  const dialect = row.options.eio === 3 ? protocol.eio3 : protocol.eio4;
  if (row.direction === "server-to-client") checkJsonpResponse(protocol, dialect, row);
  else checkJsonpForm(protocol, dialect, row);
}

/** The ways in which a stream may hand over the same bytes. */
function waysToFeed(chunks) {
  const whole = Buffer.concat(chunks);
  return { "as recorded": chunks, whole: [whole], "byte by byte": [...whole].map((byte) => Uint8Array.of(byte)) };
}

function feedStream({ createWebTransportDecoder }, chunks, maxPayload) {
  const decoder = createWebTransportDecoder(maxPayload);
  return chunks.flatMap((chunk) => [...decoder.add(chunk)]);
}

function checkWebTransport(protocol, row) {
  const maxPayload = row.options?.maxPayload ?? 1_000_000;
  const chunks = (row.chunks ?? [row.encoded]).map(fromWire);
  if (row.packets !== undefined) {
    const frames = encoding(() => fromTagged(row.packets).map((packet) => protocol.encodeWebTransportFrame(packet)));
    mustBe(Buffer.concat(frames), chunks[0], "encoded");
  }
  for (const [way, fed] of Object.entries(waysToFeed(chunks))) {
    if (row.mode === "reject") {
      mustRefuse(() => feedStream(protocol, fed, maxPayload));
      continue;
    }
    const expected = fromTagged(row.decoded ?? row.packets);
    mustBe(
      decoding(() => feedStream(protocol, fed, maxPayload)),
      expected,
      `decoded, fed ${way}`,
    );
  }
  if (row.packets === undefined) return;
  const twice = [Buffer.concat([...chunks, ...chunks])];
  const expected = fromTagged(row.decoded ?? row.packets);
  mustBe(
    decoding(() => feedStream(protocol, twice, maxPayload)),
    [...expected, ...expected],
    "decoded, twice in one chunk",
  );
}

/** @type {import("./registry.mjs").LoadSuites} */
export async function loadTransportSuites() {
  const protocol = await importPackage("@bowline/protocol");
  return {
    jsonp: (row) => checkJsonp(protocol, row),
    "webtransport-frames": (row) => checkWebTransport(protocol, row),
  };
}
