// Surroundings that a test plays by hand: requests wait for the test's answer, WebSockets for the test's frames.
// Place: handed to the client in place of entry/node-platform.ts or entry/browser-platform.ts.
// Rules: nothing happens unless the test says so; what the client did is kept in lists, in order.

import { SILENT } from "@bowline/protocol/internal";
import { createFakeClock, createSeededRandom, type FakeClock } from "@bowline/testkit";
import { expect } from "vitest";
import { elderAtHand } from "../src/elder.ts";
import { startUpgrade } from "../src/engine-upgrade.ts";
import { explain } from "../src/explain.ts";
import type { FailureCode } from "../src/failure-code.ts";
import type {
  HttpCall,
  HttpEvents,
  HttpRequest,
  OpenWebSocket,
  PageLocation,
  Platform,
  WebSocketEvents,
  WebSocketRequest,
} from "../src/platform.ts";
import { isFailureCode } from "../src/sentences.ts";
import { pollingOver } from "../src/transports/polling.ts";
import { webSocketOver } from "../src/transports/websocket.ts";
import { webTransportOver } from "../src/transports/webtransport.ts";
import { webTransportChannels } from "../src/transports/webtransport-channel.ts";
import { FakeWebTransport } from "./fake-web-transport.ts";

/** One HTTP request of the client. */
export interface FakeRequest {
  readonly request: HttpRequest;
  readonly isCancelled: boolean;
  answer(body: string | Uint8Array, status?: number, code?: FailureCode): void;
  fail(error: unknown, code?: FailureCode): void;
}

/** One WebSocket of the client. */
export interface FakeWebSocket {
  readonly request: WebSocketRequest;
  readonly sent: (string | Uint8Array)[];
  readonly compressed: boolean[];
  /** How the client ended it. */
  readonly ended: "close" | "discard" | undefined;
  open(): void;
  message(data: string | Uint8Array): void;
  fail(error: unknown, code?: FailureCode): void;
  close(code?: number, reason?: string): void;
  /** Lets the sends that wait be taken; only needed where `holdsSends` is set. */
  release(error?: unknown): void;
}

/** Surroundings under a test's control. */
export interface FakePlatform extends Platform {
  readonly clock: FakeClock;
  readonly http: HttpCall;
  readonly webSocket: OpenWebSocket;
  readonly requests: FakeRequest[];
  readonly sockets: FakeWebSocket[];
  readonly webTransports: FakeWebTransport[];
  readonly warnings: string[];
  /** Whether sends are taken only when the test releases them. */
  holdsSends: boolean;
  location: PageLocation | undefined;
  /** The error that opening a WebSocket throws. */
  webSocketError: Error | undefined;
  /** Whether there is WebTransport; there is none otherwise. */
  hasWebTransport: boolean;
  leave(event: "offline" | "beforeunload"): void;
  readonly leaveListeners: number;
  /** The requests that neither were answered nor cancelled. */
  pending(method: "GET" | "POST"): FakeRequest[];
  /** The last WebSocket. */
  socket(): FakeWebSocket;
}

