// What the three live suites share: waiting for what has been announced, ids that are only known when they are met,
// values of a program in the notation of the tables.
// Rules: presence is waited for with a limit; absence is believed after a short quiet time. A row that hangs fails with
// what it has seen.
import { Mismatch } from "./checks.mjs";

/** The longest wait for something that has to come. */
export const LIMIT_MS = 2000;
/** How long nothing may come for "nothing comes". */
export const QUIET_MS = 30;

/** Turns of the event loop in which both ends of a dialogue, here in one process, get to read and to answer. */
const TURNS = 6;

/**
 * Lets time pass, and then what has come in meanwhile be read: where the process was busy, timers come before it.
 * @returns {Promise<void>}
 */
export async function pause(ms) {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A place where parts of one row tell of changes, and the replay waits for them. */
export class Journal {
  #waiting = new Set();

  /** To be called after every change. */
  changed() {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Waits for a condition that some change brings about.
   * @param {() => boolean} holds
   * @param {number} [limitMs]
   * @returns {Promise<boolean>} whether it holds
   */
  until(holds, limitMs = LIMIT_MS) {
    if (holds()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (result) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const look = () => {
        if (holds()) end(true);
      };
      const timer = setTimeout(() => end(false), limitMs);
      this.#waiting.add(look);
    });
  }
}

/** Ids in the order in which they were met: `<id>`, `<id-2>` and so on, all different; `<offset>` is any text. */
export class Ids {
  #known = new Map();

  /** Whether a text is the expected one, whose placeholders stand for ids. */
  matches(expected, actual) {
    const names = [];
    const pattern = expected
      .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll(/<(id(?:-\d+)?|offset)>/g, (_, name) => {
        if (name === "offset") return '[^"]+';
        const known = this.#known.get(name);
        if (known !== undefined) return known;
        names.push(name);
        return "([\\w-]{20})";
      });
    const found = new RegExp(`^${pattern}$`, "s").exec(actual);
    if (found === null) return false;
    const met = found.slice(1);
    const all = [...this.#known.values(), ...met];
    if (new Set(all).size !== all.length) return false;
    for (const [at, name] of names.entries()) this.#known.set(name, met[at]);
    return true;
  }
}

/** A value that a program got, in the notation of the tables; functions are acknowledgements. */
export function toTagged(value) {
  if (typeof value === "function") return { $ack: true };
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (value instanceof ArrayBuffer) return { $bin: Buffer.from(value).toString("base64") };
  if (ArrayBuffer.isView(value)) {
    return { $bin: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  }
  if (Array.isArray(value)) return value.map((item) => toTagged(item ?? null));
  if (typeof value !== "object" || value === null) return value;
  const result = {};
  for (const key of Object.keys(value)) {
    const member = { value: toTagged(value[key]), writable: true, enumerable: true, configurable: true };
    Object.defineProperty(result, key, member);
  }
  return result;
}

/** What a message, `frame` of ws, is in the tables. */
export function frameOf(data, isBinary) {
  return isBinary ? { binary: data.toString("base64") } : { text: data.toString() };
}

/** Everything that has to be undone at the end of a row; the last thing opened is the first one closed. */
export class Cleanup {
  #steps = [];

  add(step) {
    this.#steps.push(step);
  }

  async run() {
    for (const step of this.#steps.reverse()) await step();
  }
}

/** Closes a server of node:http with all its connections. */
export function closeHttp(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/** Lets a server listen on a free port of this machine. */
export function listen(server) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server.address().port));
  });
}

/** A JSON text for messages, shortened. */
export function brief(value) {
  const text = String(JSON.stringify(value));
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}

export function different(what, actual, expected) {
  return new Mismatch("different", `${what}: ${brief(actual)} instead of ${brief(expected)}`);
}
