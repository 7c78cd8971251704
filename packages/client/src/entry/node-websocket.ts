// WebSockets on Node, over the ws package.
// Place: part of the composition root entry/node.ts, below the WebSocket transport.
// Rules: a message counts as handed over when its bytes were given to the network; errors are told before the end.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type ClientOptions, WebSocket } from "ws";
import { codeOfAnswer } from "../connect-error.ts";
import { DEFAULTS, type EngineOptions } from "../options.ts";
import type { HttpAnswer, WebSocketEvents, WebSocketHandle, WebSocketRequest } from "../platform.ts";
import { withCookies } from "./node-cookies.ts";
import { codeOfNodeError, codeOfRefusal } from "./node-error.ts";
import { readFrames } from "./node-frames.ts";
import { isAgent, tlsOptions } from "./node-tls.ts";

/** Size in bytes from which messages are compressed, where the server agrees to it. */
const COMPRESSION_THRESHOLD = 1024;

/** How long a server has to answer the goodbye of a connection that was given up, in milliseconds. */
const GOODBYE_MS = 1000;

/** How much of an answer that is no WebSocket is read, in characters, and how long it may take, in milliseconds. */
const REFUSAL_LENGTH = 4096;
const REFUSAL_MS = 1000;

/** What is handed on to ws as it is. */
const PASSED_ON = ["localAddress", "family", "origin", "protocolVersion"] as const;

/** The trust boundary for options whose values only ws can judge. */
function passedOn(options: EngineOptions): ClientOptions {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const])),
  );
}

function settingsOf({ url, options, connection }: WebSocketRequest): ClientOptions {
  const { agent, extraHeaders = {}, perMessageDeflate = true } = options;
  return {
    ...passedOn(options),
    ...tlsOptions(options),
    perMessageDeflate,
    maxPayload: options.maxPayload ?? DEFAULTS.maxPayload,
    ...(isAgent(agent) && { agent }),
    headers: options.withCredentials === true ? withCookies(connection, url, extraHeaders) : extraHeaders,
  };
}

/** From how many bytes on a message is compressed. What ws has of this kind counts only where contexts are not kept. */
function thresholdOf({ perMessageDeflate = true }: EngineOptions): number {
  const isObject = typeof perMessageDeflate === "object" && perMessageDeflate !== null;
  return isObject ? (perMessageDeflate.threshold ?? COMPRESSION_THRESHOLD) : COMPRESSION_THRESHOLD;
}

/** A message is one Buffer, unless a program has changed the `binaryType` of the socket that it may look at. */
function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Reads an answer that is no WebSocket, as far as it can be of use. */
function readRefusal(response: IncomingMessage, done: (answer: HttpAnswer) => void): void {
  let text = "";
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    stopTimer();
    done({ status: response.statusCode ?? 0, body: text });
  };
  const timer = setTimeout(finish, REFUSAL_MS);
  const stopTimer = (): void => clearTimeout(timer);
  response.setEncoding("utf8");
  response.on("data", (chunk: string) => {
    text += chunk;
    if (text.length > REFUSAL_LENGTH) finish();
  });
  response.on("close", finish);
  response.on("error", finish);
}

/** Opens a WebSocket. */
export function openNodeWebSocket(request: WebSocketRequest, events: WebSocketEvents): WebSocketHandle {
  const { protocols } = request;
  const names = typeof protocols === "string" ? [protocols] : [...(protocols ?? [])];
  const socket = new WebSocket(request.url, names, settingsOf(request));
  const threshold = thresholdOf(request.options);
  let connection: Duplex | undefined;
  socket.on("upgrade", (response) => {
    connection = response.socket;
    if (request.options.autoUnref === true) response.socket.unref();
  });
  socket.on("open", () => {
    if (!readFrames(socket, connection, request.options.maxPayload, events)) {
      socket.on("message", (data, isBinary) => events.message(isBinary ? bytesOf(data) : bytesOf(data).toString()));
    }
    events.opened();
  });
  let isRefused = false;
  socket.on("error", (error) => {
    // To be given up after a refusal is an error to ws, and none to those who have heard of it.
    if (!isRefused) events.failed({ error, code: codeOfNodeError(error) });
  });
  socket.on("unexpected-response", (_request, response) => {
    readRefusal(response, (answer) => {
      isRefused = true;
      const error = new Error(`Unexpected server response: ${answer.status}`);
      events.failed({ error, code: codeOfRefusal(answer, true) ?? codeOfAnswer(answer), ...answer });
      socket.terminate();
    });
  });
  socket.on("close", (code, reason) => events.closed(code, reason.toString()));
  return {
    native: socket,
    send(data, mayCompress, handedOver) {
      const compress = mayCompress && Buffer.byteLength(data) >= threshold;
      socket.send(data, { compress, binary: typeof data !== "string" }, (error) => handedOver?.(error));
    },
    close: () => socket.close(),
    discard() {
      if (socket.readyState !== WebSocket.OPEN) {
        socket.terminate();
        return;
      }
      // A server that is still there learns of the end by a frame, as from a browser; one that is not is not waited for.
      socket.close();
      setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
    },
  };
}
