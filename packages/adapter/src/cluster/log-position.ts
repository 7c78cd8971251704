// Where an entry stands in the log of a broker that numbers entries itself: which log it is, and the number of the entry, as
// a short text, since clients get one with every event.
// Place: cluster -> bus -> log (**position**) -> the broker
// Rules: a log that was deleted begins a new, later epoch, and no offset of an elder one is one of it.

import type { Offset } from "./message.ts";

/** Where an entry stands. */
export interface LogPosition {
  /** When the log began, in a unit of time that the log chooses. */
  readonly epoch: number;
  /** The number of the entry, without a hole from 1. */
  readonly seq: number;
}

const OFFSET = /^([0-9a-z]{1,11})-([0-9a-z]{1,11})$/;
const NOWHERE: LogPosition = { epoch: -1, seq: -1 };

/** Writes a position as an offset. */
export function writeOffset({ epoch, seq }: LogPosition): Offset {
  return `${epoch.toString(36)}-${seq.toString(36)}`;
}

/** Reads an offset. @returns undefined for texts that are none. */
export function readOffset(offset: Offset): LogPosition | undefined {
  const [, epochText, seqText] = OFFSET.exec(offset) ?? [];
  if (epochText === undefined || seqText === undefined) return undefined;
  const epoch = Number.parseInt(epochText, 36);
  const seq = Number.parseInt(seqText, 36);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}

/** Less than 0 where the first offset stands before the second one; texts that are none stand before all. */
export function compareOffsets(one: Offset, other: Offset): number {
  const [first, second] = [readOffset(one) ?? NOWHERE, readOffset(other) ?? NOWHERE];
  return first.epoch - second.epoch || first.seq - second.seq;
}
