// HTTP/1.1 answers as far as a polling client needs them: where one ends, what status and body it has.
// Place: load process -> polling line -> **http** -> bytes
// Rules: a body has a Content-Length or comes in chunks; what is not whole yet is told from what is wrong.

/** One answer, and where the next one begins. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly end: number;
}

const HEAD_END = "\r\n\r\n";
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

/**
 * Reads the first answer.
 *
 * @param text - What was received, one character per byte.
 * @returns The answer, or undefined while it is not whole.
 * @throws SyntaxError when it is no HTTP answer.
 */
export function readAnswer(text: string): HttpAnswer | undefined {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  if (!text.startsWith("HTTP/1.1 ")) {
    throw new SyntaxError(`Cannot read an HTTP answer: it begins with "${text.slice(0, 20)}"`);
  }
  const status = Number(text.slice(9, 12));
  const head = text.slice(0, headEnd);
  const start = headEnd + HEAD_END.length;
  const length = LENGTH.exec(head)?.[1];
  if (length !== undefined) {
    const end = start + Number(length);
    return end > text.length ? undefined : { status, body: text.slice(start, end), end };
  }
  if (CHUNKED.test(head)) return readChunks(text, start, status);
  return { status, body: "", end: start };
}

function readChunks(text: string, start: number, status: number): HttpAnswer | undefined {
  let body = "";
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const chunkEnd = lineEnd + 2 + size;
    if (chunkEnd + 2 > text.length) return undefined;
    body += text.slice(lineEnd + 2, chunkEnd);
    at = chunkEnd + 2;
    if (size === 0) return { status, body, end: at };
  }
}
