// HTTP requests on Node: connections are kept open between polls, TLS options and agents of the program are passed on.
// Place: part of the composition root entry/node.ts, below the polling transport.
// Rules: an answer is told whole, and may not be without end; nothing is told after a request was cancelled.

import * as http from "node:http";
import * as https from "node:https";
import type { Cancel } from "@bowline/protocol/internal";
import type { FailureCode } from "../failure-code.ts";
import { DEFAULTS } from "../options.ts";
import type { HttpEvents, HttpRequest } from "../platform.ts";
import { jarOf, withCookies } from "./node-cookies.ts";
import { codeOfNodeError, codeOfRefusal } from "./node-error.ts";
import { isAgent, tlsOptions } from "./node-tls.ts";

let plainAgent: http.Agent | undefined;
let tlsAgent: https.Agent | undefined;

function agentFor(isSecure: boolean, given: unknown): http.Agent {
  if (isAgent(given)) return given;
  if (!isSecure) {
    plainAgent ??= new http.Agent({ keepAlive: true });
    return plainAgent;
  }
  tlsAgent ??= new https.Agent({ keepAlive: true });
  return tlsAgent;
}

function isBinary(response: http.IncomingMessage): boolean {
  return response.headers["content-type"]?.startsWith("application/octet-stream") ?? false;
}

/** Sends one request. */
export function requestOnNode(given: HttpRequest, events: HttpEvents): Cancel {
  const { method, url, body, options, connection } = given;
  const isSecure = url.startsWith("https:");
  const keepsCookies = options.withCredentials === true;
  const headers = keepsCookies ? withCookies(connection, url, given.headers) : given.headers;
  const { maxPayload = DEFAULTS.maxPayload } = options;
  let isCancelled = false;
  const fail = (error: unknown, code: FailureCode = codeOfNodeError(error)): void => {
    if (isCancelled) return;
    isCancelled = true;
    events.failed(error, code);
  };

  const settings: https.RequestOptions = {
    method,
    headers: { ...headers, ...(body !== undefined && { "Content-Length": Buffer.byteLength(body) }) },
    agent: agentFor(isSecure, options.agent),
    ...(isSecure && tlsOptions(options)),
  };
  const request = (isSecure ? https : http).request(url, settings, (response) => {
    if (keepsCookies) jarOf(connection).store(url, response.headers["set-cookie"] ?? [], Date.now());
    const chunks: Buffer[] = [];
    let size = 0;
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxPayload) {
        chunks.length = 0;
        const text = `the answer has more than ${maxPayload} bytes, the limit of the option "maxPayload"`;
        fail(new RangeError(text), "ANSWER_TOO_LARGE");
        request.destroy();
      } else {
        chunks.push(chunk);
      }
    });
    response.on("error", (error) => fail(error));
    response.on("end", () => {
      if (isCancelled) return;
      isCancelled = true;
      const bytes = Buffer.concat(chunks);
      const answer = { status: response.statusCode ?? 0, body: isBinary(response) ? bytes : bytes.toString() };
      events.answered(answer, codeOfRefusal(answer, false));
    });
  });
  request.on("error", (error) => fail(error));
  if (options.autoUnref === true) request.on("socket", (socket) => socket.unref());
  // A 101, which nobody asked for, ends the connection without an answer and without an error.
  request.on("close", () => fail(new Error("the connection was closed without an answer"), "CONNECTION_RESET"));
  // A response that breaks off is told by its own error event, which needs a listener of its own.
  request.end(body);

  return () => {
    isCancelled = true;
    request.destroy();
  };
}
