// SHA-256 and HMAC over it, written out: the platform's own is either asynchronous or Node's alone, and a message has to be
// checked in the turn in which it comes.
// Place: bus -> sealed bus (**signatures**)
// Source: FIPS 180-4 and RFC 2104

const BLOCK_BYTES = 64;
/** How many bytes a signature has. */
export const HASH_BYTES = 32;
const ROUNDS = 64;

/** The first 32 bits of what stands behind the point of a root. */
function fraction(root: number): number {
  return ((root - Math.floor(root)) * 0x1_0000_0000) | 0;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

/** The constants of the algorithm are digits of roots of the first primes. */
function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) if (isPrime(candidate)) primes.push(candidate);
  return primes;
}

const PRIMES = firstPrimes(ROUNDS);
const CONSTANTS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
/** The words of the block that is being taken in; it holds nothing between two of them. */
const words = new Int32Array(ROUNDS);

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function wordOf(list: Int32Array, at: number): number {
  return list[at] ?? 0;
}

/** Takes one block into the state. */
function compress(state: Int32Array, block: DataView, offset: number): void {
  for (let at = 0; at < 16; at++) words[at] = block.getInt32(offset + at * 4);
  for (let at = 16; at < ROUNDS; at++) {
    const early = wordOf(words, at - 15);
    const late = wordOf(words, at - 2);
    const small = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const large = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[at] = (wordOf(words, at - 16) + small + wordOf(words, at - 7) + large) | 0;
  }
  // One by one: to take a list apart costs more than all rounds.
  let a = wordOf(state, 0);
  let b = wordOf(state, 1);
  let c = wordOf(state, 2);
  let d = wordOf(state, 3);
  let e = wordOf(state, 4);
  let f = wordOf(state, 5);
  let g = wordOf(state, 6);
  let h = wordOf(state, 7);
  for (let at = 0; at < ROUNDS; at++) {
    const large = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const one = (h + large + ((e & f) ^ (~e & g)) + wordOf(CONSTANTS, at) + wordOf(words, at)) | 0;
    const small = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const two = (small + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  state[0] = wordOf(state, 0) + a;
  state[1] = wordOf(state, 1) + b;
  state[2] = wordOf(state, 2) + c;
  state[3] = wordOf(state, 3) + d;
  state[4] = wordOf(state, 4) + e;
  state[5] = wordOf(state, 5) + f;
  state[6] = wordOf(state, 6) + g;
  state[7] = wordOf(state, 7) + h;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Takes whole blocks in. @returns how many bytes that were. */
function absorb(state: Int32Array, bytes: Uint8Array): number {
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  const view = viewOf(bytes);
  for (let offset = 0; offset < whole; offset += BLOCK_BYTES) compress(state, view, offset);
  return whole;
}

/** Takes the last bytes in, with the length of all. */
function finish(state: Int32Array, tail: Uint8Array, totalBytes: number): Uint8Array {
  const padded = new Uint8Array(tail.length + 9 > BLOCK_BYTES ? BLOCK_BYTES * 2 : BLOCK_BYTES);
  padded.set(tail);
  padded[tail.length] = 0x80;
  const view = viewOf(padded);
  view.setUint32(padded.length - 8, Math.floor(totalBytes / 0x2000_0000));
  view.setUint32(padded.length - 4, (totalBytes << 3) >>> 0);
  absorb(state, padded);
  const hash = new Uint8Array(HASH_BYTES);
  const written = viewOf(hash);
  state.forEach((part, at) => void written.setInt32(at * 4, part));
  return hash;
}

/** The SHA-256 of bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = START.slice();
  return finish(state, bytes.subarray(absorb(state, bytes)), bytes.length);
}

/**
 * Makes what signs with a key.
 * @returns the HMAC of a head and a body, one behind the other.
 */
export function createHmac(key: Uint8Array): (head: Uint8Array, body: Uint8Array) => Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
  const inner = START.slice();
  const outer = START.slice();
  absorb(
    inner,
    block.map((byte) => byte ^ 0x36),
  );
  absorb(
    outer,
    block.map((byte) => byte ^ 0x5c),
  );
  return (head, body) => {
    const state = inner.slice();
    // The head and as much of the body as fills its last block; the rest is taken in where it stands.
    const fill = Math.min(body.length, (BLOCK_BYTES - (head.length % BLOCK_BYTES)) % BLOCK_BYTES);
    const first = new Uint8Array(head.length + fill);
    first.set(head);
    first.set(body.subarray(0, fill), head.length);
    const firstTaken = absorb(state, first);
    const rest = body.subarray(fill);
    const restTaken = firstTaken === first.length ? absorb(state, rest) : 0;
    const tail = firstTaken === first.length ? rest.subarray(restTaken) : first.subarray(firstTaken);
    const hash = finish(state, tail, BLOCK_BYTES + head.length + body.length);
    return finish(outer.slice(), hash, BLOCK_BYTES + HASH_BYTES);
  };
}
