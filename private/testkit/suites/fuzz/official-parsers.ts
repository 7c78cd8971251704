// The decoders that are compared: ours, and the official one of the same protocol, both as functions of one form.
// Place: seeds -> mutate.ts -> **ours, theirs** -> differential-run.ts
// Rules: official packages are black boxes; what they throw, whatever it is, and the packets by which they tell of errors, are
//        refusals; what came before a refusal counts.

import { createRequire } from "node:module";
import {
  createTextParser,
  eio3,
  eio4,
  type Packet,
  type PacketDecoder,
  type ServerEngineDialect,
} from "@bowline/protocol";
import { createJsonParser } from "@bowline/protocol/json";
import { createMsgpackParser, encodeMsgpack } from "@bowline/protocol/msgpack";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isObject } from "../../src/peers/raw-surface.ts";
import type { Message } from "../hostile/mutate.ts";
import { seedsOf } from "./seeds.ts";
import type { Input } from "./target.ts";

/** What came of an input. */
export interface Verdict {
  readonly packets: readonly unknown[];
  /** What was said when the rest was refused. */
  readonly refusal: string | undefined;
}

/** Two decoders of one protocol. */
export interface Pair {
  readonly name: string;
  readonly seeds: readonly Input[];
  /** Inputs that theirs are not asked about, since the answer takes them too long. */
  stalls?(input: Input): boolean;
  ours(input: Input): Verdict;
  theirs(input: Input): Verdict;
}

type Call = (...args: readonly unknown[]) => unknown;
type Make = new () => object;

function isCall(value: unknown): value is Call {
  return typeof value === "function";
}

function isMake(value: unknown): value is Make {
  return typeof value === "function";
}

const requireHere = createRequire(import.meta.url);

/** A package that another one has brought along. */
function requireWithin(outer: string, name: string): unknown {
  const loaded: unknown = createRequire(requireHere.resolve(outer))(name);
  return loaded;
}

function callOf(loaded: unknown, name: string): Call {
  const found = memberOf(loaded, name);
  if (isCall(found)) return found;
  throw new TypeError(`Cannot compare with "${name}": it is no function`);
}

/** Runs a decoder that tells of packets. */
function collect(decode: (tell: (packet: unknown) => void) => void): Verdict {
  const packets: unknown[] = [];
  try {
    decode((packet) => packets.push(packet));
  } catch (error) {
    return { packets, refusal: error instanceof Error ? error.message : String(error) };
  }
  return { packets, refusal: undefined };
}

/** Thrown where a parser tells of an error by a packet. */
function throwIfError(packet: unknown, isError: boolean): void {
  if (isError && isObject(packet)) throw new Error(String(packet["data"]));
}

const isEngineError = (packet: unknown): boolean => isObject(packet) && packet["type"] === "error";

function tellEngine(tell: (packet: unknown) => void): (packet: unknown) => void {
  return (packet) => {
    throwIfError(packet, isEngineError(packet));
    tell(packet);
  };
}

function ourPacket(dialect: ServerEngineDialect): Pair["ours"] {
  return ([message]) => collect((tell) => tell(dialect.decodePacket(message)));
}

function ourPayload(dialect: ServerEngineDialect): Pair["ours"] {
  return ([message]) =>
    collect((tell) => {
      for (const packet of dialect.decodePayload(message) satisfies Iterable<Packet>) tell(packet);
    });
}

const engine4 = requireWithin("engine.io-v6", "engine.io-parser");
const engine3 = requireWithin("engine.io-v3", "engine.io-parser");

