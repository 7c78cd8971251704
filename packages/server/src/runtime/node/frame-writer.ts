// Writes WebSocket messages of a server as bytes: one frame each, unmasked, uncompressed, never fragmented.
// Place: bytes <- **frame writer** <- websocket carrier
// Rules: a batch becomes one buffer, since each write costs a system call; what many connections get one after another,
//        as in a broadcast, is framed once and shared, so nobody may write to the bytes that come out of here. Nothing is
//        kept beyond the moment in which all connections are written to.
// Source: RFC 6455, 5.1 "Overview" (a server does not mask) and 5.2 "Base Framing Protocol"

import { type Frame, frameHeaderBytes, type Outgoing, writeFrameHeader } from "@bowline/protocol/internal";

/** A batch that was framed a moment ago. */
interface Framed {
  readonly frames: readonly Frame[];
  readonly bytes: Uint8Array;
}

function payloadBytes({ data }: Frame): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}

function writeFrame(target: Buffer, start: number, { data }: Frame, payload: number): void {
  const at = writeFrameHeader(target, start, typeof data === "string", payload);
  if (typeof data !== "string") target.set(data, at);
  // As many bytes as characters: ASCII, which is copied instead of encoded.
  else target.write(data, at, payload, payload === data.length ? "latin1" : "utf8");
}

function frameOne(frame: Frame): Uint8Array {
  const payload = payloadBytes(frame);
  const bytes = Buffer.allocUnsafe(frameHeaderBytes(payload) + payload);
  writeFrame(bytes, 0, frame, payload);
  return bytes;
}

function frameAll(frames: readonly Frame[]): Uint8Array {
  const [only] = frames;
  if (frames.length === 1 && only !== undefined) return frameOne(only);
  let total = 0;
  const payloads: number[] = [];
  for (const frame of frames) {
    const payload = payloadBytes(frame);
    payloads.push(payload);
    total += frameHeaderBytes(payload) + payload;
  }
  const bytes = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [index, frame] of frames.entries()) {
    const payload = payloads[index] ?? 0;
    writeFrame(bytes, at, frame, payload);
    at += frameHeaderBytes(payload) + payload;
  }
  return bytes;
}

function isOf(framed: Framed | undefined, batch: readonly Outgoing[]): framed is Framed {
  if (framed === undefined) return false;
  const { frames } = framed;
  let at = 0;
  for (const outgoing of batch) {
    for (const frame of outgoing.frames) {
      if (frames[at] !== frame) return false;
      at++;
    }
  }
  return at === frames.length;
}

/** Frames the batches of all connections of a server. */
export class FrameWriter {
  // Two, since clients of two generations in one room take turns.
  #last: Framed | undefined;
  #lastButOne: Framed | undefined;

  readonly #forget = (): void => {
    this.#last = undefined;
    this.#lastButOne = undefined;
  };

  /** The bytes of all messages of a batch; they may be shared with other connections. */
  write(batch: readonly Outgoing[]): Uint8Array {
    if (isOf(this.#last, batch)) return this.#last.bytes;
    if (isOf(this.#lastButOne, batch)) return this.#lastButOne.bytes;
    const [first] = batch;
    const frames =
      first !== undefined && batch.length === 1 ? first.frames : batch.flatMap((outgoing) => outgoing.frames);
    const bytes = frameAll(frames);
    if (this.#last === undefined) queueMicrotask(this.#forget);
    this.#lastButOne = this.#last;
    this.#last = { frames, bytes };
    return bytes;
  }
}
