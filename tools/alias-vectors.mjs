// Replays the golden tables through the alias packages of the parsers and through the official parsers they stand for: both
// have to give the same. Where we deviate on purpose (deviations.json), where the tables have doubts, and where they want a
// refusal, ours may refuse instead.
// Usage: node tools/alias-vectors.mjs
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "./run-command.mjs";
import { fromTagged, fromWire, isSame, show } from "./vectors/values.mjs";

const require = createRequire(import.meta.url);
const VECTORS = join(ROOT, "packages/protocol/vectors");
const readTable = (name) => JSON.parse(readFileSync(join(VECTORS, `${name}.json`), "utf8"));

/** A parser as a package of the official ones depends on it. */
function official(dependent, name) {
  return createRequire(require.resolve(`${dependent}/package.json`))(name);
}

/** What an action gives; of an exception only whether it was a refusal counts. */
function observe(action) {
  try {
    return { value: action() };
  } catch (error) {
    return { threw: true, refused: error instanceof SyntaxError };
  }
}

const isErrorPacket = ({ type, data }) => type === "error" || (type === 4 && /^parser error/.test(String(data)));

function enginePacket(parser, row) {
  let encoded;
  if (row.packet !== undefined) {
    const supportsBinary = row.options?.supportsBinary ?? true;
    encoded = observe(() => {
      let told;
      parser.encodePacket(fromTagged(row.packet), supportsBinary, (given) => {
        told = given;
      });
      return told;
    });
  }
  const decoded = observe(() => [parser.decodePacket(fromWire(row.encoded))]);
  return { encoded, decoded };
}

function enginePayload(parser, row) {
  let encoded;
  if (row.packets !== undefined) {
    const flags = parser.protocol === 3 ? [row.options?.supportsBinary ?? true] : [];
    encoded = observe(() => {
      let told;
      parser.encodePayload(fromTagged(row.packets), ...flags, (given) => {
        told = given;
      });
      return told;
    });
  }
  const decoded = observe(() => {
    const packets = [];
    const wire = fromWire(row.encoded);
    if (parser.protocol === 4) return parser.decodePayload(wire);
    parser.decodePayload(wire, (packet, index, total) => packets.push({ ...packet, index, total }));
    return packets;
  });
  return { encoded, decoded };
}

function feed(parser, frames, options) {
  const decoder = new parser.Decoder(options);
  const packets = [];
  decoder.on("decoded", (packet) => packets.push(packet));
  const added = observe(() => {
    for (const frame of frames) decoder.add(frame);
  });
  return { ...added, value: packets };
}

function socketPacket(parser, row) {
  let encoded;
  if (row.packet !== undefined) {
    encoded = observe(() => {
      let told;
      const returned = new parser.Encoder().encode(fromTagged(row.packet), (given) => {
        told = given;
      });
      return parser.protocol === 4 ? told : returned;
    });
  }
  const frames = (row.frames ?? row.encoded ?? []).map(fromWire);
  return { encoded, decoded: feed(parser, frames, row.options) };
}

const PAIRS = {
  eio3: [require("@bowline/engine.io-parser-v2"), official("socket.io-client-v2", "engine.io-parser")],
  eio4: [require("@bowline/engine.io-parser"), official("socket.io-client-v4", "engine.io-parser")],
  sio4: [require("@bowline/socket.io-parser-v2"), official("socket.io-v2", "socket.io-parser")],
  sio5: [require("@bowline/socket.io-parser"), official("socket.io-v4", "socket.io-parser")],
};

const TABLES = {
  "eio3-packet": enginePacket,
  "eio3-payload-text": enginePayload,
  "eio3-payload-binary": enginePayload,
  "eio4-packet": enginePacket,
  "eio4-payload": enginePayload,
  "sio4-packet": socketPacket,
  "sio4-decode": socketPacket,
  "sio5-packet": socketPacket,
  "sio5-decode": socketPacket,
};

/** Only whether something was thrown is compared: the official parsers have errors of other classes. */
const isAlike = (own, reference) =>
  own === undefined || (own.threw === reference.threw && isSame(own.value, reference.value));

const isRefusal = ({ refused, value }) => refused === true || (value?.some(isErrorPacket) ?? false);

function judge(replay, [own, reference], row, deviations) {
  const ours = replay(own, row);
  const theirs = replay(reference, row);
  if (isAlike(ours.encoded, theirs.encoded) && isAlike(ours.decoded, theirs.decoded)) return { verdict: "passed" };
  const mayDiffer = deviations[row.id] !== undefined || row.doubtful !== undefined;
  if (mayDiffer) return { verdict: "deviates" };
  const wantsRefusal = row.mode === "reject" || row.decode_error !== undefined;
  if (wantsRefusal && isAlike(ours.encoded, theirs.encoded) && isRefusal(ours.decoded)) return { verdict: "deviates" };
  return { verdict: "failed", reason: `${show(ours)} instead of ${show(theirs)}` };
}

const total = { passed: 0, failed: 0 };
const deviations = readTable("deviations");
for (const [name, replay] of Object.entries(TABLES)) {
  const counts = { passed: 0, failed: 0, deviates: 0 };
  for (const row of readTable(name).vectors) {
    const { verdict, reason } = judge(replay, PAIRS[name.slice(0, 4)], row, deviations);
    counts[verdict] += 1;
    if (verdict === "failed") console.log(`  ${row.id} (${row.name}): ${reason}`);
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  console.log(
    `${name} through the alias  ${counts.passed} passed, ${counts.failed} failed, ${counts.deviates} deviates`,
  );
}
console.log(`${total.passed} passed, ${total.failed} failed, 0 skipped`);
if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
