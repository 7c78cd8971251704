// Writes WebSocket messages of a server as bytes: one frame each, unmasked, uncompressed, never fragmented.
// Place: bytes <- **frame writer** <- websocket carrier
// Rules: a batch becomes one buffer, since each write costs a system call, but for what is large; what many connections get one after another,
//        as in a broadcast, is framed once and shared, so nobody may write to the bytes that come out of here. Nothing is
//        kept beyond the moment in which all connections are written to.
// Source: RFC 6455, 5.1 "Overview" (a server does not mask) and 5.2 "Base Framing Protocol"

import type { Duplex } from "node:stream";
import { type Frame, frameHeaderBytes, type Outgoing, writeFrameHeader } from "@bowline/protocol/internal";

/** From so many bytes on, a message of bytes stays where it is: to copy it would cost more than a write of several pieces. */
const LEFT_IN_PLACE_FROM = 16_384;

/** A batch that was framed a moment ago. */
interface Framed {
  readonly frames: readonly Frame[];
  readonly pieces: readonly Uint8Array[];
}

function payloadBytes({ data }: Frame): number {
  return typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
}

function staysInPlace(data: string | Uint8Array): data is Uint8Array {
  return typeof data !== "string" && data.byteLength >= LEFT_IN_PLACE_FROM;
}

/** @returns where the frame ends. */
function writeFrame(target: Buffer, start: number, { data }: Frame, payload: number): number {
  const at = writeFrameHeader(target, start, typeof data === "string", payload);
  if (staysInPlace(data)) return at;
  if (typeof data !== "string") target.set(data, at);
  // As many bytes as characters: ASCII, which is copied instead of encoded.
  else target.write(data, at, payload, payload === data.length ? "latin1" : "utf8");
  return at + payload;
}

/** Frames in one buffer; of what stays in place, the header alone. */
function frameRun(frames: readonly Frame[]): Uint8Array {
  let total = 0;
  const payloads: number[] = [];
  for (const frame of frames) {
    const payload = payloadBytes(frame);
    payloads.push(payload);
    total += frameHeaderBytes(payload) + (staysInPlace(frame.data) ? 0 : payload);
  }
  const bytes = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [index, frame] of frames.entries()) at = writeFrame(bytes, at, frame, payloads[index] ?? 0);
  return bytes;
}

function frameOne(frame: Frame): Uint8Array {
  const payload = payloadBytes(frame);
  const bytes = Buffer.allocUnsafe(frameHeaderBytes(payload) + payload);
  writeFrame(bytes, 0, frame, payload);
  return bytes;
}

function frameAll(frames: readonly Frame[]): readonly Uint8Array[] {
  const [only] = frames;
  if (frames.length === 1 && only !== undefined && !staysInPlace(only.data)) return [frameOne(only)];
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const [index, { data }] of frames.entries()) {
    if (!staysInPlace(data)) continue;
    pieces.push(frameRun(frames.slice(from, index + 1)), data);
    from = index + 1;
  }
  if (from < frames.length || from === 0) pieces.push(frameRun(from === 0 ? frames : frames.slice(from)));
  return pieces;
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

  /** The bytes of all messages of a batch, one piece but where there is much; they may be shared with other connections. */
  write(batch: readonly Outgoing[]): readonly Uint8Array[] {
    if (isOf(this.#last, batch)) return this.#last.pieces;
    if (isOf(this.#lastButOne, batch)) return this.#lastButOne.pieces;
    const [first] = batch;
    const frames =
      first !== undefined && batch.length === 1 ? first.frames : batch.flatMap((outgoing) => outgoing.frames);
    const pieces = frameAll(frames);
    if (this.#last === undefined) queueMicrotask(this.#forget);
    this.#lastButOne = this.#last;
    this.#last = { frames, pieces };
    return pieces;
  }
}

/** Writes pieces, of which there is at least one, in one go. @param written called when the system has the last of them. */
export function writePieces(
  socket: Duplex,
  pieces: readonly Uint8Array[],
  written?: (error?: Error | null) => void,
): void {
  const last = pieces.length - 1;
  if (last > 0) socket.cork();
  for (let at = 0; at < last; at++) socket.write(pieces[at]);
  socket.write(pieces[last], written);
  if (last > 0) socket.uncork();
}
