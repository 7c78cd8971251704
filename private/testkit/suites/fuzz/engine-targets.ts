// The decoders of the engine under fuzzing: packets, polling bodies, JSONP, the handshake, WebTransport and WebSocket frames.
// Place: bytes -> **engine dialect** -> session
// Rules: what was read is written and read again, to the same; a stream gives the same whatever chunks it comes in; no memory
//        is set aside for what was announced and is not there.
// Source: docs/protocol/engine-3.md and docs/protocol/engine-4.md, "Packets" and "Payloads"

import {
  createWebTransportDecoder,
  decodeJsonp,
  type EnginePacketType,
  eio3,
  eio4,
  encodeJsonp,
  encodeJsonpForm,
  encodeWebTransportFrame,
  type Packet,
  parseHandshake,
  type ServerEngineDialect,
} from "@bowline/protocol";
import {
  FrameDecoder,
  frameHeaderBytes,
  judgeHandshake,
  switchingProtocols,
  writeFrameHeader,
} from "@bowline/protocol/internal";
import { type FrameShape, frame } from "../hostile/raw-websocket.ts";
import { binaryBody, conversation, REVISIONS, type Revision, textBody } from "../hostile/traffic.ts";
import { isSame } from "./same-value.ts";
import { seedsOf } from "./seeds.ts";
import { bytesOf, chunksOf, hold, type Input, orRefusal, refusalOf, type Target, textOf } from "./target.ts";

const DIALECTS: Readonly<Record<Revision, ServerEngineDialect>> = { 3: eio3, 4: eio4 };
const TYPES: ReadonlySet<EnginePacketType> = new Set(["open", "close", "ping", "pong", "message", "upgrade", "noop"]);

function kindOfPacket({ type, data }: Packet): string {
  if (data === undefined) return type;
  return typeof data === "string" ? `${type} text` : `${type} bytes`;
}

/** The kinds of a few packets; how many there are of one kind in a row is left out. */
function kindsOf(packets: readonly Packet[]): string {
  const kinds = packets.slice(0, 8).map(kindOfPacket);
  return kinds.filter((kind, index) => kind !== kinds[index - 1]).join(", ");
}

function packetTarget(revision: Revision): Target {
  const dialect = DIALECTS[revision];
  return {
    name: `packet ${revision}`,
    seeds: [...seedsOf(`eio${revision}-packet`), ...conversation(revision).map((message): Input => [message])],
    play: ([message]) =>
      orRefusal(() => {
        const packet = dialect.decodePacket(message);
        hold(TYPES.has(packet.type), `a packet of the type "${packet.type}"`);
        for (const isBinary of [true, false]) {
          const again = dialect.decodePacket(dialect.encodePacket(packet, isBinary));
          hold(isSame(again, packet), "a packet that is written and read again is another one");
          const written = dialect.frame(packet, !isBinary);
          const body = dialect.joinPayload([written], isBinary);
          hold(Buffer.byteLength(body) <= dialect.elementBytes(written), "a body is longer than was reckoned");
        }
        return kindOfPacket(packet);
      }),
  };
}

/** Whether a text has half of a pair of code units, as lengths of revision 3 may cut them: bytes have no form for it. */
function isCut({ data }: Packet): boolean {
  return typeof data === "string" && /\p{Surrogate}/u.test(data);
}

function payloadTarget(revision: Revision): Target {
  const dialect = DIALECTS[revision];
  const messages = conversation(revision);
  const bodies: Input[] = [[textBody(revision, messages.slice(0, 9)).toString()]];
  if (revision === 3) bodies.push([binaryBody(messages.slice(4, 9))]);
  const tables = revision === 3 ? ["eio3-payload-text", "eio3-payload-binary"] : ["eio4-payload"];
  return {
    name: `payload ${revision}`,
    seeds: [...seedsOf(...tables), ...bodies],
    play([body]) {
      const packets: Packet[] = [];
      let end = "";
      try {
        for (const packet of dialect.decodePayload(body)) packets.push(packet);
      } catch (error) {
        end = refusalOf(error);
      }
      for (const { type } of packets) hold(TYPES.has(type), `a packet of the type "${type}"`);
      if (packets.length > 0 && !packets.some(isCut)) {
        for (const isBinary of [true, false]) {
          const again = [...dialect.decodePayload(dialect.encodePayload(packets, isBinary))];
          hold(isSame(again, packets), "a body that is written and read again has other packets");
        }
      }
      return `${kindsOf(packets)} ${end}`;
    },
  };
}

/** A backslash in front of a newline is written as a backslash and an n are: the format cannot tell them apart. */
const AMBIGUOUS = /\\\n/;

