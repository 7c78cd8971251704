// Valid traffic of both revisions, which the attacks start from.
// Place: attacker -> **packets** -> engine dialect -> session -> socket codec
// Source: docs/protocol/engine-3.md and engine-4.md, "Packets" and "Payloads"; socket-4.md and socket-5.md, "Text encoding"

import type { Message } from "./mutate.ts";

/** The revisions of the engine's protocol. */
export type Revision = 3 | 4;

/** Both revisions. */
export const REVISIONS: readonly [Revision, Revision] = [3, 4];

const BYTES: readonly Uint8Array[] = [Uint8Array.of(1, 2, 3), Uint8Array.of(0xff, 0, 0x1e, 0x80)];

/** An attachment as a message of its own: revision 3 puts the packet's type in front of the bytes. */
function attachment(revision: Revision, bytes: Uint8Array): Uint8Array {
  return revision === 3 ? Uint8Array.of(4, ...bytes) : bytes;
}

/** What an honest client might send after the handshake, in order. */
export function conversation(revision: Revision): readonly Message[] {
  const [first = Uint8Array.of(), second = Uint8Array.of()] = BYTES;
  const admin = revision === 3 ? "40/admin?token=a%20b&x=1," : '40/admin,{"token":"a b","__proto__":{"polluted":1}}';
  return [
    revision === 3 ? "2" : "40",
    '42["echo",1,{"deep":[{"a":null}]}]',
    '421["echo","with an ack \u{1f600} \u20ac"]',
    admin,
    '42/admin,12["echo","elsewhere"]',
    '452-["echo",{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}]',
    attachment(revision, first),
    attachment(revision, second),
    '451-/admin,7["echo",{"_placeholder":true,"num":0}]',
    attachment(revision, first),
    '430["an answer"]',
    '461-0[{"_placeholder":true,"num":0}]',
    attachment(revision, second),
    "40/slow,",
    "40/barred,",
    "40/nowhere,",
    "41/admin,",
    revision === 3 ? "2" : "3",
    '42["spread",{"to":"all"}]',
  ];
}

function base64(revision: Revision, bytes: Uint8Array): string {
  return revision === 3
    ? `b${bytes[0] ?? 0}${Buffer.from(bytes.subarray(1)).toString("base64")}`
    : `b${Buffer.from(bytes).toString("base64")}`;
}

/** Messages as the text body of a POST. */
export function textBody(revision: Revision, messages: readonly Message[]): Buffer {
  const packets = messages.map((message) => (typeof message === "string" ? message : base64(revision, message)));
  return Buffer.from(
    revision === 4 ? packets.join("\x1e") : packets.map((packet) => `${packet.length}:${packet}`).join(""),
  );
}

/** Messages as the binary body of a POST, which only revision 3 has. */
export function binaryBody(messages: readonly Message[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const bytes = Buffer.from(message);
      const digits = [...String(bytes.length)].map(Number);
      return [Buffer.from([typeof message === "string" ? 0 : 1, ...digits, 0xff]), bytes];
    }),
  );
}

/** Path and query of a polling request. */
export function pollingTarget(revision: Revision, sid = ""): string {
  return `/socket.io/?EIO=${revision}&transport=polling${sid === "" ? "" : `&sid=${sid}`}`;
}

/** The packet that ends a session, as the body of a POST. */
export function goodbye(revision: Revision): string {
  return revision === 3 ? "1:1" : "1";
}
