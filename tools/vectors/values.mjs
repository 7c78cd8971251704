// Values and wire data of the golden tables: from their JSON notation to what the codecs take, and comparing the results.
// Bytes compare by content, whatever class holds them; absent and undefined members are one thing.

const NUMBERS = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

const TYPED = new Map(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    DataView,
  ].map((type) => [type.name, type]),
);

function bytes(base64) {
  return Buffer.from(base64, "base64");
}

function arrayBuffer(base64) {
  return Uint8Array.from(bytes(base64)).buffer;
}

function circular() {
  const self = {};
  self.self = self;
  return self;
}

/** A value of a type that no encoding knows. */
const UNENCODABLE = new Map([
  ["bigint", 1n],
  ["symbol", Symbol("unencodable")],
  ["function", () => undefined],
]);

const TAGS = new Map([
  ["$bin", bytes],
  ["$binRepeat", ([byte, count]) => Buffer.alloc(count, byte)],
  ["$arraybuffer", arrayBuffer],
  ["$typed", ([name, base64]) => new (TYPED.get(name))(arrayBuffer(base64))],
  ["$repeat", ([text, count]) => text.repeat(count)],
  ["$undefined", () => undefined],
  ["$number", (name) => NUMBERS.get(name)],
  ["$date", (ms) => new Date(ms)],
  ["$bigint", (digits) => BigInt(digits)],
  ["$function", () => () => undefined],
  ["$toJSON", (value) => ({ toJSON: () => fromTagged(value) })],
  ["$circular", circular],
  ["$unencodable", (type) => UNENCODABLE.get(type)],
]);

/** A value of a packet. */
export function fromTagged(value) {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromTagged);
  const keys = Object.keys(value);
  const tag = keys.length === 1 ? TAGS.get(keys[0]) : undefined;
  if (tag !== undefined) return tag(value[keys[0]]);
  const result = {};
  for (const key of keys) {
    const member = { value: fromTagged(value[key]), writable: true, enumerable: true, configurable: true };
    Object.defineProperty(result, key, member);
  }
  return result;
}

/** What goes over the wire: a text or bytes; in a few rows a value that is neither. */
export function fromWire(wire) {
  if ("text" in wire) return wire.text;
  if ("base64" in wire) return bytes(wire.base64);
  if ("repeatText" in wire) return wire.repeatText[0].repeat(wire.repeatText[1]);
  if ("repeatByte" in wire) return Buffer.alloc(wire.repeatByte[1], wire.repeatByte[0]);
  if ("value" in wire) return fromTagged(wire.value);
  const parts = wire.concat.map(fromWire);
  return parts.every((part) => typeof part === "string") ? parts.join("") : Buffer.concat(parts);
}

function asBytes(value) {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function presentKeys(value) {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}

export function isSame(left, right) {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return Object.is(left, right);
  }
  const leftBytes = asBytes(left);
  const rightBytes = asBytes(right);
  if (leftBytes || rightBytes) return Boolean(leftBytes && rightBytes && leftBytes.equals(rightBytes));
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && left.getTime() === right.getTime();
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left)) return left.length === right.length && left.every((item, at) => isSame(item, right[at]));
  const keys = presentKeys(left);
  if (keys.length !== presentKeys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]));
}

/** A value for a message, shortened. */
export function show(value) {
  // The holder is asked, since a Buffer has turned itself into an object before the member comes here.
  const text = JSON.stringify(value, function replace(key, member) {
    const original = this[key];
    const held = typeof original === "object" && original !== null ? asBytes(original) : undefined;
    return held === undefined ? member : `<${held.toString("hex")}>`;
  });
  return String(text).slice(0, 300);
}
