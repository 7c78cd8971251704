// What the primary keeps under keys for a while: sessions of workers, which may be killed at any time.
// Place: bus -> link -> hub -> **store**
// Rules: a value is taken out, or claimed, once for each fence; the fence of its key rises then, and lasts as long as the value would have, so that
//        whoever has been overtaken cannot bring it back; bytes are bounded, what was put first goes first.

/** A value with its fence. */
export interface FencedValue {
  readonly value: Uint8Array;
  readonly fence: number;
}

interface Place {
  /** Undefined once it has been taken or dropped. */
  readonly value: Uint8Array | undefined;
  readonly fence: number;
  readonly until: number;
}

/** What a key costs besides its value, roughly. */
const KEY_BYTES = 200;

function sizeOf({ value }: Place): number {
  return KEY_BYTES + (value?.byteLength ?? 0);
}

/** Keeps values. */
export class HubStore {
  readonly #places: Map<string, Place> = new Map();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What it holds, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  put(key: string, value: Uint8Array, fence: number, ttlMs: number, now: number): void {
    if (fence < this.#fenceOf(key, now)) return;
    // As with the log: a part of a batch must not keep the whole one.
    this.#set(key, { value: value.slice(), fence, until: now + ttlMs });
    for (const [oldest] of this.#places) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(oldest);
    }
  }

  take(key: string, now: number): FencedValue | undefined {
    return this.#raiseFence(key, now, false);
  }

  /** As `take`, but the value stays, under the new fence. */
  claim(key: string, now: number): FencedValue | undefined {
    return this.#raiseFence(key, now, true);
  }

  drop(key: string, fence: number, now: number): void {
    const place = this.#place(key, now);
    if (place === undefined || fence < place.fence) return;
    this.#set(key, { value: undefined, fence, until: place.until });
  }

  /** Lets go of what is too old. */
  expire(now: number): void {
    for (const [key, { until }] of this.#places) if (until <= now) this.#delete(key);
  }

  #raiseFence(key: string, now: number, stays: boolean): FencedValue | undefined {
    const place = this.#place(key, now);
    if (place?.value === undefined) return undefined;
    const fence = place.fence + 1;
    this.#set(key, { value: stays ? place.value : undefined, fence, until: place.until });
    return { value: place.value, fence };
  }

  #fenceOf(key: string, now: number): number {
    return this.#place(key, now)?.fence ?? 0;
  }

  #place(key: string, now: number): Place | undefined {
    const place = this.#places.get(key);
    return place !== undefined && place.until > now ? place : undefined;
  }

  #set(key: string, place: Place): void {
    // It moves to the end: what has been written last is worth the most.
    this.#delete(key);
    this.#places.set(key, place);
    this.#bytes += sizeOf(place);
  }

  #delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#bytes -= sizeOf(place);
  }
}
