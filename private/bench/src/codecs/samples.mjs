// The packets that codecs are measured with.
// Place: codec process -> peer -> **samples**
// Rules: the same for every peer; the data of the 1 KB event is text, numbers and a list, as programs send it.
import { deepStrictEqual } from "node:assert/strict";
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
 * Makes the cases of a codec: each packet and a polling body, both ways.
 * @param {{ encode(packet: object): unknown[], decode(frames: unknown[]): object, encodeBody(frames: string[]): string, decodeBody(body: string): unknown[] }} codec
 * @returns {Record<string, () => unknown>}
 */
export function casesOf({ encode, decode, encodeBody, decodeBody }) {
  const cases = {};
  for (const [name, packet] of Object.entries(PACKETS)) {
    const frames = encode(packet);
    deepStrictEqual(decode(frames).data, packet.data, `"${name}" does not come back as it went`);
    cases[`${name}.encode`] = () => encode(packet);
    cases[`${name}.decode`] = () => decode(frames);
  }
  const messages = Array.from({ length: EVENTS_PER_BODY }, (_, i) => `2["news",{"id":${i},"name":"hello world"}]`);
  const body = encodeBody(messages);
  deepStrictEqual([...decodeBody(body)], messages, "the polling body does not come back as it went");
  cases["payload.encode"] = () => encodeBody(messages);
  cases["payload.decode"] = () => decodeBody(body);
  return cases;
}
