// The transports of browsers and workers, over their fetch, XMLHttpRequest, WebSocket and WebTransport.
// Place: part of the composition roots, below **transport**.
// Rules: globals are looked up when they are used; each class can be bundled without the others.
// Source: docs/protocol/engine-4.md, "Polling" and "WebSocket"

import type { Cancel } from "@bowline/protocol/internal";
import type { HttpEvents, HttpRequest, WebSocketEvents, WebSocketHandle, WebSocketRequest } from "../platform.ts";
import { pollingOver } from "../transports/polling.ts";
import type { TransportClass } from "../transports/transport.ts";
import { webSocketOver } from "../transports/websocket.ts";
import { channelsLoadedBy, webTransportOver } from "../transports/webtransport.ts";
import type { ConnectWebTransport, WebTransportSession } from "../transports/webtransport-channel.ts";
import { listenToPage } from "./page-events.ts";

function isReactNative(): boolean {
  return globalThis.navigator?.product === "ReactNative";
}

/** Fetch takes bytes only over a buffer that nobody shares. */
function bodyOf(body: string | Uint8Array | undefined): string | Uint8Array<ArrayBuffer> | null {
  return typeof body === "string" ? body : body === undefined ? null : new Uint8Array(body);
}

function isBinary(type: string | null): boolean {
  return type?.startsWith("application/octet-stream") ?? false;
}

/**
 * Gives a request up when the page is left: what the browser then says of it is no failure of the connection.
 * @returns what gives it up, and stops watching; calling it when the request is over does no harm.
 */
function untilPageHides(abort: () => void): Cancel {
  const cancel = (): void => {
    stop();
    abort();
  };
  const stop = listenToPage("pagehide", cancel);
  return cancel;
}

function fetchRequest({ method, url, headers, body, options }: HttpRequest, events: HttpEvents): Cancel {
  const controller = new AbortController();
  const { signal } = controller;
  const cancel = untilPageHides(() => controller.abort());
  const credentials = options.withCredentials === true ? "include" : "same-origin";
  void fetch(url, { method, headers, body: bodyOf(body), credentials, signal, cache: "no-store" })
    .then(async (response) => {
      const hasBytes = isBinary(response.headers.get("content-type"));
      const body = hasBytes ? new Uint8Array(await response.arrayBuffer()) : await response.text();
      return () => events.answered({ status: response.status, body });
    })
    .catch((error: unknown) => () => events.failed(error, "NETWORK_OR_CORS"))
    .then((tell) => {
      if (signal.aborted) return;
      cancel();
      tell();
    });
  return cancel;
}

function xhrRequest({ method, url, headers, body, options }: HttpRequest, events: HttpEvents): Cancel {
  const request = new XMLHttpRequest();
  const cancel = untilPageHides(() => {
    request.onloadend = null;
    request.abort();
  });
  request.open(method, url);
  request.withCredentials = options.withCredentials === true;
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.onreadystatechange = () => {
    const hasHeaders = request.readyState === XMLHttpRequest.HEADERS_RECEIVED;
    if (hasHeaders && isBinary(request.getResponseHeader("content-type"))) request.responseType = "arraybuffer";
  };
  request.onloadend = () => {
    const { status } = request;
    const answer: unknown = request.response;
    cancel();
    if (status === 0) events.failed(undefined, "NETWORK_OR_CORS");
    else events.answered({ status, body: answer instanceof ArrayBuffer ? new Uint8Array(answer) : String(answer) });
  };
  request.send(bodyOf(body));
  return cancel;
}

/** The trust boundary for what a global's constructor makes. */
function construct(name: "WebSocket", args: readonly unknown[]): globalThis.WebSocket;
function construct(name: "WebTransport", args: readonly unknown[]): WebTransportSession;
function construct(name: string, args: readonly unknown[]): unknown {
  const made: unknown = Reflect.get(globalThis, name);
  if (typeof made !== "function") throw new TypeError(`Cannot use ${name}: it is not there`);
  const constructed: unknown = Reflect.construct(made, args);
  return constructed;
}

function openWebSocket({ url, protocols = [], options }: WebSocketRequest, events: WebSocketEvents): WebSocketHandle {
  const names = typeof protocols === "string" ? protocols : [...protocols];
  // React Native takes headers, as an argument more.
  const more = isReactNative() ? [{ headers: options.extraHeaders }] : [];
  const socket = construct("WebSocket", [url, names, ...more]);
  socket.binaryType = "arraybuffer";
  let wasOpen = false;
  socket.onopen = () => {
    wasOpen = true;
    events.opened();
  };
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    events.message(typeof data === "string" ? data : new Uint8Array(data));
  };
  socket.onerror = (error) => events.failed({ error, code: wasOpen ? "CONNECTION_LOST" : "NETWORK_OR_CORS" });
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  const close = (): void => socket.close();
  return {
    native: socket,
    send(data, _compress, handedOver) {
      socket.send(typeof data === "string" ? data : new Uint8Array(data));
      handedOver?.();
    },
    close,
    discard: close,
  };
}

const connectWebTransport: ConnectWebTransport = (url, options) => construct("WebTransport", [url, options]);

/** React Native reads no bytes off an HTTP answer that it was not told of before. */
const TEXT_ON_REACT_NATIVE: Pick<TransportClass, "takesBinary"> = { takesBinary: () => !isReactNative() };

/** Polling over `fetch`. */
export const Fetch: TransportClass = /* @__PURE__ */ pollingOver(fetchRequest, TEXT_ON_REACT_NATIVE);

/** Polling over `XMLHttpRequest`. */
export const XHR: TransportClass = /* @__PURE__ */ pollingOver(xhrRequest, TEXT_ON_REACT_NATIVE);

/** WebSockets as browsers have them. */
export const WebSocket: TransportClass = /* @__PURE__ */ webSocketOver(openWebSocket);

/** WebTransport, where the platform has it. */
export const WebTransport: TransportClass = /* @__PURE__ */ webTransportOver(
  /* @__PURE__ */ channelsLoadedBy(async () => {
    const { webTransportChannels } = await import("../transports/webtransport-channel.ts");
    return webTransportChannels(connectWebTransport);
  }),
  () => Reflect.has(globalThis, "WebTransport"),
);
