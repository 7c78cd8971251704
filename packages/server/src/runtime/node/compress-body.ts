// Compresses the bodies of answers in the encoding that a client prefers.
// Place: **bytes** <- node exchange
// Rules: what a client does not ask for it does not get; where it likes two equally, gzip.
// Source: docs/protocol/engine-4.md, "Compression"

import { deflate, gzip } from "node:zlib";

/** An encoding that we have and clients know. */
export type ContentEncoding = "gzip" | "deflate";

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
 * @returns undefined where the client takes none of ours.
 */
export function chooseEncoding(acceptEncoding: string | undefined): ContentEncoding | undefined {
  const weights = new Map<string, number>();
  for (const item of (acceptEncoding ?? "").split(",")) {
    const [name = "", ...parameters] = item.split(";");
    weights.set(name.trim().toLowerCase(), weightOf(parameters));
  }
  const weight = (name: ContentEncoding) => weights.get(name) ?? weights.get("*") ?? 0;
  const [gzipWeight, deflateWeight] = [weight("gzip"), weight("deflate")];
  if (gzipWeight > 0 && gzipWeight >= deflateWeight) return "gzip";
  return deflateWeight > 0 ? "deflate" : undefined;
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
  const compress = encoding === "gzip" ? gzip : deflate;
  compress(body, settings, (error, compressed) => done(error === null ? compressed : undefined));
}
