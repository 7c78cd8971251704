// URLs: what a program names, and what the transports ask for.
// Place: above the transports; read by io, manager and engine.
// Rules: the path of a program's URL is a namespace, never part of a request; a port is always known; brackets of IPv6
//        addresses stay; credentials and fragments are dropped.
// Source: docs/protocol/engine-4.md, "Query"

import { decodeUtf8, encodeUtf8, type TransportName } from "@bowline/protocol/internal";
import { DEFAULTS, type EngineOptions, type Query } from "./options.ts";
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

const SCHEMES = ["http", "https", "ws", "wss"];

function needsPage(url: string | undefined): Error {
  return new Error(
    `Cannot connect to "${url ?? ""}": without a page the URL has to name the server, as in io("https://example.com")`,
  );
}

/** Completes what a program gave by the address of the page. */
function complete(url: string | undefined, page: PageLocation | undefined): string {
  if (url === undefined || url.startsWith("/")) {
    if (page === undefined) throw needsPage(url);
    if (url === undefined) return `${page.protocol}//${page.host}`;
    return url.startsWith("//") ? `${page.protocol}${url}` : `${page.protocol}//${page.host}${url}`;
  }
  const end = url.indexOf("://");
  if (end !== -1 && SCHEMES.includes(url.slice(0, end).toLowerCase())) return url;
  return `${page?.protocol ?? "https:"}//${url}`;
}

function cut(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

/**
 * Takes a program's URL apart.
 * @param page the page's own address, which completes `/admin`, `//host/admin`, `host:port` and no URL at all.
 * @throws Error when the URL needs a page to be completed and there is none.
 */
export function parseServerUrl(url: string | undefined, page: PageLocation | undefined): ServerUrl {
  const [href] = cut(complete(url, page), "#");
  const [scheme, rest] = cut(href, "://");
  const protocol = scheme.toLowerCase();
  const [location, query] = cut(rest, "?");
  const [authority, path] = cut(location, "/");
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const secure = protocol === "https" || protocol === "wss";
  const colon = host.lastIndexOf(":");
  const hasPort = colon > host.lastIndexOf("]");
  const port = hasPort ? host.slice(colon + 1) : "";
  return {
    href,
    protocol,
    secure,
    hostname: hasPort ? host.slice(0, colon) : host,
    port: port === "" ? (secure ? "443" : "80") : port,
    path: `/${path}`,
    query,
  };
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

/** Parameters that belong to the protocol; a program's own of these names are dropped. */
const RESERVED = ["EIO", "transport", "sid", "b64", "j"];

function withoutReserved(query: string): string {
  return query
    .split("&")
    .filter((pair) => pair !== "" && !RESERVED.includes(cut(pair, "=")[0]))
    .join("&");
}

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
  const isSecure = server.secure || transport === "webtransport";
  const scheme = transport === "websocket" ? "ws" : "http";
  const port = server.port === (server.secure ? "443" : "80") ? "" : `:${server.port}`;
  const path = options.path ?? DEFAULTS.path;
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  const slash = options.addTrailingSlash === false ? "" : "/";
  return `${scheme}${isSecure ? "s" : ""}://${server.hostname}${port}${trimmed}${slash}`;
}

/** The URL of one request. */
export function requestUrl(server: ServerUrl, options: EngineOptions, facts: RequestFacts): string {
  const { transport, revision, sid, stamp } = facts;
  // The URL's own query wins over the option, at each connection anew.
  const own = withoutReserved(server.query === "" ? writeQuery(options.query) : server.query);
  const parameters = [`EIO=${revision}`, `transport=${transport}`];
  if (own !== "") parameters.unshift(own);
  if (stamp !== undefined) parameters.push(`${options.timestampParam ?? "t"}=${stamp}`);
  if (options.forceBase64 === true) parameters.push("b64=1");
  if (sid !== undefined) parameters.push(`sid=${escapeText(sid)}`);
  return `${endpointOf(server, options, transport)}?${parameters.join("&")}`;
}

/** The parameters of a URL by their names; of repeated ones the last counts. */
export function queryOf(url: string): Readonly<Record<string, string>> {
  const query: Record<string, string> = {};
  for (const pair of cut(url, "?")[1].split("&")) {
    const [name, value] = cut(pair, "=");
    query[unescapeText(name)] = unescapeText(value);
  }
  return query;
}

/** What no program could have escaped stays as it is. */
function unescapeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
