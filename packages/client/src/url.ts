// URLs: what a program names, and what the transports ask for.
// Place: above the transports; read by io, manager and engine.
// Rules: the path of a program's URL is a namespace, never part of a request; a port is always known; brackets of IPv6
//        addresses stay; credentials and fragments are dropped.
// Source: docs/protocol/engine-4.md, "Query"

import { decodeUtf8, encodeUtf8, type TransportName } from "@bowline/protocol/internal";
import { DEFAULTS, type EngineOptions, type LiveOptions, type Query } from "./options.ts";
import type { PageLocation } from "./platform.ts";

/** A URL of a server, taken apart. */
export interface ServerUrl {
  /** The whole URL, completed. */
  readonly href: string;
  readonly protocol: string;
  readonly secure: boolean;
  /** Host without port, with the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: string;
  /** The path, from its slash; `/` when there is none. */
  readonly path: string;
  /** The query without its question mark. */
  readonly query: string;
}

const HAS_SCHEME = /^(https?|wss?):\/\//i;
/** Scheme, credentials, host, port, path, query: a port is what follows the last colon that is in no bracket. */
const PARTS = /^(\w+):\/\/(?:[^/?]*@)?([^/?]*?)(?::([^\]:/?]*))?(\/[^?]*)?(?:\?(.*))?$/s;

/** Completes what a program gave by the address of the page. */
function complete(url: string | undefined, page: PageLocation | undefined): string {
  if (url?.startsWith("/") === false) return HAS_SCHEME.test(url) ? url : `${page?.protocol ?? "https:"}//${url}`;
  if (page === undefined) {
    throw new Error(
      `Cannot connect to "${url ?? ""}": without a page the URL has to name the server, as in io("https://example.com")`,
    );
  }
  return page.protocol + (url?.startsWith("//") ? url : `//${page.host}${url ?? ""}`);
}

/**
 * Takes a program's URL apart.
 * @param page the page's own address, which completes `/admin`, `//host/admin`, `host:port` and no URL at all.
 * @throws Error when the URL needs a page to be completed and there is none.
 */
export function parseServerUrl(url: string | undefined, page: PageLocation | undefined): ServerUrl {
  const href = complete(url, page).replace(/#.*/s, "");
  const [, scheme = "", hostname = "", port = "", path = "/", query = ""] = PARTS.exec(href) ?? [];
  const protocol = scheme.toLowerCase();
  const secure = protocol === "https" || protocol === "wss";
  return { href, protocol, secure, hostname, port: port || (secure ? "443" : "80"), path, query };
}

/** Where the server of a connection is, by its URL or by options. */
export function serverOf(uri: string | undefined, options: EngineOptions, page: PageLocation | undefined): ServerUrl {
  const hostname = options.hostname ?? options.host;
  if (uri !== undefined || hostname === undefined) return parseServerUrl(uri, page);
  const secure = options.secure ?? page?.protocol === "https:";
  const port = options.port === undefined ? "" : `:${options.port}`;
  return parseServerUrl(`${secure ? "https" : "http"}://${hostname}${port}`, page);
}

/** Escapes a text; a lone surrogate has no escape and becomes U+FFFD, as on every transport. */
function escapeText(text: string): string {
  return encodeURIComponent(decodeUtf8(encodeUtf8(text)));
}

/** A query as it stands in a URL. */
export function writeQuery(query: Query | undefined): string {
  if (query === undefined) return "";
  if (typeof query === "string") return query.startsWith("?") ? query.slice(1) : query;
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${escapeText(key)}=${escapeText(String(value))}`)
    .join("&");
}

/** Puts credentials into the query, where servers of 2.x look for them. */
export function withAuth(server: ServerUrl, { query, auth }: LiveOptions): ServerUrl {
  let credentials: Query = {};
  const give = (given: Query): void => {
    credentials = given;
  };
  if (typeof auth === "function") auth(give);
  else give(auth ?? {});
  return { ...server, query: `${server.query || writeQuery(query)}&${writeQuery(credentials)}` };
}

/** Parameters that belong to the protocol; a program's own of these names are dropped. */
const RESERVED = /^(EIO|transport|sid|b64|j)(=|$)/;

/** What a request to the endpoint says beside the program's own query. */
export interface RequestFacts {
  readonly transport: TransportName;
  readonly revision: 3 | 4;
  readonly sid: string | undefined;
  /** A value that no cache has seen, where one is wanted. */
  readonly stamp: string | undefined;
}

/** The URL of the endpoint without any query: fit to be shown, since it holds no secret. */
export function endpointOf(server: ServerUrl, options: EngineOptions, transport: TransportName): string {
  const { path = DEFAULTS.path, addTrailingSlash } = options;
  const { secure, hostname, port } = server;
  const scheme = (transport === "websocket" ? "ws" : "http") + (secure || transport === "webtransport" ? "s" : "");
  const location = port === (secure ? "443" : "80") ? hostname : `${hostname}:${port}`;
  return `${scheme}://${location}${path.replace(/\/$/, "")}${addTrailingSlash === false ? "" : "/"}`;
}

/** The URL of one request. */
export function requestUrl(server: ServerUrl, options: EngineOptions, facts: RequestFacts): string {
  const { transport, revision, sid, stamp } = facts;
  // The URL's own query wins over the option, at each connection anew.
  const parameters = (server.query || writeQuery(options.query))
    .split("&")
    .filter((pair) => pair !== "" && !RESERVED.test(pair));
  parameters.push(`EIO=${revision}`, `transport=${transport}`);
  if (stamp !== undefined) parameters.push(`${options.timestampParam ?? "t"}=${stamp}`);
  if (options.forceBase64 === true) parameters.push("b64=1");
  if (sid !== undefined) parameters.push(`sid=${escapeText(sid)}`);
  return `${endpointOf(server, options, transport)}?${parameters.join("&")}`;
}

/** The parameters of a URL by their names; of repeated ones the last counts. */
export function queryOf(url: string): Readonly<Record<string, string>> {
  const [, query = ""] = url.split(/\?(.*)/s);
  // React Native's `URLSearchParams` reads no texts.
  return Object.fromEntries(
    query.split("&").map((pair) => {
      const [name = "", value = ""] = pair.split(/=(.*)/s);
      return [unescapeText(name), unescapeText(value)];
    }),
  );
}

/** What no program could have escaped stays as it is. */
function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