export function createFakePlatform(): FakePlatform {
  const clock = createFakeClock();
  const requests: FakeRequest[] = [];
  const settled = new Set<FakeRequest>();
  const sockets: FakeWebSocket[] = [];
  const warnings: string[] = [];
  const leaving = new Set<{ readonly event: string; readonly listener: () => void }>();

  function http(request: HttpRequest, events: HttpEvents): () => void {
    let isCancelled = false;
    const fake: FakeRequest = {
      request,
      get isCancelled() {
        return isCancelled;
      },
      answer(body, status = 200, code?: FailureCode) {
        settled.add(fake);
        if (!isCancelled) events.answered({ status, body }, code);
      },
      fail(error, code = "NETWORK_ERROR") {
        settled.add(fake);
        if (!isCancelled) events.failed(error, code);
      },
    };
    requests.push(fake);
    return () => {
      isCancelled = true;
    };
  }

  const platform: FakePlatform = {
    clock,
    random: createSeededRandom(1),
    trace: SILENT,
    requests,
    sockets,
    warnings,
    holdsSends: false,
    location: undefined,
    webSocketError: undefined,
    hasWebTransport: false,
    webTransports: [],
    page: () => platform.location,
    transports: [
      pollingOver(http),
      webSocketOver((request, events) => platform.webSocket(request, events)),
      webTransportOver(
        webTransportChannels((url, options) => {
          const session = new FakeWebTransport(url, options);
          platform.webTransports.push(session);
          return session;
        }),
        () => platform.hasWebTransport,
      ),
    ],
    upgrade: startUpgrade,
    elder: elderAtHand,
    http,
    webSocket(request: WebSocketRequest, events: WebSocketEvents) {
      if (platform.webSocketError !== undefined) throw platform.webSocketError;
      const sent: (string | Uint8Array)[] = [];
      const compressed: boolean[] = [];
      let held: ((error?: unknown) => void)[] = [];
      let ended: "close" | "discard" | undefined;
      const fake: FakeWebSocket = {
        request,
        sent,
        compressed,
        get ended() {
          return ended;
        },
        open: () => events.opened(),
        message: (data) => events.message(data),
        fail: (error, code = "NETWORK_ERROR") => events.failed({ error, code }),
        close: (code = 1005, reason = "") => events.closed(code, reason),
        release(error) {
          const due = held;
          held = [];
          for (const handedOver of due) handedOver(error);
        },
      };
      sockets.push(fake);
      return {
        native: fake,
        send(data, compress, handedOver) {
          sent.push(data);
          compressed.push(compress);
          if (handedOver === undefined) return;
          if (platform.holdsSends) held.push(handedOver);
          else handedOver();
        },
        close() {
          ended ??= "close";
        },
        discard() {
          ended ??= "discard";
        },
      };
    },
    binaryType: "nodebuffer",
    binary: (bytes) => bytes,
    readBlob: (blob) => new Response(blob).arrayBuffer(),
    codeOf: () => "NETWORK_ERROR",
    explain(failure) {
      if (isFailureCode(failure.code)) failure.hint = explain(failure);
    },
    warn: (code) => {
      warnings.push(code);
    },
    onLeave(event, listener) {
      const entry = { event, listener };
      leaving.add(entry);
      return () => leaving.delete(entry);
    },
    leave(event) {
      for (const entry of [...leaving]) {
        if (entry.event === event) entry.listener();
      }
    },
    get leaveListeners() {
      return leaving.size;
    },
    pending: (method) =>
      requests.filter((fake) => fake.request.method === method && !fake.isCancelled && !settled.has(fake)),
    socket() {
      const last = sockets.at(-1);
      if (last === undefined) throw new Error("Cannot give a WebSocket: the client has opened none");
      return last;
    },
  };
  return platform;
}

/** What the open packet of a test's server says. */
export const HANDSHAKE: {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload: number;
} = { sid: "session1", upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 };

/** The open packet with other values for some fields; `undefined` leaves a field out. */
export function openPacket(fields: Readonly<Record<string, unknown>> = {}): string {
  return `0${JSON.stringify({ ...HANDSHAKE, ...fields })}`;
}

/** A polling body of revision 3. */
export function body3(...packets: readonly string[]): string {
  return packets.map((packet) => `${packet.length}:${packet}`).join("");
}

/** A polling body of revision 4. */
export function body4(...packets: readonly string[]): string {
  return packets.join("\u001e");
}

/** Matches a text that contains another one, wherever a value is compared. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

/** Matches an object that has some fields, wherever a value is compared. */
export function having(fields: Readonly<Record<string, unknown>>): unknown {
  return expect.objectContaining(fields);
}

/** The first of a list, where a test is sure that there is one. */
export function first<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error("Cannot give the first item: there is none");
  return item;
}

/** The last of a list, where a test is sure that there is one. */
export function last<Item>(items: readonly Item[]): Item {
  return first(items.slice(-1));
}
