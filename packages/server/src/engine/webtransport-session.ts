// A WebTransport session as the standard describes it, as far as the engine needs it.
// Place: **bytes** -> webtransport carrier -> engine dialect -> session
// Rules: shapes only; the session itself comes from whatever HTTP/3 server the program runs.

/** Reads a stream of the standard. */
export interface StreamReader<Item> {
  read(): Promise<{ readonly done: boolean; readonly value?: Item | undefined }>;
}

/** Writes to a stream of the standard. */
export interface StreamWriter {
  write(bytes: Uint8Array): Promise<void>;
}

/** One stream for both directions. */
export interface BidirectionalStream {
  readonly readable: { getReader(): StreamReader<Uint8Array> };
  readonly writable: { getWriter(): StreamWriter };
}

/** A client over HTTP/3. */
export interface WebTransportSession {
  readonly incomingBidirectionalStreams: { getReader(): StreamReader<BidirectionalStream> };
  /** Settles when the session has ended. */
  readonly closed: Promise<unknown>;
  close(): void;
}
