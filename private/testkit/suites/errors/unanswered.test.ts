// Addresses at which nobody answers: on Node each cause has its code, and its sentence says what to do.
import { Agent } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { createSelfSigned } from "../../src/peers/self-signed.ts";
import { connectTo, containing, failureAt, matching, next, TRANSPORTS, toldOf } from "./client.ts";
import { closedPort, listen, serveHttp, serveTcp, stopAll } from "./servers.ts";

const TLS = createSelfSigned();

const MESSAGE = { polling: "xhr poll error", websocket: "websocket error" } as const;

/** An agent that reports of the network what a system does that cannot be brought about everywhere. */
class LostAgent extends Agent {
  readonly #code: string;

  constructor(code: string) {
    super();
    this.#code = code;
  }

  override createConnection(_options: unknown, done?: (error: Error | null, stream: Duplex) => void): undefined {
    const error = Object.assign(new Error(`connect ${this.#code}`), { code: this.#code });
    setImmediate(() => {
      if (done !== undefined) Reflect.apply(done, undefined, [error]);
    });
  }
}

afterEach(stopAll);

describe.each(TRANSPORTS)("over %s", (transport) => {
  const options = { transports: [transport] };
  const failure = { message: MESSAGE[transport], type: "TransportError" };

  test("a port on which nobody listens refuses the connection", async () => {
    const port = await closedPort();
    expect(await failureAt(`http://127.0.0.1:${port}`, options)).toMatchObject({
      ...failure,
      code: "CONNECTION_REFUSED",
      hint: matching(/^Cannot reach ".*ECONNREFUSED.*; check that the server runs and listens on this port$/),
    });
  });

  test("a server that hangs up without an answer may want TLS", async () => {
    const port = await serveTcp((socket) => socket.once("data", () => socket.destroy()));
    expect(await failureAt(`http://127.0.0.1:${port}`, options)).toMatchObject({
      ...failure,
      code: "CONNECTION_RESET",
      hint: containing('takes "https" in the URL'),
    });
  });

  test("a server of Node for TLS hangs up on a plain request", async () => {
    const port = await listen(createTlsServer(TLS));
    expect(await failureAt(`http://127.0.0.1:${port}`, options)).toMatchObject({
      ...failure,
      code: "CONNECTION_RESET",
    });
  });

  test("a host without an address is unknown", async () => {
    expect(await failureAt("http://nobody.invalid", options)).toMatchObject({
      ...failure,
      code: "HOST_UNKNOWN",
      hint: matching(/check the name of the host$/),
    });
  });

  test.each([
    ["EHOSTUNREACH", "HOST_UNREACHABLE"],
    ["ETIMEDOUT", "TIMEOUT"],
    ["EMFILE", "NETWORK_ERROR"],
  ])("what the system calls %s is %s", async (system, code) => {
    const told = await failureAt("http://127.0.0.1:1", { ...options, agent: new LostAgent(system) });
    expect(told).toMatchObject({ ...failure, code, hint: containing(`connect ${system}; `) });
  });

  test("a server that never answers is given up in time", async () => {
    const port = await serveHttp(() => {});
    expect(await failureAt(`http://127.0.0.1:${port}`, { ...options, timeout: 300 })).toMatchObject({
      message: "timeout",
      code: "TIMEOUT",
      hint: containing("no connection within 300 ms; "),
    });
  });

  test("a header that cannot be sent is the request's fault", async () => {
    const extraHeaders = { "x-name": "two\nlines" };
    expect(await failureAt("http://127.0.0.1:1", { ...options, extraHeaders })).toMatchObject({
      ...failure,
      code: "REQUEST_INVALID",
      hint: containing("check the URL, the headers and the subprotocols"),
    });
  });

  test("a certificate that nobody signed is not trusted", async () => {
    const port = await listen(createTlsServer(TLS));
    expect(await failureAt(`https://127.0.0.1:${port}`, options)).toMatchObject({
      ...failure,
      code: "TLS_UNTRUSTED",
      hint: matching(/self-signed certificate; .*option "ca"/),
    });
  });

  test("a certificate that the program hands in is trusted, as its hint says", async () => {
    const server = createTlsServer(TLS, (_request, response) => response.writeHead(404).end());
    const port = await listen(server);
    const told = await failureAt(`https://127.0.0.1:${port}`, { ...options, ca: TLS.cert });
    expect(told).toMatchObject({ ...failure, code: "PATH_NOT_FOUND" });
  });

  test("a plain port speaks no TLS", async () => {
    const port = await serveHttp((_request, response) => response.end("plain"));
    expect(await failureAt(`https://127.0.0.1:${port}`, options)).toMatchObject({
      ...failure,
      code: "TLS_NOT_SPOKEN",
      hint: containing('use "http" in the URL'),
    });
  });

  test("a proxy that takes TLS only says so", async () => {
    const page = "<h1>400 Bad Request</h1><p>The plain HTTP request was sent to HTTPS port</p>";
    const port = await serveHttp((_request, response) => response.writeHead(400).end(page));
    expect(await failureAt(`http://127.0.0.1:${port}`, options)).toMatchObject({
      ...failure,
      code: "TLS_REQUIRED",
      hint: containing('use "https" in the URL'),
    });
  });
});

test("a request that takes longer than requestTimeout is given up", async () => {
  const port = await serveHttp(() => {});
  const options = { transports: ["polling"], requestTimeout: 200 };
  expect(await failureAt(`http://127.0.0.1:${port}`, options)).toMatchObject({
    message: "xhr poll error",
    code: "TIMEOUT",
    hint: containing("no answer came within 200 ms; "),
  });
});

test("transports that do not exist are none", async () => {
  expect(await failureAt("http://127.0.0.1:1", { transports: ["carrier pigeon"] })).toMatchObject({
    message: "No transports available",
    code: "NO_TRANSPORT",
    hint: containing('option "transports"'),
  });
});

test("no query is ever shown, though it is in every URL", async () => {
  const port = await closedPort();
  const socket = connectTo(`http://127.0.0.1:${port}/?token=secret`, { query: { password: "secret" } });
  const [error] = await next(socket, "connect_error");
  expect(JSON.stringify([error, toldOf(error)])).not.toContain("secret");
});
