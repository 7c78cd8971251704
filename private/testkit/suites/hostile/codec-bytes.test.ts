// Every single-byte change of valid frames and bodies, all 256 values at every position, through the decoders.
// Place: bytes -> **engine dialect**, **socket codec**
// Rules: in memory, without ports; what comes out is packets or a SyntaxError, and no prototype has changed.

import { eio3, eio4, PacketType, type SocketPacket, sio4, sio5 } from "@bowline/protocol";
import { describe, expect, test } from "vitest";
import type { Message } from "./mutate.ts";
import { binaryBody, conversation, REVISIONS, type Revision, textBody } from "./traffic.ts";

const ENGINES = { 3: eio3, 4: eio4 };
const SOCKETS = { 3: sio4, 4: sio5 };
const ENGINE_TYPES = new Set(["open", "close", "ping", "pong", "message", "upgrade", "noop"]);
const SOCKET_TYPES: ReadonlySet<number> = new Set(Object.values(PacketType));
const PROTOTYPES: readonly object[] = [Object.prototype, Array.prototype, Function.prototype, Uint8Array.prototype];

/** What counts as a verdict of a decoder: how many packets it gave, and whether it refused the rest. */
interface Tally {
  accepted: number;
  refused: number;
}

/** Calls `decode` with every single-byte change of a message, and with every truncation. */
function exhaust(message: Message, decode: (changed: Message) => void): Tally {
  const tally: Tally = { accepted: 0, refused: 0 };
  const valid = Buffer.from(message);
  const judge = (changed: Buffer) => {
    try {
      decode(typeof message === "string" ? changed.toString("utf8") : changed);
      tally.accepted++;
    } catch (error) {
      if (!(error instanceof SyntaxError))
        throw new Error(`a decoder threw at ${changed.toString("latin1")}`, { cause: error });
      tally.refused++;
    }
  };
  for (let at = 0; at < valid.length; at++) {
    judge(valid.subarray(0, at));
    for (let value = 0; value < 256; value++) {
      const changed = Buffer.from(valid);
      changed[at] = value;
      judge(changed);
    }
  }
  return tally;
}

function checkSocketPacket({ type, nsp, id, data }: SocketPacket): void {
  const isSound =
    SOCKET_TYPES.has(type) &&
    (nsp === "/" || nsp.startsWith("/")) &&
    (id === undefined || (Number.isSafeInteger(id) && id >= 0)) &&
    (type !== PacketType.EVENT || (Array.isArray(data) && ["string", "number"].includes(typeof data[0]))) &&
    (type !== PacketType.ACK || Array.isArray(data));
  if (!isSound)
    throw new TypeError(`a decoder gave a packet that none of its kind is: ${JSON.stringify({ type, nsp, id, data })}`);
}

/** What the shared prototypes hold: keys and values, to be compared by identity. */
function prototypesNow(): readonly unknown[] {
  return PROTOTYPES.flatMap((prototype) =>
    Reflect.ownKeys(prototype).flatMap((key): readonly unknown[] => {
      const descriptor = Reflect.getOwnPropertyDescriptor(prototype, key);
      const value: unknown = descriptor?.value;
      return [key, value, descriptor?.get, descriptor?.set];
    }),
  );
}

function expectUnchanged(before: readonly unknown[]): void {
  const now = prototypesNow();
  expect(now.length).toBe(before.length);
  expect(now.every((value, index) => Object.is(value, before[index]))).toBe(true);
}

describe.each(REVISIONS.map((revision) => ({ revision })))(
  "every one-byte change in revision $revision",
  ({ revision }) => {
    const engine = ENGINES[revision];

    function checkPackets(body: string | Uint8Array): void {
      for (const { type } of engine.decodePayload(body))
        if (!ENGINE_TYPES.has(type)) throw new TypeError(`the type "${type}"`);
    }

    test("of a packet gives a packet or a SyntaxError", () => {
      const before = prototypesNow();
      const base64 = [revision === 3 ? "b4AQID" : "bAQID", "2probe", "5", "6", '0{"sid":"x"}'];
      const tallies = [...conversation(revision), ...base64].map((message) =>
        exhaust(message, (changed) => {
          if (!ENGINE_TYPES.has(engine.decodePacket(changed).type)) throw new TypeError("an unknown type");
        }),
      );
      expect(tallies.every(({ accepted }) => accepted > 0)).toBe(true);
      expect(tallies.some(({ refused }) => refused > 0)).toBe(true);
      expectUnchanged(before);
    });

    test("of a body gives packets, then at most one SyntaxError", () => {
      const before = prototypesNow();
      const messages = conversation(revision);
      const bodies: Message[] = [textBody(revision, messages.slice(0, 9)).toString()];
      if (revision === 3) bodies.push(binaryBody(messages.slice(4, 9)));
      for (const body of bodies) expect(exhaust(body, checkPackets).refused).toBeGreaterThan(0);
      expectUnchanged(before);
    });

    test("of a socket packet, with its attachments behind it, gives packets or a SyntaxError", () => {
      const before = prototypesNow();
      for (const [text, ...attachments] of socketFrames(revision)) {
        const { refused } = exhaust(text, (changed) => {
          const decoder = new SOCKETS[revision].parser.Decoder();
          decoder.on("decoded", checkSocketPacket);
          decoder.add(changed);
          for (const attachment of attachments) decoder.add(attachment);
        });
        expect(refused).toBeGreaterThan(0);
      }
      expectUnchanged(before);
    });
  },
);

/** Packets above the engine: a text and the bytes that belong to it. */
function socketFrames(revision: Revision): readonly (readonly [string, ...Uint8Array[]])[] {
  const bytes = Uint8Array.of(1, 2, 3);
  return [
    revision === 3 ? ["0/admin?token=a%20b&x=1,"] : ['0/admin,{"token":"a","__proto__":{"polluted":1}}'],
    ["1/admin,"],
    ['2/admin,12["echo",{"a":[null,1.5e3,"\\u0000"]}]'],
    ['3/admin,12["answer"]'],
    ['4{"message":"no","data":{"code":1}}'],
    ['52-/admin,7["echo",{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}]', bytes, bytes],
    ['61-1[{"_placeholder":true,"num":0}]', bytes],
  ];
}