function enginePairs(): readonly Pair[] {
  const [packet4, payload4] = [callOf(engine4, "decodePacket"), callOf(engine4, "decodePayload")];
  const [packet3, payload3] = [callOf(engine3, "decodePacket"), callOf(engine3, "decodePayload")];
  const payloads3: readonly Input[] = [
    ...seedsOf("eio3-payload-text", "eio3-payload-binary"),
    ["7:b4AQID="],
    ["3:b4A"],
  ];
  return [
    {
      name: "packet 4",
      seeds: seedsOf("eio4-packet"),
      ours: ourPacket(eio4),
      theirs: ([message]) => collect((tell) => tellEngine(tell)(packet4(message))),
    },
    {
      name: "payload 4",
      seeds: seedsOf("eio4-payload"),
      ours: ourPayload(eio4),
      theirs: ([message]) =>
        collect((tell) => {
          const packets = payload4(message);
          for (const packet of Array.isArray(packets) ? packets : []) tellEngine(tell)(packet);
        }),
    },
    {
      name: "packet 3",
      seeds: seedsOf("eio3-packet"),
      ours: ourPacket(eio3),
      theirs: ([message]) => collect((tell) => tellEngine(tell)(packet3(message))),
    },
    {
      name: "payload 3",
      seeds: payloads3,
      ours: ourPayload(eio3),
      theirs: ([message]) => collect((tell) => void payload3(message, undefined, tellEngine(tell))),
    },
  ];
}

interface Parser {
  readonly Decoder: new () => PacketDecoder;
}

function ourFrames(parser: Parser): Pair["ours"] {
  return (input) =>
    collect((tell) => {
      const decoder = new parser.Decoder();
      decoder.on("decoded", tell);
      for (const frame of input) decoder.add(frame);
    });
}

/** Frames as Node's transports hand them over. */
function asBuffer(frame: Message): unknown {
  return typeof frame === "string" ? frame : Buffer.from(frame);
}

function theirFrames(loaded: unknown): Pair["theirs"] {
  const Decoder = memberOf(loaded, "Decoder");
  if (!isMake(Decoder)) throw new TypeError("Cannot compare with a parser: it has no decoder");
  return (input) =>
    collect((tell) => {
      const decoder = new Decoder();
      const call = (name: string, ...args: readonly unknown[]): unknown => {
        const found: unknown = Reflect.get(decoder, name);
        return isCall(found) ? Reflect.apply(found, decoder, args) : undefined;
      };
      call("on", "decoded", (packet: unknown) => {
        const isError = isObject(packet) && packet["type"] === 4 && String(packet["data"]).startsWith("parser error");
        throwIfError(packet, isError);
        tell(packet);
      });
      for (const frame of input) call("add", asBuffer(frame));
    });
}

function framePair(name: string, parser: Parser, official: unknown, ...tables: readonly string[]): Pair {
  return { name, seeds: seedsOf(...tables), ours: ourFrames(parser), theirs: theirFrames(official) };
}

function msgpackPair(revision: 4 | 5, official: unknown, ...more: readonly Input[]): Pair {
  const pair = framePair(`msgpack ${revision}`, createMsgpackParser(revision), official, `msgpack${revision}-packet`);
  return { ...pair, seeds: [...pair.seeds, ...more], stalls: stallsOfficialCodec };
}

const EXTENSION_32 = 0xc9;

/**
 * Whether bytes have the head of an extension with a length of 2^24 or more in them. The official codec takes half a second for
 * each 2^24 that are announced, whether or not they are there: 30 bytes keep a process from everything else for half a minute.
 */
export function stallsOfficialCodec(input: Input): boolean {
  return input.some((message) => {
    if (typeof message === "string") return false;
    for (let at = message.indexOf(EXTENSION_32); at !== -1; at = message.indexOf(EXTENSION_32, at + 1))
      if ((message[at + 1] ?? 0) > 0) return true;
    return false;
  });
}

/** All pairs. */
export const PAIRS: readonly Pair[] = [
  ...enginePairs(),
  framePair(
    "text 4",
    createTextParser(4),
    requireWithin("socket.io-v2", "socket.io-parser"),
    "sio4-packet",
    "sio4-decode",
  ),
  framePair(
    "text 5",
    createTextParser(5),
    requireWithin("socket.io-v4", "socket.io-parser"),
    "sio5-packet",
    "sio5-decode",
  ),
  msgpackPair(
    4,
    requireOfficial("socket.io-msgpack-parser-v2"),
    [encodeMsgpack({ type: 0, nsp: "/", data: { a: 1 } })],
    [encodeMsgpack({ type: 4, nsp: "/", data: { a: 1 } })],
  ),
  msgpackPair(5, requireOfficial("socket.io-msgpack-parser-v3")),
  framePair("json 5", createJsonParser(5), requireOfficial("socket.io-json-parser-v3"), "json5-packet"),
];
