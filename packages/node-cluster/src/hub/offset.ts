// Where an entry stands in the primary's log, as a text: which log it is, and the number of the entry.
// Place: bus -> link -> hub -> log -> **offset**
// Rules: short, since clients get one with every event; the log of a primary that has been started anew is another one,
//        whose name sorts behind that of the one before.

/** Five characters of a thousand years of seconds would be too few. */
const SECONDS_CHARACTERS = 6;
const OFFSET = /^([0-9a-z]{8})-([0-9a-z]{1,11})$/;

/** Names a log. @param wallTimeMs when it begins. @param fraction a random number from 0 to 1, for two that begin in one second. */
export function createEpoch(wallTimeMs: number, fraction: number): string {
  const seconds = Math.floor(wallTimeMs / 1000)
    .toString(36)
    .padStart(SECONDS_CHARACTERS, "0");
  const chance = Math.floor(fraction * 36 * 36)
    .toString(36)
    .padStart(2, "0");
  return seconds.slice(-SECONDS_CHARACTERS) + chance;
}

/** Writes an offset. */
export function encodeOffset(epoch: string, number: number): string {
  return `${epoch}-${number.toString(36)}`;
}

/** Reads an offset; undefined where it is none. */
export function decodeOffset(offset: string): { readonly epoch: string; readonly number: number } | undefined {
  const [, epoch, digits] = OFFSET.exec(offset) ?? [];
  if (epoch === undefined || digits === undefined) return undefined;
  const number = Number.parseInt(digits, 36);
  return Number.isSafeInteger(number) ? { epoch, number } : undefined;
}

/** Less than 0 where the first offset stands before the second one. */
export function compareOffsets(one: string, other: string): number {
  const [first, second] = [decodeOffset(one), decodeOffset(other)];
  if (first === undefined || second === undefined) return Number(second === undefined) - Number(first === undefined);
  if (first.epoch !== second.epoch) return first.epoch < second.epoch ? -1 : 1;
  return first.number - second.number;
}
