// What browsers and workers offer the client.
// Place: part of the composition roots entry/browser.ts and entry/global.ts.
// Rules: nothing happens when this is loaded; globals are looked up when they are used; a turn ends at once, since a
//        browser gathers what is written by itself.

import { type Cancel, SILENT } from "@bowline/protocol/internal";
import type {
  HttpEvents,
  HttpRequest,
  Platform,
  WebSocketEvents,
  WebSocketHandle,
  WebSocketRequest,
} from "../platform.ts";

function after(ms: number, action: () => void): Cancel {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}

/** Fetch takes bytes only over a buffer that nobody shares. */
function bodyOf(body: string | Uint8Array | undefined): string | Uint8Array<ArrayBuffer> | null {
  return typeof body === "string" ? body : body === undefined ? null : new Uint8Array(body);
}

async function readAnswer(response: Response): Promise<string | Uint8Array> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("application/octet-stream")) return response.text();
  return new Uint8Array(await response.arrayBuffer());
}

function http({ method, url, headers, body, options }: HttpRequest, events: HttpEvents): Cancel {
  const controller = new AbortController();
  const { signal } = controller;
  const credentials = options.withCredentials === true ? "include" : "same-origin";
  fetch(url, { method, headers, body: bodyOf(body), credentials, signal, cache: "no-store" })
    .then(async (response) => ({ status: response.status, body: await readAnswer(response) }))
    .then(
      (answer) => {
        if (!signal.aborted) events.answered(answer);
      },
      (error: unknown) => {
        // Browsers tell pages no more about a failed request; their consoles do.
        if (!signal.aborted) events.failed(error, "NETWORK_OR_CORS");
      },
    );
  return () => controller.abort();
}

function webSocket({ url, protocols }: WebSocketRequest, events: WebSocketEvents): WebSocketHandle {
  const socket = new WebSocket(url, typeof protocols === "string" ? protocols : [...(protocols ?? [])]);
  socket.binaryType = "arraybuffer";
  let wasOpen = false;
  socket.onopen = () => {
    wasOpen = true;
    events.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    events.message(typeof data === "string" ? data : new Uint8Array(data));
  };
  socket.onerror = (error) => events.failed(error, wasOpen ? "CONNECTION_LOST" : "NETWORK_OR_CORS");
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  const close = (): void => socket.close();
  return {
    native: socket,
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send(data, _compress, handedOver) {
      socket.send(typeof data === "string" ? data : new Uint8Array(data));
      handedOver?.();
    },
    close,
    discard: close,
  };
}

/** Makes the platform of a page or a worker. */
export function createBrowserPlatform(): Platform {
  const warned = new Set<string>();
  return {
    clock: {
      now: () => performance.now(),
      after,
      coarse: after,
      turnEnd: (action) => action(),
    },
    random: {
      bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      fraction: () => Math.random(),
    },
    trace: SILENT,
    page: () => globalThis.location,
    http,
    webSocket,
    // Bytes that are part of something larger, as those of old servers behind their type byte, are copied out.
    binary: ({ buffer, byteOffset, byteLength }) =>
      byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength),
    readBlob: (blob) => blob.arrayBuffer(),
    // The sentences are in docs/errors.md; a page need not load them.
    warn(code, detail = "") {
      if (warned.has(code)) return;
      warned.add(code);
      console.warn(code, detail);
    },
    onLeave(event, listener) {
      globalThis.addEventListener?.(event, listener);
      return () => globalThis.removeEventListener?.(event, listener);
    },
  };
}
