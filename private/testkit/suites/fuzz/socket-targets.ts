// The decoders above the engine under fuzzing: the text parsers, MessagePack and JSON of both generations, and what stands in
// the packets that begin a connection.
// Place: session -> **socket codec, socket dialect** -> connection
// Rules: a decoder that has refused is of no use and gets nothing more; what it gave before is written and read again, to the
//        same; what is written once more is the same to the byte.
// Source: docs/protocol/socket-5.md, "Decoding"; docs/protocol/parsers.md, "Decoding"

import {
  createTextParser,
  type FrameEncoder,
  type PacketDecoder,
  PacketType,
  type SocketDialect,
  type SocketFrame,
  type SocketPacket,
  sio4,
  sio5,
} from "@bowline/protocol";
import { createJsonParser } from "@bowline/protocol/json";
import { createMsgpackParser, decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import { isSame, kindOf, type Losses } from "./same-value.ts";
import { seedsOf } from "./seeds.ts";
import { bytesOf, Finding, hold, type Input, orRefusal, refusalOf, type Target, textOf } from "./target.ts";

type Revision = 4 | 5;

interface ParserUnderTest {
  readonly Encoder: new () => FrameEncoder;
  readonly Decoder: new () => PacketDecoder;
}

/** A parser, and what it starts from. */
interface ParserCase {
  readonly name: string;
  readonly revision: Revision;
  readonly parser: ParserUnderTest;
  readonly seeds: readonly Input[];
  readonly losses: Losses;
}

const TYPES: ReadonlySet<number> = new Set(Object.values(PacketType));
const DIALECTS: Readonly<Record<Revision, SocketDialect>> = { 4: sio4, 5: sio5 };
const BINARY = PacketType.BINARY_EVENT - PacketType.EVENT;

function checkPacket({ type, nsp, id, data }: SocketPacket): void {
  hold(TYPES.has(type), `a packet of the type ${type}`);
  hold(nsp.startsWith("/"), "a namespace without a slash");
  hold(id === undefined || (Number.isSafeInteger(id) && id >= 0), "an id that is none");
  const isEvent = type === PacketType.EVENT || type === PacketType.BINARY_EVENT;
  if (isEvent) hold(Array.isArray(data) && ["string", "number"].includes(typeof data[0]), "an event without a name");
  if (type === PacketType.ACK || type === PacketType.BINARY_ACK) hold(Array.isArray(data), "an ack without a list");
}

/** What a connection asks a packet for. */
function readMeaning(packet: SocketPacket, dialect: SocketDialect): void {
  if (packet.type === PacketType.CONNECT) {
    const { namespace, auth, query } = dialect.readConnect(packet);
    hold(
      typeof namespace === "string" && typeof auth === "object" && typeof query === "object",
      "a request that is none",
    );
    dialect.readReply(packet, "session");
  }
  if (packet.type === PacketType.CONNECT_ERROR)
    hold(typeof dialect.readRefusal(packet).message === "string", "a refusal without a sentence");
}

/** Reads frames; a refusal ends it. */
function read(parser: ParserUnderTest, frames: readonly SocketFrame[]): { packets: SocketPacket[]; end: string } {
  const packets: SocketPacket[] = [];
  const decoder = new parser.Decoder();
  decoder.on("decoded", (packet) => packets.push(packet));
  try {
    for (const frame of frames) decoder.add(frame);
  } catch (error) {
    return { packets, end: refusalOf(error) };
  } finally {
    decoder.destroy();
    hold(decoder.isIdle !== false, "a decoder that was destroyed waits for frames");
  }
  return { packets, end: "" };
}

/** A packet as it is after a round trip: a binary type whose placeholders never came is written as a plain one. */
function canonical(packet: SocketPacket, hasBytes: boolean): SocketPacket {
  const plain = packet.type >= PacketType.BINARY_EVENT && !hasBytes ? packet.type - BINARY : packet.type;
  const type = Object.values(PacketType).find((value) => value === plain) ?? packet.type;
  return { ...packet, type };
}

/** Writes a packet and reads it again. */
function again(
  parser: ParserUnderTest,
  packet: SocketPacket,
): { frames: readonly SocketFrame[]; packet: SocketPacket } {
  const frames = new parser.Encoder().encode(packet);
  const { packets, end } = read(parser, frames);
  const [only, ...others] = packets;
  if (only === undefined || end !== "" || others.length > 0)
    throw new Finding(`a packet that is written again becomes ${packets.length} packets ${end}`);
  return { frames, packet: only };
}

/** Types that revision 4 writes as JSON, whatever else is MessagePack. */
const JSON_TYPES: ReadonlySet<number> = new Set([PacketType.CONNECT, PacketType.DISCONNECT, PacketType.CONNECT_ERROR]);

function checkRoundTrip({ parser, losses, name }: ParserCase, packet: SocketPacket): void {
  // Revision 4 takes a null for the data of a packet that has none, and no encoder writes it.
  if (packet.data === null) return;
  const first = again(parser, packet);
  const second = again(parser, first.packet);
  const third = again(parser, second.packet);
  const isKept =
    isSame(packet, first.packet, losses) || isSame(canonical(packet, first.frames.length > 1), first.packet, losses);
  const losesDates = name === "msgpack parser 4" && JSON_TYPES.has(packet.type);
  hold(isKept || losesDates, "a packet that is written and read again is another one");
  hold(isSame(second.packet, third.packet), "a packet is another one the second time");
  hold(isSame(second.frames, third.frames), "a packet is written in another way the second time");
}

function kindOfPacket({ type, nsp, id, data }: SocketPacket): string {
  return `${type}${nsp === "/" ? "" : " nsp"}${id === undefined ? "" : " id"} ${kindOf(data)}`;
}

function parserTarget(one: ParserCase): Target {
  const { name, seeds, parser, revision } = one;
  return {
    name,
    seeds,
    weight: 6,
    play(input) {
      const { packets, end } = read(parser, input);
      for (const packet of packets) {
        checkPacket(packet);
        readMeaning(packet, DIALECTS[revision]);
        checkRoundTrip(one, packet);
      }
      return `${packets.slice(0, 2).map(kindOfPacket).join(", ")} ${end}`;
    },
  };
}

const REVISIONS: readonly Revision[] = [4, 5];

/** On more levels than a packet may have. */
const DEEP = "[".repeat(1001) + "]".repeat(1001);

const CASES: readonly ParserCase[] = [
  ...REVISIONS.map(
    (revision): ParserCase => ({
      name: `text parser ${revision}`,
      revision,
      parser: createTextParser(revision),
      seeds: [...seedsOf(`sio${revision}-packet`, `sio${revision}-decode`), [`2["a",${DEEP}]`]],
      losses: "json",
    }),
  ),
  ...REVISIONS.map(
    (revision): ParserCase => ({
      name: `msgpack parser ${revision}`,
      revision,
      parser: createMsgpackParser(revision),
      seeds: [
        ...seedsOf(`msgpack${revision}-packet`),
        [Buffer.concat([encodeMsgpack({ type: 2, nsp: "/" }), Buffer.alloc(1002, 0x91), Buffer.of(0xc0)])],
      ],
      losses: "msgpack",
    }),
  ),
  ...REVISIONS.map(
    (revision): ParserCase => ({
      name: `json parser ${revision}`,
      revision,
      parser: createJsonParser(revision),
      seeds: [...seedsOf("json5-packet"), [`{"type":3,"nsp":"/","data":${DEEP}}`]],
      losses: "json",
    }),
  ),
];

const valueTarget: Target = {
  name: "msgpack value",
  seeds: [...seedsOf("msgpack-values"), [Buffer.concat([Buffer.alloc(1001, 0x91), Buffer.of(0xc0)])]],
  weight: 6,
  play: (input) =>
    orRefusal(() => {
      const value = decodeMsgpack(bytesOf(input));
      const first = decodeMsgpack(encodeMsgpack(value));
      const written = encodeMsgpack(first);
      const second = decodeMsgpack(written);
      hold(isSame(value, first, "msgpack"), "a value that is written and read again is another one");
      hold(isSame(first, second), "a value is another one the second time");
      hold(isSame(encodeMsgpack(second), written), "a value is written in another way the second time");
      return kindOf(value, 2);
    }),
};

const queryTarget: Target = {
  name: "namespace query",
  seeds: ["/admin?token=a%20b&x=1", "/?a=1&a=2&a", "/x?%zz=%e2%82%ac+&=&b=%C3", "/plain"].map((text): Input => [text]),
  weight: 2,
  play(input) {
    const nsp = textOf(input);
    const { namespace, query } = sio4.readConnect({ type: PacketType.CONNECT, nsp });
    const request = sio4.connect(namespace, query, "");
    const again = sio4.readConnect(request);
    // What would be a query of its own, were it written anew.
    const isPlain = !namespace.includes("?");
    hold(!isPlain || isSame(again.query, query), "a query that is written and read again is another one");
    hold(!request.nsp.slice(namespace.length).includes(","), "a query is written with a comma");
    return `query ${kindOf(query)}`;
  },
};

/** All of them. */
export const SOCKET_TARGETS: readonly Target[] = [...CASES.map(parserTarget), valueTarget, queryTarget];
