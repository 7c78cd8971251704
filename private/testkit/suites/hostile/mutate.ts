// Seeded damage to valid traffic: what one attempt of an attacker, or one bad cable, makes of it.
// Rules: the same seed gives the same damage; bytes and sequences of packets are damaged by functions of the same names.

import type { SeededRandom } from "../../src/seeded-random.ts";

/** Values that parsers like to stumble over. */
const LANDMARKS: readonly number[] = [
  0x00, 0x1e, 0x22, 0x2c, 0x2d, 0x2f, 0x30, 0x39, 0x3a, 0x5b, 0x7b, 0x7f, 0x80, 0xff,
];

function pick<Item>(random: SeededRandom, items: readonly Item[], fallback: Item): Item {
  return items[random.below(items.length)] ?? fallback;
}

function anyByte(random: SeededRandom): number {
  return random.below(2) === 0 ? pick(random, LANDMARKS, 0) : random.below(256);
}

function damageBytes(bytes: Buffer, random: SeededRandom, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const span = 1 + random.below(8);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (random.below(7)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << random.below(8)), at);
      return flipped;
    }
    case 1: {
      const replaced = Buffer.from(bytes);
      if (at < replaced.length) replaced.writeUInt8(anyByte(random), at);
      return replaced;
    }
    case 2:
      return Buffer.concat([before, Buffer.from([anyByte(random)]), after]);
    case 3:
      return Buffer.concat([before, after.subarray(span)]);
    case 4:
      return before;
    case 5:
      return Buffer.concat([before, after.subarray(0, span), after]);
    default: {
      const from = random.below(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + span * 4), after]);
    }
  }
}

/**
 * Damages bytes at one to three places.
 *
 * @param bytes - Valid traffic.
 * @param random - Decides what happens.
 * @param other - Other valid traffic, pieces of which may be put in.
 * @returns The damaged bytes.
 */
export function mutateBytes(bytes: Uint8Array, random: SeededRandom, other: Uint8Array): Buffer {
  let damaged: Buffer = Buffer.from(bytes);
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) {
    damaged = damageBytes(damaged, random, Buffer.from(other));
  }
  return damaged;
}

/** A packet as it travels: text, or bytes of its own. */
export type Message = string | Uint8Array;

/** Damages one message; it stays what it was, text or bytes, but for one time in eight. */
export function mutateMessage(message: Message, random: SeededRandom, other: Message): Message {
  const damaged = mutateBytes(Buffer.from(message), random, Buffer.from(other));
  const isText = (typeof message === "string") !== (random.below(8) === 0);
  return isText ? damaged.toString("utf8") : damaged;
}

/**
 * Damages a sequence of messages: drops, repeats, swaps, cuts off, puts in others, or damages one of them.
 *
 * @param messages - A valid sequence.
 * @param random - Decides what happens.
 * @param others - Valid messages of other sequences.
 * @returns The damaged sequence.
 */
export function mutateSequence(
  messages: readonly Message[],
  random: SeededRandom,
  others: readonly Message[],
): readonly Message[] {
  const at = random.below(messages.length);
  const before = messages.slice(0, at);
  const [target = "", ...after] = messages.slice(at);
  const other = pick(random, others, "");
  switch (random.below(9)) {
    case 0:
      return [...before, ...after];
    case 1:
      return [...before, target, target, ...after];
    case 2:
      return [...after, target, ...before];
    case 3:
      return [...before, other, target, ...after];
    case 4:
      return [...before, target];
    default:
      return [...before, mutateMessage(target, random, other), ...after];
  }
}

/** Picks one of several. */
export function oneOf<Item>(random: SeededRandom, items: readonly [Item, ...Item[]]): Item {
  return pick(random, items, items[0]);
}
