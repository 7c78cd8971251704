// The packets that codecs are measured with.
// Place: codec process -> peer -> **samples**
// Rules: the same for every peer; the data of the 1 KB event is text, numbers and a list, as programs send it.
import { deepStrictEqual } from "node:assert";
import { SMALL } from "../peers/handlers.mjs";

const EVENT = 2;
const ACK = 3;

const KILOBYTE = {
  id: 12345,
  author: { name: "Ada", verified: true },
  text: "x".repeat(700),
  tags: Array.from({ length: 20 }, (_, i) => `tag ${i}`),
  counts: Array.from({ length: 20 }, (_, i) => i * 37),
};

/** Packets by name. */
export const PACKETS = {
  event: { type: EVENT, nsp: "/", data: ["echo", SMALL] },
  ack: { type: ACK, nsp: "/", id: 12, data: [SMALL] },
  kilobyte: { type: EVENT, nsp: "/", data: ["news", KILOBYTE] },
  binary: { type: EVENT, nsp: "/", data: ["file", { name: "a.bin", content: Buffer.alloc(1024, 7) }] },
};

/** How many events a polling body of the samples holds. */
export const EVENTS_PER_BODY = 4;

/**
 * Makes the cases of a codec of packets: each packet, both ways.
 * @param {{ encode(packet: object): unknown[], decode(frames: unknown[]): object }} codec
 * @returns {Record<string, () => unknown>}
 */
export function packetCases({ encode, decode }) {
  const cases = {};
  for (const [name, packet] of Object.entries(PACKETS)) {
    // As they come out of a socket of Node.
    const frames = encode(packet).map((frame) => (typeof frame === "string" ? frame : Buffer.from(frame)));
    deepStrictEqual(decode(frames).data, packet.data, `"${name}" does not come back as it went`);
    cases[`${name}.encode`] = () => encode(packet);
    cases[`${name}.decode`] = () => decode(frames);
  }
  return cases;
}

/**
 * Makes the cases of a codec of polling bodies.
 * @param {{ encodeBody(frames: string[]): string, decodeBody(body: string): unknown[] }} codec
 * @returns {Record<string, () => unknown>}
 */
export function bodyCases({ encodeBody, decodeBody }) {
  const messages = Array.from({ length: EVENTS_PER_BODY }, (_, i) => `2["news",{"id":${i},"name":"hello world"}]`);
  const body = encodeBody(messages);
  deepStrictEqual(decodeBody(body), messages, "the polling body does not come back as it went");
  return { "payload.encode": () => encodeBody(messages), "payload.decode": () => decodeBody(body) };
}

/**
 * A decoder whose packet is returned rather than told.
 * @param {{ Decoder: new () => { add(frame: unknown): void, on(event: "decoded", listener: (packet: object) => void): unknown } }} parser
 * @returns {(frames: unknown[], frameOf: (frame: unknown) => unknown) => object}
 */
export function decoderOf(parser) {
  const decoder = new parser.Decoder();
  let decoded;
  decoder.on("decoded", (packet) => {
    decoded = packet;
  });
  return (frames, frameOf) => {
    for (const frame of frames) decoder.add(frameOf(frame));
    return decoded;
  };
}

/**
 * The cases of a parser of Socket.IO alone, without an engine below.
 * @param {{ Encoder: new () => object, Decoder: new () => object }} parser
 * @returns {Record<string, () => unknown>}
 */
export function parserCases(parser) {
  const encoder = new parser.Encoder();
  const decode = decoderOf(parser);
  const asItIs = (frame) => frame;
  return packetCases({ encode: (packet) => encoder.encode(packet), decode: (frames) => decode(frames, asItIs) });
}
