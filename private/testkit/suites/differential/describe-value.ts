// Writes values as transcript lines show them.
// Place: cases -> **values as text** -> transcript
// Rules: two values look alike only if user code could not tell them apart by what it usually looks at: the kind of
//        binary, undefined against null, the order of keys; long ones are shown by length and digest.

import { createHash } from "node:crypto";

const LONGEST_SHOWN = 120;

/**
 * Describes a value.
 *
 * @param value - Anything that a listener was given.
 * @returns One line.
 */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return value.length > LONGEST_SHOWN ? `string(${value.length}) ${digest(value)}` : JSON.stringify(value);
  }
  if (ArrayBuffer.isView(value)) {
    return describeBytes(value.constructor.name, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  if (value instanceof ArrayBuffer) {
    return describeBytes("ArrayBuffer", new Uint8Array(value));
  }
  if (value instanceof Error) {
    return `Error(${JSON.stringify(value.message)})`;
  }
  if (typeof value === "function") {
    return "function";
  }
  if (Array.isArray(value)) {
    return `[${value.map(describeValue).join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${describeValue(member)}`);
    return `{${members.join(", ")}}`;
  }
  return String(value);
}

/**
 * Describes the arguments of a listener.
 *
 * @param values - The arguments.
 * @returns One line.
 */
export function describeValues(values: readonly unknown[]): string {
  return values.map(describeValue).join(", ");
}

function describeBytes(kind: string, bytes: Uint8Array): string {
  const shown =
    bytes.byteLength > LONGEST_SHOWN / 2 ? digest(bytes) : [...bytes].map((byte) => byte.toString(16)).join(" ");
  return `${kind}(${bytes.byteLength}) ${shown}`.trimEnd();
}

function digest(content: string | Uint8Array): string {
  return `sha1 ${createHash("sha1").update(content).digest("hex").slice(0, 12)}`;
}
