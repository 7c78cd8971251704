// A WebTransport session that a test plays by hand: its stream is two queues of chunks.
// Place: handed to the client in place of the platform's own.
// Rules: nothing happens unless the test says so; what the client wrote is kept, as packets and as chunks.

import { createWebTransportDecoder, encodeWebTransportFrame, type Packet } from "@bowline/protocol";
import type { WebTransportSession, WebTransportWriter } from "../src/transports/webtransport-channel.ts";

/** What a read gives: bytes, the end, or a failure. */
interface Chunk {
  readonly value?: Uint8Array;
  readonly failure?: unknown;
  readonly isEnd?: true;
}

/** One session of the client. */
export class FakeWebTransport implements WebTransportSession {
  readonly url: string;
  readonly options: unknown;
  readonly ready: Promise<unknown>;
  readonly closed: Promise<unknown>;
  /** What the client sent, in order. */
  readonly packets: Packet[] = [];
  /** How often it wrote. */
  writes = 0;
  isClosed = false;
  /** Whether the client ended its stream. */
  isFinished = false;
  /** Whether writes are taken only when the test releases them. */
  holdsWrites = false;
  /** What closing fails with. */
  closeFailure: Error | undefined;
  /** What writing fails with. */
  writeFailure: Error | undefined;
  readonly #decoder = createWebTransportDecoder(1_000_000);
  readonly #chunks: Chunk[] = [];
  #wake: (() => void) | undefined;
  #held: (() => void)[] = [];
  #resolveReady: (() => void) | undefined;
  #rejectReady: ((error: unknown) => void) | undefined;
  #resolveClosed: (() => void) | undefined;
  #rejectClosed: ((error: unknown) => void) | undefined;

  constructor(url: string, options: unknown) {
    this.url = url;
    this.options = options;
    this.ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.closed = new Promise<void>((resolve, reject) => {
      this.#resolveClosed = resolve;
      this.#rejectClosed = reject;
    });
  }

  createBidirectionalStream(): ReturnType<WebTransportSession["createBidirectionalStream"]> {
    const writer: WebTransportWriter = {
      write: (bytes) => this.#write(bytes),
      close: async () => {
        if (this.writeFailure !== undefined) throw this.writeFailure;
        this.isFinished = true;
      },
    };
    return Promise.resolve({
      readable: { getReader: () => ({ read: () => this.#read() }) },
      writable: { getWriter: () => writer },
    });
  }

  close(): void {
    if (this.closeFailure !== undefined) throw this.closeFailure;
    this.isClosed = true;
    this.#resolveClosed?.();
  }

  /** The session is there. */
  open(): Promise<void> {
    this.#resolveReady?.();
    return settle();
  }

  /** The session cannot be opened. */
  refuse(error: unknown): Promise<void> {
    this.#rejectReady?.(error);
    this.#rejectClosed?.(error);
    return settle();
  }

  /** Packets come from the server, in one chunk. */
  send(...packets: readonly Packet[]): Promise<void> {
    const frames = packets.map((packet) => encodeWebTransportFrame(packet));
    return this.sendChunk(Uint8Array.from(frames.flatMap((frame) => [...frame])));
  }

  sendChunk(value: Uint8Array): Promise<void> {
    return this.#put({ value });
  }

  /** The server ends the session. */
  end(): Promise<void> {
    this.#resolveClosed?.();
    return this.#put({ isEnd: true });
  }

  /** The session, and with it its stream, breaks. */
  fail(failure: unknown): Promise<void> {
    this.#rejectClosed?.(failure);
    return this.#put({ failure });
  }

  /** The stream alone ends. */
  endStream(): Promise<void> {
    return this.#put({ isEnd: true });
  }

  /** The stream alone breaks. */
  failStream(failure: unknown): Promise<void> {
    return this.#put({ failure });
  }

  /** Lets the writes that wait be taken. */
  release(): Promise<void> {
    for (const taken of this.#held.splice(0)) taken();
    return settle();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.writes++;
    if (this.writeFailure !== undefined) throw this.writeFailure;
    this.packets.push(...this.#decoder.add(bytes));
    if (this.holdsWrites) await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  #put(chunk: Chunk): Promise<void> {
    this.#chunks.push(chunk);
    this.#wake?.();
    return settle();
  }

  async #read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk?.isEnd === true) return { done: true };
      if (chunk?.value !== undefined) return { done: false, value: chunk.value };
      if (chunk !== undefined) throw chunk.failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Lets promises run that are due. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}
