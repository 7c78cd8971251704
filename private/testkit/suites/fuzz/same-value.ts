// Whether two decoded values are the same, and what kind a value is of.
// Place: targets, differential -> **values**
// Rules: bytes compare by content, whatever class holds them; absent and undefined members are one thing; the order of
//        members is none of it.

/** What does not come back from an encoding: `json` has no infinite numbers, `msgpack` no whole ones beyond 64 bits. */
export type Losses = "none" | "json" | "msgpack";

const TWO_63 = 2 ** 63;

/** Whether a number has become what an encoding makes of it; neither has a negative zero. */
function isSameNumber(one: number, other: unknown, losses: Losses): boolean {
  if (losses === "json" && !Number.isFinite(one)) return other === null;
  if (losses === "msgpack" && Number.isInteger(one) && Math.abs(one) >= TWO_63) return typeof other === "number";
  return losses !== "none" && one === other;
}

function bytesIn(value: object): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return undefined;
}

function areSameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function memberOf(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function areSameObjects(one: object, other: object, losses: Losses): boolean {
  const bytes = bytesIn(one);
  const otherBytes = bytesIn(other);
  if (bytes !== undefined || otherBytes !== undefined)
    return bytes !== undefined && otherBytes !== undefined && areSameBytes(bytes, otherBytes);
  if (one instanceof Date || other instanceof Date)
    return one instanceof Date && other instanceof Date && Object.is(one.getTime(), other.getTime());
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  for (const key of keys) if (!isSame(memberOf(one, key), memberOf(other, key), losses)) return false;
  for (const key of Object.keys(other))
    if (!Object.hasOwn(one, key) && memberOf(other, key) !== undefined) return false;
  return !Array.isArray(one) || one.length === Reflect.get(other, "length");
}

/** Whether a value, and what came of it, are the same. */
export function isSame(one: unknown, other: unknown, losses: Losses = "none"): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one === "number") return isSameNumber(one, other, losses);
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  return areSameObjects(one, other, losses);
}

/** The kind of a value, down to its members. */
export function kindOf(value: unknown, depth = 1): string {
  if (value === null) return "null";
  if (typeof value !== "object")
    return typeof value === "number" && !Number.isInteger(value) ? "fraction" : typeof value;
  if (bytesIn(value) !== undefined) return "bytes";
  if (value instanceof Date) return "date";
  const isList = Array.isArray(value);
  if (depth === 0) return isList ? "list" : "object";
  const kinds = new Set(
    Object.values(value)
      .slice(0, 16)
      .map((member) => kindOf(member, depth - 1)),
  );
  const inside = [...kinds].sort().join(" ");
  return isList ? `[${inside}]` : `{${inside}}`;
}