const jsonpTarget: Target = {
  name: "jsonp",
  seeds: [
    ...seedsOf("jsonp"),
    ...['4{"a":"\\n"}', "1:2", "a\\nb", "%20+\u20ac\\\\n"].map((text): Input => [encodeJsonpForm(text)]),
  ],
  play(input) {
    const form = textOf(input);
    const payload = decodeJsonp(form);
    if (!AMBIGUOUS.test(form)) {
      // Any text may be a payload.
      hold(decodeJsonp(encodeJsonpForm(form)) === form, "a form that is written and read again has another payload");
    }
    const script = encodeJsonp(form, form);
    const [, literal = ""] = /^___eio\[\d*\]\((".*")\);$/.exec(script) ?? [];
    hold(literal !== "" && JSON.parse(literal) === form, "a script does not have its payload");
    return payload === undefined ? "no payload" : `payload${payload === "" ? " empty" : ""}`;
  },
};

const HANDSHAKES = [
  '{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}',
  '{"sid":"abc","upgrades":[],"pingInterval":300,"pingTimeout":200}',
  '{"sid":"","upgrades":[1,null],"pingInterval":1e9,"pingTimeout":"x"}',
  '{"sid":"abc","upgrades":[],"pingInterval":300,"pingTimeout":0}',
  "[1]",
  "null",
];

const handshakeTarget: Target = {
  name: "handshake",
  seeds: HANDSHAKES.map((text): Input => [text]),
  weight: 2,
  play: (input) =>
    orRefusal(() => {
      const handshake = parseHandshake(textOf(input));
      const { sid, upgrades, pingInterval, pingTimeout, maxPayload } = handshake;
      hold(sid !== "" && pingInterval > 0 && pingTimeout > 0, "a handshake without a session or times");
      hold(
        isSame(parseHandshake(JSON.stringify(handshake)), handshake),
        "a handshake that is read again is another one",
      );
      return `handshake ${upgrades.length > 0 ? "with upgrades" : ""} ${maxPayload === undefined ? "" : "with a limit"}`;
    }),
};

const MAX_PAYLOAD = 70_000;

/** What comes off a stream: packets, and the refusal that ended it. */
function readStream(chunks: readonly Uint8Array[]): { packets: Packet[]; end: string } {
  const decoder = createWebTransportDecoder(MAX_PAYLOAD);
  const packets: Packet[] = [];
  try {
    for (const chunk of chunks) for (const packet of decoder.add(chunk)) packets.push(packet);
  } catch (error) {
    return { packets, end: refusalOf(error) };
  }
  return { packets, end: "" };
}

const streamTarget: Target = {
  name: "webtransport",
  seeds: [
    ...seedsOf("webtransport-frames"),
    [encodeWebTransportFrame({ type: "message", data: "x".repeat(300) })],
    [Buffer.concat([1, 2].map((byte) => encodeWebTransportFrame({ type: "message", data: Uint8Array.of(byte, 9) })))],
  ],
  play(input, random) {
    const bytes = bytesOf(input);
    const whole = readStream([bytes]);
    const chunked = readStream(chunksOf(bytes, random));
    hold(isSame(chunked, whole), "a stream gives something else in other chunks");
    const legal = whole.packets.filter(({ data }) => typeof data !== "object" || data.length > 0);
    const again = readStream(legal.map(encodeWebTransportFrame));
    hold(isSame(again, { packets: legal, end: "" }), "packets that are written and read again are others");
    return `${kindsOf(whole.packets)} ${whole.end}`;
  },
};

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const MAX_MESSAGE = 4096;

type Told = readonly [what: string, value: unknown];

/** What a decoder of WebSocket frames tells of chunks, which it writes to. */
function readFrames(reader: "server" | "client", chunks: readonly Buffer[], length: number): readonly Told[] {
  const told: Told[] = [];
  const tell = (what: string) => (value: unknown) => void told.push([what, value]);
  const decoder = new FrameDecoder<Buffer>({
    reader,
    maxMessageBytes: MAX_MESSAGE,
    bytes: {
      allocate(count) {
        hold(count <= Math.max(1024, 2 * length), `memory for ${count} bytes is set aside, and ${length} have come`);
        return Buffer.alloc(count);
      },
      ascii: (bytes, from, to) => bytes.toString("latin1", from, to),
      utf8: (bytes, from, to) => readUtf8(bytes.subarray(from, to)),
    },
  });
  const events = {
    text: tell("text"),
    binary: tell("binary"),
    ping: tell("ping"),
    pong: tell("pong"),
    closeFrame: (code: number, reason: string) => void told.push(["close", [code, reason]]),
    failed: ({ code }: { readonly code: string }) => void told.push(["failed", code]),
  };
  for (const chunk of chunks) decoder.add(chunk, events);
  return told;
}

