// HTTP requests and WebSockets written by hand over TCP, so that odd methods, header texts, unfinished bodies and bytes
// that are no frames can be sent and seen.
// Place: under http-engine.mjs. Rules: nothing is hidden; what has come so far can be read at any time.
import { connect } from "node:net";
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** The key of RFC 6455's own example. */
const WEBSOCKET_KEY = "dGhlIHNhbXBsZSBub25jZQ==";

function headOf({ method, path, headers = {}, websocket = false }, port, length) {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
  if (websocket) {
    lines.push("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13");
    lines.push(`Sec-WebSocket-Key: ${WEBSOCKET_KEY}`);
  }
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (length !== undefined) lines.push(`Content-Length: ${length}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function readChunks(bytes) {
  const parts = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (size === 0) return Buffer.concat(parts);
    if (bytes.length < lineEnd + 2 + size + 2) return undefined;
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function decompress(body, encoding) {
  if (encoding === "gzip") return gunzipSync(body);
  if (encoding === "deflate") return inflateSync(body);
  return body;
}

/** One frame of a server, or undefined when it is not whole yet; null when the bytes are no frame. */
function readFrame(bytes, at, deflate) {
  if (bytes.length < at + 2) return undefined;
  const compressed = (bytes[at] & 0x40) !== 0;
  const opcode = bytes[at] & 0x0f;
  const isFrame = (bytes[at] & 0xb0) === 0x80 && (deflate || !compressed) && (bytes[at + 1] & 0x80) === 0;
  if (!isFrame) return null;
  let length = bytes[at + 1] & 0x7f;
  let start = at + 2;
  if (length === 126) {
    if (bytes.length < at + 4) return undefined;
    length = bytes.readUInt16BE(at + 2);
    start = at + 4;
  }
  if (bytes.length < start + length) return undefined;
  return { opcode, compressed, payload: bytes.subarray(start, start + length), end: start + length };
}

function describeFrame({ opcode, compressed, payload }) {
  if (opcode === 8) return { close: { code: payload.length < 2 ? null : payload.readUInt16BE(0) } };
  const whole = compressed ? inflateRawSync(payload, { finishFlush: 2 }) : payload;
  const frame = opcode === 1 ? { text: whole.toString() } : { binary: whole.toString("base64") };
  return compressed ? { ...frame, compressed_rsv1: true } : frame;
}

/** One request, its connection and what came back. */
export class RawRequest {
  #received = [];
  #socket;
  #isHead;
  ended = false;

  /**
   * @param {import("./live-tools.mjs").Journal} journal is told of everything that comes
   * @param {{ method: string, path: string, headers?: Record<string, string>, body?: string | Buffer,
   *   websocket?: boolean, announcedLength?: number }} request `announcedLength` lets the body stay unfinished
   */
  constructor(journal, port, request) {
    const { body, announcedLength } = request;
    this.#isHead = request.method === "HEAD";
    const length = announcedLength ?? (body === undefined ? undefined : Buffer.byteLength(body));
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("data", (bytes) => {
      this.#received.push(bytes);
      journal.changed();
    });
    const end = () => {
      this.ended = true;
      journal.changed();
    };
    this.#socket.on("end", end);
    this.#socket.on("close", end);
    this.#socket.on("error", end);
    // One byte per character, as header fields have always been; the bodies of the tables are UTF-8.
    this.#socket.write(headOf(request, port, length), "latin1");
    if (body !== undefined) this.#socket.write(body);
  }

  #bytes() {
    return Buffer.concat(this.#received);
  }

  get untouched() {
    return this.#received.length === 0;
  }

  /** Status, headers (lower-cased names; `set-cookie` as a list) and the bytes behind them, once they are there. */
  #head() {
    const bytes = this.#bytes();
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const [first, ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
    const headers = {};
    for (const line of lines) {
      const name = line.slice(0, line.indexOf(":")).toLowerCase();
      const value = line.slice(line.indexOf(":") + 1).trim();
      if (name === "set-cookie") headers[name] = [...(headers[name] ?? []), value];
      else headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    return { status: Number(first.split(" ")[1]), headers, rest: bytes.subarray(end + 4) };
  }

  /** The whole response, once it is there; `body` as bytes, decompressed. */
  response() {
    const head = this.#head();
    if (head === undefined) return undefined;
    const { status, headers, rest } = head;
    if (status === 101) return { status, headers, ...this.#frames(headers, rest) };
    const length = headers["content-length"];
    let body;
    if (this.#isHead || status === 204 || status === 304) body = Buffer.alloc(0);
    else if (headers["transfer-encoding"] === "chunked") body = readChunks(rest);
    else if (length !== undefined) body = rest.length >= Number(length) ? rest.subarray(0, Number(length)) : undefined;
    else body = this.ended ? rest : undefined;
    if (body === undefined) return undefined;
    return { status, headers, body: decompress(body, headers["content-encoding"]) };
  }

  #frames(headers, bytes) {
    const deflate = headers["sec-websocket-extensions"] !== undefined;
    const frames = [];
    let at = 0;
    for (;;) {
      const frame = readFrame(bytes, at, deflate);
      if (frame === undefined) return { frames };
      if (frame === null) return { frames: [...frames, { raw_bytes_not_a_frame: bytes.toString("latin1", at) }] };
      frames.push(describeFrame(frame));
      at = frame.end;
    }
  }

  /** Sends a text as a frame of a client. */
  sendText(text) {
    const payload = Buffer.from(text);
    this.#socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
  }

  destroy() {
    this.#socket.destroy();
  }
}
