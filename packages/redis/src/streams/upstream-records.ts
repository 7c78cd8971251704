// Records as @socket.io/redis-streams-adapter has them: four fields, of which the last one is JSON, or MessagePack in base64.
// Place: cluster adapter -> wire of streams -> streams bus -> **form of records** -> Redis, and back the same way
// Rules: on the way between wire and bus the four fields are a text, a list in JSON; nobody keeps what stands there.
// Source: docs/protocol/cluster.md, "Upstream's streams"

import { decodeUtf8, encodeUtf8 } from "@bowline/protocol/internal";
import { listOf } from "../foreign-values.ts";
import { MSGPACK, readValue, survivesJson } from "../wire-bytes.ts";
import { fieldIn, type RecordForm } from "./record-form.ts";

/** Base64, as the platform has it. */
export interface Base64 {
  encode(bytes: Uint8Array): string;
  decode(text: string): Uint8Array;
}

/** The fields of an entry. */
export interface UpstreamRecord {
  readonly uid: string;
  readonly nsp: string;
  readonly type: number;
  readonly data: object;
}

const FIELDS = ["uid", "nsp", "type", "data"] as const;

function wordIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? decodeUtf8(value) : undefined;
}

/** The form of entries. */
export const UPSTREAM_RECORDS: RecordForm = {
  write(bytes) {
    const values = listOf(JSON.parse(decodeUtf8(bytes))) ?? [];
    return FIELDS.flatMap((field, index) => [field, String(values[index])]);
  },
  read(fields) {
    const values = FIELDS.map((field) => wordIn(fieldIn(fields, field)));
    return values.includes(undefined) ? undefined : encodeUtf8(JSON.stringify(values));
  },
};

/** Writes a record for the bus. @param isPlain whether it is known that JSON will do. */
export function encodeRecord({ uid, nsp, type, data }: UpstreamRecord, base64: Base64, isPlain: boolean): Uint8Array {
  const text = isPlain || survivesJson(data) ? JSON.stringify(data) : base64.encode(MSGPACK.encode(data));
  return encodeUtf8(JSON.stringify([uid, nsp, String(type), text]));
}

/**
 * Reads what the bus brings.
 * @param namespace of which records are wanted.
 * @returns undefined for one of another namespace.
 * @throws SyntaxError for what cannot be read.
 */
export function decodeRecord(bytes: Uint8Array, namespace: string, base64: Base64): object | undefined {
  const [uid, nsp, type, data] = listOf(JSON.parse(decodeUtf8(bytes))) ?? [];
  if (nsp !== namespace || typeof data !== "string") return undefined;
  const value = readValue(data.startsWith("{") ? encodeUtf8(data) : base64.decode(data), MSGPACK);
  return { uid, nsp, type: Number(type), data: value };
}