/** A message as a server sends it. */
function written([what, value]: Told): Buffer {
  const payload = Buffer.from(typeof value === "string" || value instanceof Uint8Array ? value : "");
  const header = Buffer.alloc(frameHeaderBytes(payload.length));
  writeFrameHeader(header, 0, what === "text", payload.length);
  return Buffer.concat([header, payload]);
}

function socketSeeds(isMasked: boolean): readonly Input[] {
  const write = (payload: string | Uint8Array, shape: FrameShape = {}) => frame(payload, { isMasked, ...shape });
  const messages = [...conversation(4), "x".repeat(200), "\u20ac\u{1f600}", new Uint8Array(300)];
  const fragments = [
    write("a", { isFinal: false }),
    write("", { opcode: 9 }),
    write(Uint8Array.of(0xe2, 0x82), { opcode: 0, isFinal: false }),
    write(Uint8Array.of(0xac), { opcode: 0 }),
  ];
  const tooLong = [write("x", { declaredLength: 2n ** 53n }), write("x", { declaredLength: 2n ** 33n })];
  const mask = isMasked ? [0, 0, 0, 0] : [];
  const inLongForm = Buffer.from([0x82, isMasked ? 0xff : 0x7f, 0, 0, 0, 0, 0, 0, 0, 3, ...mask, 1, 2, 3]);
  const controls = [
    write(Uint8Array.of(0x03, 0xe8), { opcode: 8 }),
    write(Uint8Array.of(0x0f, 0xa0, 0x6f, 0x6b), { opcode: 8 }),
    write("", { opcode: 8 }),
    write("are you there", { opcode: 9 }),
    write("", { opcode: 10 }),
  ];
  return [
    ...messages.map((message): Input => [write(message)]),
    ...controls.map((bytes): Input => [bytes]),
    [Buffer.concat(fragments)],
    [Buffer.concat(messages.slice(0, 4).map((message) => write(message)))],
    [inLongForm],
    ...tooLong.map((bytes): Input => [bytes]),
  ];
}

function frameTarget(reader: "server" | "client"): Target {
  return {
    name: `websocket frames for a ${reader}`,
    seeds: socketSeeds(reader === "server"),
    weight: 6,
    play(input, random) {
      const bytes = bytesOf(input);
      const whole = readFrames(reader, [Buffer.from(bytes)], bytes.length);
      const chunked = readFrames(reader, chunksOf(bytes, random), bytes.length);
      hold(isSame(chunked, whole), "frames give something else in other chunks");
      const messages = whole.filter(([what]) => what === "text" || what === "binary");
      const joined = Buffer.concat(messages.map(written));
      const again = readFrames("client", [joined], joined.length);
      hold(isSame(again, messages), "messages that are written and read again are others");
      const kinds = whole.slice(0, 6).map(([what, value]) => (what === "failed" ? `refused: ${String(value)}` : what));
      return kinds.filter((kind, index) => kind !== kinds[index - 1]).join(", ");
    },
  };
}

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

const requestTarget: Target = {
  name: "websocket handshake",
  seeds: [
    ["GET", KEY, "13", "websocket"],
    ["GET", KEY, "8", "WebSocket", "one, two"],
    ["GET", KEY, "13", "websocket", "one,one"],
    ["GET", "short", "13", "websocket"],
    ["POST", KEY, "13", "websocket"],
    ["GET", KEY, "12", "websocket"],
    ["GET", KEY, "13", "h2c"],
  ],
  weight: 2,
  play(input) {
    const [method = "", key, version, upgrade, protocol] = input.map((message) => textOf([message]));
    const headers = new Map([
      ["sec-websocket-key", key],
      ["sec-websocket-version", version],
      ["upgrade", upgrade],
      ["sec-websocket-protocol", protocol],
    ]);
    const verdict = judgeHandshake({ method, header: (name) => headers.get(name) });
    if (verdict.is === "refused") return `refused: ${verdict.text}`;
    const head = switchingProtocols("hash", verdict.protocol, []);
    const lines = verdict.protocol === undefined ? 6 : 7;
    hold(head.split(/\r\n|\r|\n/).length === lines, "an answer has lines of a stranger");
    return verdict.protocol === undefined ? "accepted" : "accepted with a protocol";
  },
};

/** All of them. */
export const ENGINE_TARGETS: readonly Target[] = [
  ...REVISIONS.map(packetTarget),
  ...REVISIONS.map(payloadTarget),
  jsonpTarget,
  handshakeTarget,
  streamTarget,
  frameTarget("server"),
  frameTarget("client"),
  requestTarget,
];
