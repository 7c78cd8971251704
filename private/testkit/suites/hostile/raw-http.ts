// HTTP as bytes on a TCP connection: sends what no HTTP client would and reads what comes back.
// Place: attacker -> **bytes** -> the server's HTTP parser -> engine
// Rules: the attacker says it all, waits for a reply or a moment of silence, then ends its side; the server has to end the
//        connection too, and every reply has to be one that the documents know.

import { connect, type Socket } from "node:net";
import { within } from "../../src/peers/wait-for.ts";

/** One HTTP response. */
export interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** What came back on a connection. */
export interface Conversation {
  readonly replies: readonly Reply[];
  /** Bytes after a 101, as WebSocket frames. */
  readonly frames: Buffer;
}

const SILENCE_MS = 120;
const END_PATIENCE_MS = 8000;
const HEAD_END = "\r\n\r\n";

/**
 * The statuses that a client may see. The engine's own are 200, 400, 403, 413 and 500 (a method that no session knows);
 * 404 is the answer of the program for paths that are not ours; 405 comes from the WebSocket handshake; 408, 417 and 431
 * from Node's HTTP parser, as does 400 for what is no HTTP.
 */
const DOCUMENTED: ReadonlySet<number> = new Set([100, 101, 200, 400, 403, 404, 405, 408, 413, 417, 431, 500]);

/** What is wrong with a reply, or undefined. */
export function faultOf({ status, head, body }: Reply): string | undefined {
  if (!DOCUMENTED.has(status)) return `the status ${status} is not documented`;
  if (status === 500 && body !== "") return `a 500 came with the body ${JSON.stringify(body.slice(0, 100))}`;
  if (/\bat .+:\d+:\d+|node:internal|TypeError|RangeError/.test(head + body)) return "the reply tells of our insides";
  // The answer to HEAD has the headers of a body and no body.
  const isJson = status === 400 && body !== "" && /application\/json/i.test(head);
  if (isJson && !/^\{"code":[0-5],"message":"[\w ]+"\}$/.test(body)) {
    return `the error body ${JSON.stringify(body.slice(0, 100))} is not documented`;
  }
  return undefined;
}

/** Takes HTTP responses apart as they stand one after another. */
export function readReplies(bytes: Buffer): Conversation {
  const replies: Reply[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf(HEAD_END);
    const head = rest.subarray(0, Math.max(end, 0)).toString("latin1");
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
    if (end < 0 || status === undefined) break;
    rest = rest.subarray(end + HEAD_END.length);
    if (status === "101") return { replies: [...replies, { status: 101, head, body: "" }], frames: rest };
    const declared = /^content-length: *(\d+)/im.exec(head)?.[1];
    const length = declared === undefined ? (/^HTTP\/1\.1 100/.test(head) ? 0 : rest.length) : Number(declared);
    // A response to HEAD declares a body that does not come: then the next response stands right here.
    const isBodiless = rest.subarray(0, 7).toString("latin1") === "HTTP/1.";
    const body = isBodiless ? rest.subarray(0, 0) : rest.subarray(0, length);
    rest = rest.subarray(body.length);
    replies.push({ status: Number(status), head, body: body.toString("utf8") });
  }
  return { replies, frames: Buffer.alloc(0) };
}

/** A TCP connection to the victim that collects what it hears and never throws. */
export interface RawConnection {
  readonly socket: Socket;
  readonly received: Buffer;
  /** Resolves once nothing has come for a moment, or the connection has ended; at once if `enough` says so. */
  quiet(enough?: (received: Buffer) => boolean, silenceMs?: number): Promise<void>;
  /** Ends our side; resolves once the server has ended its own. */
  end(): Promise<void>;
}

/** Connects to the victim. */
export function openRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const chunks: Buffer[] = [];
  let heard: () => void = () => {};
  let isClosed = false;
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    heard();
  });
  socket.on("error", () => undefined);
  socket.on("end", () => {
    socket.end();
    heard();
  });
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      isClosed = true;
      heard();
      resolve();
    });
  });
  const received = () => Buffer.concat(chunks);
  const connection: RawConnection = {
    socket,
    get received() {
      return received();
    },
    quiet(enough = () => false, silenceMs = SILENCE_MS) {
      return new Promise((resolve) => {
        let timer = setTimeout(done, silenceMs);
        function done(): void {
          clearTimeout(timer);
          heard = () => {};
          resolve();
        }
        heard = () => {
          clearTimeout(timer);
          if (isClosed || socket.readableEnded || enough(received())) done();
          else timer = setTimeout(done, silenceMs);
        };
        if (isClosed || enough(received())) done();
      });
    },
    async end() {
      socket.end();
      await within(closed, END_PATIENCE_MS, "the end of a connection that the server should have closed");
    },
  };
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(connection));
    socket.once("close", () => resolve(connection));
  });
}

function isAnswered(received: Buffer): boolean {
  const { replies } = readReplies(received);
  const [last] = replies.slice(-1);
  return last !== undefined && last.status !== 101 && last.status !== 100;
}

/**
 * Sends bytes on a connection of their own.
 *
 * @param port - The victim's port.
 * @param bytes - What is sent.
 * @returns What came back; fails when the server does not end the connection after the attacker has.
 */
export async function converse(port: number, bytes: Uint8Array | string): Promise<Conversation> {
  const connection = await openRaw(port);
  connection.socket.write(bytes);
  await connection.quiet(isAnswered);
  await connection.end();
  return readReplies(connection.received);
}

/** Writes a request with the headers that belong to its body. */
export function request(method: string, target: string, body: Uint8Array | string = "", headers = ""): Buffer {
  const bytes = Buffer.from(body);
  const length = method === "GET" ? "" : `Content-Length: ${bytes.length}\r\n`;
  const type = method === "POST" && !/content-type/i.test(headers) ? "Content-Type: text/plain;charset=UTF-8\r\n" : "";
  const head = `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${type}${length}${headers}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}
