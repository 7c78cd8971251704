// What a notification says: bytes as text, where the bytes are, or what was appended to a log.
// Place: bus -> **payload** -> link -> PostgreSQL
// Rules: a payload has less than 8000 bytes; PostgreSQL tells of equal payloads in one transaction once, so no two of a node
//        are equal; whatever else comes over a channel is nobody's.
// Source: PostgreSQL documentation, "NOTIFY"

/** What NOTIFY takes at most, in bytes. */
export const MAX_PAYLOAD_BYTES = 7_999;

/** What comes over a topic's channel. */
export type TopicPayload =
  | { readonly kind: "bytes"; readonly base64: string }
  | { readonly kind: "attachment"; readonly id: string };

/** What comes over a log's channel; without the bytes where they are too many. */
export interface LogPayload {
  readonly epoch: number;
  readonly seq: number;
  readonly base64: string | undefined;
}

const TOPIC_PAYLOAD = /^(?:b[0-9a-z]+:([A-Za-z0-9+/]*={0,2})|t(\d{1,19}))$/;
const LOG_PAYLOAD = /^(\d{1,16})-(\d{1,16})(?::([A-Za-z0-9+/]*={0,2}))?$/;

/** The payload of bytes. @param count another one for each message of this node. */
export function writeBytes(count: number, base64: string): string {
  return `b${count.toString(36)}:${base64}`;
}

/** What the id of an attachment is put behind. */
export const ATTACHMENT_HEAD = "t";

/** Reads what came over a topic's channel. @returns undefined for what is none of ours. */
export function readTopicPayload(payload: string): TopicPayload | undefined {
  const [, base64, id] = TOPIC_PAYLOAD.exec(payload) ?? [];
  if (base64 !== undefined) return { kind: "bytes", base64 };
  return id === undefined ? undefined : { kind: "attachment", id };
}

/** Reads what came over a log's channel. @returns undefined for what is none of ours. */
export function readLogPayload(payload: string): LogPayload | undefined {
  const [, epoch, seq, base64] = LOG_PAYLOAD.exec(payload) ?? [];
  return epoch === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq), base64 };
}
