// The classes of socket.io-parser of both generations, over the text parsers.
// Place: beside the socket codec; the alias packages publish them.
// Rules: names and arguments are upstream's; a decoder is an event emitter; a packet of an unknown type is told as an
//        error by the decoder of 2.x and thrown by the one of 4.x.
// Source: docs/protocol/socket-5.md, "Parsers of programs"
// Source: docs/protocol/socket-4.md, "Parsers of programs"

import { DecoderEvents } from "../socket/decoder-events.ts";
import { PacketType } from "../socket/packet.ts";
import { PACKET_RULES } from "../socket/packet-rules.ts";
import type { DecoderOptions, FrameEncoder } from "../socket/parser.ts";
import { isValidData } from "../socket/payload-rules.ts";
import { createTextParser, type TextParser } from "../socket/text-codec.ts";

type Reviver = NonNullable<DecoderOptions["reviver"]>;

const { Encoder: TextEncoder4, Decoder: TextDecoder4 } = createTextParser(4);
const { Encoder: TextEncoder5, Decoder: TextDecoder5 } = createTextParser(5);

/** Collects frames until a packet is whole, and emits it as `decoded`. */
class ParserDecoder extends DecoderEvents {
  readonly #decoder: InstanceType<TextParser["Decoder"]>;

  constructor(Decoder: TextParser["Decoder"], options: DecoderOptions | Reviver | undefined) {
    super();
    this.#decoder = new Decoder(options);
    this.#decoder.on("decoded", (packet) => this.emitReserved("decoded", packet));
  }

  /**
   * Takes a frame, a text or bytes.
   * @throws SyntaxError when it does not belong here.
   */
  add(frame: unknown): void {
    this.#decoder.add(frame);
  }

  /** Drops what was collected. */
  destroy(): void {
    this.#decoder.destroy();
  }
}

/** `Encoder` of socket.io-parser 4.x: `encode` returns the frames. */
export const Encoder5: TextParser["Encoder"] = TextEncoder5;

/** `Encoder` of socket.io-parser 3.x: `encode` calls back with the frames. */
export const Encoder4: new () => FrameEncoder = TextEncoder4;

/** `Decoder` of socket.io-parser 4.x. */
export class Decoder5 extends ParserDecoder {
  /** @param options a reviver as the second argument of `JSON.parse`, or options. */
  constructor(options?: DecoderOptions | Reviver) {
    super(TextDecoder5, options);
  }
}

/** `Decoder` of socket.io-parser 3.x. */
export class Decoder4 extends ParserDecoder {
  constructor(options?: Pick<DecoderOptions, "maxAttachments">) {
    super(TextDecoder4, options);
  }

  override add(frame: unknown): void {
    const isUnknown = typeof frame === "string" && /^[^0-6\s]/.test(frame);
    if (isUnknown) {
      const data = `parser error: unknown packet type ${Number(frame.charAt(0))}`;
      this.emitReserved("decoded", { type: PacketType.CONNECT_ERROR, data });
    } else {
      super.add(frame);
    }
  }
}

/** The packet types of socket.io-parser 4.x, by name and by number. */
export const PacketTypes: Readonly<Record<string, string | number>> = {
  ...Object.fromEntries(Object.entries(PacketType).map(([name, number]) => [number, name])),
  ...PacketType,
};

/** The packet types of socket.io-parser 3.x in the order of their numbers. */
export const types: readonly string[] = Object.keys(PacketType).map((name) =>
  name === "CONNECT_ERROR" ? "ERROR" : name,
);

function isSentType(type: unknown): type is PacketType {
  return Number.isInteger(type) && Number(type) >= 0 && Number(type) <= PACKET_RULES[5].lastType;
}

/** Whether a value is a packet of 4.x that may be sent. */
export function isPacketValid(packet: unknown): boolean {
  if (typeof packet !== "object" || packet === null) return false;
  const id: unknown = Reflect.get(packet, "id");
  if (typeof Reflect.get(packet, "nsp") !== "string" || !(id === undefined || Number.isInteger(id))) return false;
  const type: unknown = Reflect.get(packet, "type");
  return isSentType(type) && isValidData(type, Reflect.get(packet, "data"), PACKET_RULES[5]);
}
