// What the transports of browsers ask of their globals, which a test stubs.
import { eio3, eio4 } from "@bowline/protocol";
import type { CloseReason } from "@bowline/protocol/internal";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createFakePlatform, first, having, openPacket } from "../../test-support/fake-platform.ts";
import { Engine } from "../engine.ts";
import type { EngineOptions } from "../options.ts";
import type { TransportClass } from "../transports/transport.ts";
import { parseServerUrl } from "../url.ts";
import { Fetch, WebSocket, WebTransport, XHR } from "./web-transports.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A global `WebSocket` that notes what it was made with. */
class StubWebSocket {
  static readonly made: StubWebSocket[] = [];
  readonly args: readonly unknown[];
  readonly sent: unknown[] = [];
  binaryType = "blob";
  bufferedAmount = 0;
  isClosed = false;
  onopen: (() => void) | undefined;
  onmessage: ((event: { readonly data: unknown }) => void) | undefined;
  onerror: ((event: unknown) => void) | undefined;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | undefined;

  constructor(...args: readonly unknown[]) {
    this.args = args;
    StubWebSocket.made.push(this);
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A global `XMLHttpRequest` that a test answers by hand. */
class StubRequest {
  static readonly HEADERS_RECEIVED = 2;
  static readonly made: StubRequest[] = [];
  readonly headers: Record<string, string> = {};
  opened: readonly unknown[] = [];
  body: unknown;
  status = 0;
  readyState = 0;
  response: unknown = "";
  responseType = "";
  withCredentials = false;
  isAborted = false;
  type: string | null = null;
  onreadystatechange: (() => void) | null = null;
  onloadend: (() => void) | null = null;

  constructor() {
    StubRequest.made.push(this);
  }

  open(...args: readonly unknown[]): void {
    this.opened = args;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(): string | null {
    return this.type;
  }

  send(body: unknown): void {
    this.body = body;
  }

  abort(): void {
    this.isAborted = true;
    this.onloadend?.();
  }

  /** The answer comes: its headers first, then all of it. */
  answer(status: number, response: unknown, type: string | null): void {
    Object.assign(this, { status, response, type, readyState: 2 });
    this.onreadystatechange?.();
    this.onloadend?.();
  }
}

/** A page whose events a test brings about. */
function stubPage(): { hide(): void; readonly listeners: Set<() => void> } {
  const listeners = new Set<() => void>();
  vi.stubGlobal("addEventListener", (event: string, listener: () => void) => {
    if (event === "pagehide") listeners.add(listener);
  });
  vi.stubGlobal("removeEventListener", (_event: string, listener: () => void) => listeners.delete(listener));
  return {
    listeners,
    hide() {
      for (const listener of listeners) listener();
    },
  };
}

/** A first body of revision 3 with bytes in it, as servers of 2.x send it. */
function binaryBody(): Uint8Array<ArrayBuffer> {
  const packets = [
    { type: "open", data: openPacket().slice(1) },
    { type: "message", data: Uint8Array.of(1) },
  ] as const;
  const body = eio3.encodePayload(packets, true);
  return new Uint8Array(body instanceof Uint8Array ? body : []);
}

function openEngine(kind: TransportClass, options: EngineOptions = {}, revision: 3 | 4 = 4) {
  const failures: Error[] = [];
  const ends: CloseReason[] = [];
  const engine = new Engine(
    {
      platform: createFakePlatform(),
      server: parseServerUrl("http://h", undefined),
      options: { ...options, transports: [kind], timestampRequests: false },
      memory: { revision: undefined },
      first: revision,
      implied: undefined,
    },
    {
      opened() {},
      message() {},
      heartbeat() {},
      failed: (error) => failures.push(error),
      closed: (reason) => ends.push(reason),
    },
  );
  engine.open();
  return { engine, failures, ends };
}

describe("WebSocket", () => {
  function open(options: EngineOptions = {}): StubWebSocket {
    StubWebSocket.made.length = 0;
    vi.stubGlobal("WebSocket", StubWebSocket);
    openEngine(WebSocket, options);
    return first(StubWebSocket.made);
  }

  test("is made with URL and subprotocols alone, since browsers take nothing else", () => {
    const url = "ws://h/socket.io/?EIO=4&transport=websocket";
    expect(open({ protocols: ["a"], extraHeaders: { "X-A": "1" } }).args).toEqual([url, ["a"]]);
    expect(open({ protocols: "a" }).args).toEqual([url, "a"]);
    expect(open().binaryType).toBe("arraybuffer");
  });

  test("of React Native gets headers, and nothing of TLS, as its third argument", () => {
    vi.stubGlobal("navigator", { product: "ReactNative" });
    const socket = open({ extraHeaders: { "X-A": "1" }, ca: "certificate", rejectUnauthorized: false });
    expect(socket.args.slice(1)).toEqual([[], { headers: { "X-A": "1" } }]);
  });

  test("carries text and bytes both ways", () => {
    StubWebSocket.made.length = 0;
    vi.stubGlobal("WebSocket", StubWebSocket);
    const { engine } = openEngine(WebSocket);
    const messages: unknown[] = [];
    engine.on("message", (data) => messages.push(data));
    const socket = first(StubWebSocket.made);
    socket.onopen?.();
    socket.onmessage?.({ data: openPacket() });
    socket.onmessage?.({ data: Uint8Array.of(1).buffer });
    engine.send("a");
    engine.send(Uint8Array.of(2));
    engine.close();
    expect([messages, socket.sent, socket.isClosed]).toEqual([[Uint8Array.of(1)], ["4a", Uint8Array.of(2)], true]);
  });

  test("that ends tells why", () => {
    StubWebSocket.made.length = 0;
    vi.stubGlobal("WebSocket", StubWebSocket);
    const { failures } = openEngine(WebSocket);
    const socket = first(StubWebSocket.made);
    socket.onerror?.(new Event("error"));
    socket.onclose?.({ code: 1006, reason: "" });
    expect(failures).toEqual([having({ message: "websocket error" })]);
  });
});

describe("XHR", () => {
  function open(options: EngineOptions = {}, revision: 3 | 4 = 4) {
    StubRequest.made.length = 0;
    vi.stubGlobal("XMLHttpRequest", StubRequest);
    const parts = openEngine(XHR, options, revision);
    return { ...parts, request: first(StubRequest.made) };
  }

  test("asks with headers and credentials", () => {
    const { request } = open({ extraHeaders: { "X-A": "1" }, withCredentials: true });
    expect(request.opened).toEqual(["GET", "http://h/socket.io/?EIO=4&transport=polling"]);
    expect([request.headers, request.withCredentials, request.body]).toEqual([
      { Accept: "*/*", "X-A": "1" },
      true,
      null,
    ]);
  });

  test("reads text, and posts it", () => {
    const { engine, request } = open();
    request.answer(200, openPacket(), "text/plain");
    expect([engine.readyState, request.responseType]).toEqual(["open", ""]);
  });

  test("reads bytes when the answer's headers announce them", () => {
    const { engine, request } = open({}, 3);
    request.answer(200, binaryBody().buffer, "application/octet-stream");
    expect([engine.readyState, engine.protocol, request.responseType]).toEqual(["open", 3, "arraybuffer"]);
  });

  test("that gets no answer fails, with no words of its own", () => {
    const { failures, request } = open();
    request.answer(0, "", null);
    expect(failures).toEqual([having({ message: "xhr poll error" })]);
  });

  test("that is refused fails with the status", () => {
    const { failures, request } = open({ protocol: 4 });
    request.answer(403, "no", "text/plain");
    expect(failures).toEqual([having({ description: 403 })]);
  });

  test("is aborted in silence when the page is left", () => {
    const page = stubPage();
    const { failures, request } = open();
    page.hide();
    expect([request.isAborted, failures, page.listeners.size]).toEqual([true, [], 0]);
  });

  test("of React Native gets base64, since it cannot be told of bytes in time", () => {
    vi.stubGlobal("navigator", { product: "ReactNative" });
    const { request } = open({}, 3);
    expect(request.opened[1]).toBe("http://h/socket.io/?EIO=3&transport=polling&b64=1");
  });
});

describe("Fetch", () => {
  function open(answer: () => Promise<Response>, options: EngineOptions = {}) {
    const calls: [string, RequestInit][] = [];
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      calls.push([url, init]);
      return calls.length === 1 ? answer() : new Promise(() => {});
    });
    return { ...openEngine(Fetch, options), calls };
  }

  test.each([
    [true, "include"],
    [false, "same-origin"],
  ])("with credentials %s asks for %s", (withCredentials, credentials) => {
    const { calls } = open(() => new Promise(() => {}), { withCredentials });
    expect(first(calls)[1]).toMatchObject({ method: "GET", body: null, credentials, cache: "no-store" });
  });

  test("reads text, and keeps no listener behind", async () => {
    const page = stubPage();
    const { engine, calls } = open(async () => new Response(openPacket()));
    await vi.waitFor(() => expect(engine.readyState).toBe("open"));
    // One for the poll that waits now.
    expect([calls.length, page.listeners.size]).toEqual([2, 1]);
  });

  test("reads bytes", async () => {
    const { engine } = open(
      async () => new Response(binaryBody(), { headers: { "Content-Type": "application/octet-stream" } }),
    );
    await vi.waitFor(() => expect([engine.readyState, engine.protocol]).toEqual(["open", 3]));
  });

  test("that fails tells upstream's words", async () => {
    const { failures } = open(() => Promise.reject(new TypeError("Failed to fetch")));
    await vi.waitFor(() => expect(failures).toEqual([having({ message: "xhr poll error" })]));
  });

  test("is aborted in silence when the page is left", async () => {
    const page = stubPage();
    const { calls, failures } = open(() => new Promise(() => {}));
    page.hide();
    await Promise.resolve();
    expect([first(calls)[1].signal?.aborted, failures, page.listeners.size]).toEqual([true, [], 0]);
  });
});

describe("WebTransport", () => {
  test("is there where its global is", () => {
    expect(WebTransport.accepts?.({})).toBe(false);
    vi.stubGlobal("WebTransport", class {});
    expect(WebTransport.accepts?.({})).toBe(true);
  });

  test("is made over HTTPS with the options that are its own", async () => {
    const made: unknown[] = [];
    vi.stubGlobal(
      "WebTransport",
      class {
        readonly ready = new Promise(() => {});
        readonly closed = new Promise(() => {});
        constructor(...args: readonly unknown[]) {
          made.push(args);
        }
      },
    );
    openEngine(WebTransport, { transportOptions: { webtransport: { congestionControl: "throughput" } } });
    await vi.waitFor(() => expect(made).not.toEqual([]));
    expect(made).toEqual([["https://h/socket.io/?EIO=4&transport=webtransport", { congestionControl: "throughput" }]]);
  });
});

test("the names by which programs and servers know them", () => {
  const names = [Fetch, XHR, WebSocket, WebTransport].map(({ prototype }) => prototype.name);
  expect([names, eio4.transports]).toEqual([
    ["polling", "polling", "websocket", "webtransport"],
    ["polling", "websocket", "webtransport"],
  ]);
});
