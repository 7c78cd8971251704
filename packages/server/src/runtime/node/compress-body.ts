// Compresses the bodies of answers in the encoding that a client prefers.
// Place: **bytes** <- exchanges of all runtimes
// Rules: what a client does not ask for it does not get; where it likes two equally, the one that we put first.
// Source: docs/protocol/engine-4.md, "Compression"

import { brotliCompress, deflate, gzip } from "node:zlib";
import type { AnswerHeaders, BodyCompression, RequestHead } from "../../engine/http-exchange.ts";

/** An encoding that we have and clients know. */
export type ContentEncoding = "gzip" | "deflate" | "br";

/** Those of bodies that are compressed while somebody waits. */
const QUICK: readonly ContentEncoding[] = ["gzip", "deflate"];

function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=", 2);
    if (name.trim().toLowerCase() === "q") return Number(value);
  }
  return 1;
}

/**
 * Chooses the encoding of an answer.
 * @param acceptEncoding the request's header of that name.
 * @param ours the encodings on offer, the one that we like best first.
 * @returns undefined where the client takes none of ours.
 */
export function chooseEncoding(
  acceptEncoding: string | undefined,
  ours: readonly ContentEncoding[] = QUICK,
): ContentEncoding | undefined {
  const weights = new Map<string, number>();
  for (const item of (acceptEncoding ?? "").split(",")) {
    const [name = "", ...parameters] = item.split(";");
    weights.set(name.trim().toLowerCase(), weightOf(parameters));
  }
  let chosen: ContentEncoding | undefined;
  let best = 0;
  for (const encoding of ours) {
    const weight = weights.get(encoding) ?? weights.get("*") ?? 0;
    if (weight > best) [chosen, best] = [encoding, weight];
  }
  return chosen;
}

/**
 * Compresses a body; `done` gets nothing where that failed.
 * @param settings options of zlib.
 */
export function compressBody(
  encoding: ContentEncoding,
  body: string | Uint8Array,
  settings: Readonly<Record<string, number>>,
  done: (compressed: Uint8Array | undefined) => void,
): void {
  const settle = (error: Error | null, compressed: Uint8Array): void => done(error === null ? compressed : undefined);
  try {
    if (encoding === "br") brotliCompress(body, settle);
    else (encoding === "gzip" ? gzip : deflate)(body, settings, settle);
  } catch {
    // Settings that zlib refuses are no reason to keep an answer back.
    done(undefined);
  }
}

/** A body as it leaves, and the header that tells of its encoding if it has one. */
export type EncodedBody = (body: string | Uint8Array, encoding: AnswerHeaders) => void;

const AS_IT_IS: AnswerHeaders = {};

/** Bytes of a body. */
export function byteLength(body: string | Uint8Array): number {
  return typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
}

/** Compresses the body of an answer if it is long enough and the client takes that; hands it over as it is otherwise. */
export function encodeBody(
  head: RequestHead,
  body: string | Uint8Array,
  compression: BodyCompression | undefined,
  encoded: EncodedBody,
): void {
  const isLong = compression !== undefined && byteLength(body) >= compression.from;
  const encoding = isLong ? chooseEncoding(head.header("accept-encoding")) : undefined;
  if (encoding === undefined) encoded(body, AS_IT_IS);
  else {
    compressBody(encoding, body, compression?.settings ?? {}, (compressed) => {
      if (compressed === undefined) encoded(body, AS_IT_IS);
      else encoded(compressed, { "Content-Encoding": encoding });
    });
  }
}
