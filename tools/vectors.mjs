// npm run vectors -- [DIR]: runs the golden tables (schema sio-vectors/1) of a folder against the built packages.
// Both directions and refusals; decoders are fed frame by frame, polling bodies whole. No suite of this kind is a byte
// stream, so none is fed byte by byte.
// A table row that we answer differently on purpose stands in deviations.json beside the tables and counts as
// `deviates`; a doubtful row has to give the reference's answer or a SyntaxError, and counts as `doubtful`.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fromTagged, fromWire, isSame, show } from "./vector-values.mjs";

const SCHEMA = "sio-vectors/1";
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const DIST = join(ROOT, "packages/protocol/dist/index.mjs");
const OWN_COPY = join(ROOT, "packages/protocol/vectors");

/** Our answer is not the one in the table. */
class Mismatch extends Error {
  /** @param {"refused" | "different" | "broken"} kind a SyntaxError, another answer, or an exception of another kind. */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

function mustBe(actual, expected, what) {
  if (!isSame(actual, expected)) {
    throw new Mismatch("different", `${what}: ${show(actual)} instead of ${show(expected)}`);
  }
}

/** Encodes; programmers' mistakes may be any error, so a throw is another answer and nothing worse. */
function encoding(encode) {
  try {
    return encode();
  } catch (error) {
    throw new Mismatch(error instanceof SyntaxError ? "refused" : "different", `encoding threw ${error}`);
  }
}

/** Decodes; nothing but a SyntaxError may come out. */
function decoding(decode) {
  try {
    return decode();
  } catch (error) {
    throw new Mismatch(error instanceof SyntaxError ? "refused" : "broken", `decoding threw ${error}`);
  }
}

function mustRefuse(decode) {
  try {
    decode();
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw new Mismatch("broken", `decoding threw ${error} instead of a SyntaxError`);
  }
  throw new Mismatch("different", "accepted what has to be refused");
}

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

/** The suites that we know, by name. */
function knownSuites({ eio3, eio4, createTextParser }) {
  const sio4 = createTextParser(4);
  const sio5 = createTextParser(5);
  return new Map([
    ["eio3-packet", (row) => checkEnginePacket(eio3, row)],
    ["eio3-payload-text", (row) => checkEnginePayload(eio3, row)],
    ["eio3-payload-binary", (row) => checkEnginePayload(eio3, row)],
    ["eio4-packet", (row) => checkEnginePacket(eio4, row)],
    ["eio4-payload", (row) => checkEnginePayload(eio4, row)],
    ["sio4-packet", (row) => checkSocketPacket(sio4, row)],
    ["sio4-decode", (row) => checkSocketFrames(sio4, row)],
    ["sio5-packet", (row) => checkSocketPacket(sio5, row)],
    ["sio5-decode", (row) => checkSocketFrames(sio5, row)],
  ]);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function readDeviations(directory) {
  try {
    return new Map(Object.entries(readJson(join(directory, "deviations.json"))));
  } catch (error) {
    if (error.code === "ENOENT") return new Map();
    throw error;
  }
}

/** One row: passed, failed (with the reason), deviates or doubtful. */
function judge(check, row, deviations) {
  try {
    check(row);
    return { verdict: row.doubtful ? "doubtful" : "passed" };
  } catch (error) {
    if (!(error instanceof Mismatch)) return { verdict: "failed", reason: String(error.stack ?? error) };
    if (error.kind !== "broken" && deviations.has(row.id)) return { verdict: "deviates" };
    if (error.kind === "refused" && row.doubtful) return { verdict: "doubtful" };
    return { verdict: "failed", reason: error.message };
  }
}

function runSuite(suite, check, deviations) {
  const counts = { passed: 0, failed: 0, deviates: 0, doubtful: 0 };
  const notes = [];
  for (const row of suite.vectors) {
    const { verdict, reason } = judge(check, row, deviations);
    counts[verdict]++;
    if (verdict === "failed") notes.push(`  ${row.id} (${row.name}): ${reason}`);
    if (verdict !== "deviates" && deviations.has(row.id)) {
      notes.push(`  note: ${row.id} is in deviations.json, but our answer is the reference's`);
    }
  }
  const { passed, failed, deviates, doubtful } = counts;
  console.log(`${suite.suite}  ${passed} passed, ${failed} failed, ${deviates} deviates, ${doubtful} doubtful`);
  for (const note of notes) console.log(note);
  return counts;
}

function isSuite(value) {
  return value?.schema === SCHEMA && typeof value.suite === "string" && Array.isArray(value.vectors);
}

async function main() {
  // Where npm was called, so that a relative DIR means what the caller sees.
  const directory = process.argv[2] ? resolve(process.env.INIT_CWD ?? ".", process.argv[2]) : OWN_COPY;
  // Our deviations hold for any copy of the tables.
  const deviations = new Map([...readDeviations(OWN_COPY), ...readDeviations(directory)]);
  if (!existsSync(DIST)) {
    console.log(`Cannot run the vectors against "${DIST}": it is not built; run "npm run build" first`);
    process.exitCode = 1;
    return;
  }
  const known = knownSuites(await import(pathToFileURL(DIST).href));
  const total = { passed: 0, failed: 0, skipped: 0 };
  let run = 0;
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith(".json") || name === "deviations.json") continue;
    const suite = readJson(join(directory, name));
    if (!isSuite(suite)) {
      console.log(`${name}  not run: it is no suite of the schema ${SCHEMA}`);
      continue;
    }
    const check = known.get(suite.suite);
    if (check === undefined) {
      console.log(`${suite.suite}  not run: this suite is unknown here`);
      total.skipped += suite.vectors.length;
      continue;
    }
    const counts = runSuite(suite, check, deviations);
    total.passed += counts.passed;
    total.failed += counts.failed;
    run += suite.vectors.length;
  }
  if (run === 0) console.log(`Cannot run the vectors in "${directory}": there is no suite that we know`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0 || run === 0) process.exitCode = 1;
}

await main();
