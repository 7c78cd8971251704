// Where an entry stands in a log: when its stream was made and the number of the entry, as a short text.
// Place: cluster -> log (**offset**) -> JetStream
// Rules: a stream that was deleted begins a new, later epoch, and no offset of an elder one is one of it.

import type { Offset } from "@bowline/adapter/cluster";

/** Where an entry stands. */
export interface Position {
  /** When the stream was made, in milliseconds. */
  readonly epoch: number;
  /** The number of the entry, without a hole from 1. */
  readonly seq: number;
}

const OFFSET = /^([0-9a-z]{1,11})-([0-9a-z]{1,11})$/;

/** Writes an offset. */
export function writeOffset({ epoch, seq }: Position): Offset {
  return `${epoch.toString(36)}-${seq.toString(36)}`;
}

/** Reads an offset. @returns undefined for texts that are none. */
export function readOffset(offset: Offset): Position | undefined {
  const [, epochText, seqText] = OFFSET.exec(offset) ?? [];
  if (epochText === undefined || seqText === undefined) return undefined;
  const epoch = Number.parseInt(epochText, 36);
  const seq = Number.parseInt(seqText, 36);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(seq) ? { epoch, seq } : undefined;
}

/** Puts offsets in order; texts that are none come first. */
export function compareOffsets(one: Offset, other: Offset): number {
  const nowhere: Position = { epoch: -1, seq: -1 };
  const [first, second] = [readOffset(one) ?? nowhere, readOffset(other) ?? nowhere];
  return first.epoch - second.epoch || first.seq - second.seq;
}
