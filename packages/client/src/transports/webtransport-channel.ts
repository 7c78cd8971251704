// A stream of WebTransport as a channel: frames with a header, in one stream of bytes for each direction.
// Place: bytes -> **transport** -> engine dialect -> session; browsers load this when the first one is opened.
// Rules: the first packet says which session is meant; a new batch waits until the stream has taken the one before.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { createWebTransportDecoder } from "@bowline/protocol";
import { concatBytes, frameForStream } from "@bowline/protocol/internal";
import { DEFAULTS } from "../options.ts";
import type { OpenChannel } from "./channel.ts";

/** A session of WebTransport as the standard describes it, as far as it is needed. */
export interface WebTransportSession {
  readonly ready: Promise<unknown>;
  /** Settles when the session has ended. */
  readonly closed: Promise<unknown>;
  createBidirectionalStream(): Promise<{
    readonly readable: {
      getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> };
    };
    readonly writable: { getWriter(): WebTransportWriter };
  }>;
  close(): void;
}

/** Writes to the stream. */
export interface WebTransportWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the stream; settles when all of it has left. */
  close(): Promise<void>;
}

/** Opens a session; options and URLs that cannot be used may throw. */
export type ConnectWebTransport = (url: string, options: unknown) => WebTransportSession;

/** How long a server has to take what was written, once the session is to be closed, in milliseconds. */
const GOODBYE_MS = 1000;

/** A message of no bytes, for which there is no frame, goes as text. */
function streamFrame(data: string | Uint8Array): Uint8Array {
  return frameForStream(data.length === 0 ? "b" : data);
}

/** Closes a session; where that is refused because it is not there yet, as on Deno, once it is. */
function endSession(session: WebTransportSession): void {
  try {
    session.close();
  } catch {
    session.ready.then(() => session.close()).catch(() => undefined);
  }
}

/** Opens channels over one way to connect. */
export function webTransportChannels(connect: ConnectWebTransport): OpenChannel {
  return ({ options, platform, sid }, url, events) => {
    const { clock } = platform;
    const session = connect(url, options.transportOptions?.["webtransport"]);
    let writer: WebTransportWriter | undefined;
    let isOver = false;
    const frames: Uint8Array[] = [];
    /** Settles once all that was written has been taken, or never will be. */
    let written: Promise<unknown> = Promise.resolve();

    function discard(): void {
      isOver = true;
      endSession(session);
    }

    function gone(): void {
      if (isOver) return;
      discard();
      const description = "webtransport connection closed";
      events.ended({ description, code: "CONNECTION_CLOSED" }, description);
    }

    function broken(error: unknown): void {
      if (isOver) return;
      const lost = writer === undefined ? platform.codeOf(error) : "CONNECTION_LOST";
      events.failed({ error, code: error instanceof SyntaxError ? "PARSE_ERROR" : lost });
      gone();
    }

    function write(bytes: Uint8Array, taken: (error?: unknown) => void): void {
      written = Promise.resolve(writer?.write(bytes)).then(
        () => taken(),
        (error: unknown) => {
          taken(error);
          broken(error);
        },
      );
    }

    async function run(): Promise<void> {
      await session.ready;
      const { readable, writable } = await session.createBidirectionalStream();
      const reader = readable.getReader();
      if (isOver) return;
      writer = writable.getWriter();
      write(streamFrame(sid === undefined ? "0" : `0${JSON.stringify({ sid })}`), () => {});
      events.opened();
      const decoder = createWebTransportDecoder(options.maxPayload ?? DEFAULTS.maxPayload);
      for (;;) {
        const { done, value } = await reader.read();
        if (value !== undefined) for (const packet of decoder.add(value)) events.received(packet);
        if (done) break;
      }
      gone();
    }

    session.closed.then(gone, broken);
    // Not at once: the end of the session breaks its stream as well, and says more.
    run().catch((error: unknown) => clock.after(0, () => broken(error)));
    return {
      /** The frames of one packet, of which the last has somebody to tell, leave together. */
      send(data, _compress, handedOver) {
        frames.push(streamFrame(data));
        if (handedOver !== undefined) write(concatBytes(frames.splice(0)), handedOver);
      },
      /** What was written leaves first: some platforms throw it away when they close a session. */
      close() {
        isOver = true;
        const stopTimer = clock.after(GOODBYE_MS, discard);
        const finish = (): void => {
          stopTimer();
          discard();
        };
        written.then(() => writer?.close()).then(finish, finish);
      },
      discard,
    };
  };
}
