// The cookies of a connection on Node, where no browser keeps them: what servers and the balancers before them set.
// Place: part of the composition root entry/node.ts, below the polling transport and the WebSocket.
// Rules: each connection has a jar of its own, which ends with it; a cookie goes to the host, the path and the security
//        that it was set for, and to no other; a name that a server sets wins over the program's own header.

import { parseSetCookie, type SetCookie } from "cookie";

/** A cookie that is kept. */
interface Kept {
  readonly name: string;
  readonly value: string;
  /** Host that it was set for. */
  readonly host: string;
  /** Whether hosts below that one get it too. */
  readonly isShared: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  /** When it ends, on the clock of the host. */
  readonly endsAt: number;
}

function isSecureUrl({ protocol }: URL): boolean {
  return protocol === "https:" || protocol === "wss:";
}

function isBelow(host: string, domain: string): boolean {
  // Numbers of hosts are no domains: 1.2.3.4 is not below 3.4.
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$|^\[/.test(host));
}

function coversPath(path: string, kept: string): boolean {
  return path === kept || path.startsWith(kept.endsWith("/") ? kept : `${kept}/`);
}

/** The folder of the request, for cookies that name no path. */
function pathFor({ path }: SetCookie, url: URL): string {
  if (path?.startsWith("/")) return path;
  return url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf("/")));
}

function endOf({ maxAge, expires }: SetCookie, now: number): number {
  if (maxAge !== undefined) return maxAge > 0 ? now + maxAge * 1000 : Number.NEGATIVE_INFINITY;
  return expires?.getTime() ?? Number.POSITIVE_INFINITY;
}

/** The names and values of a header that a program wrote. */
function pairsOf(header: string): (readonly [name: string, pair: string])[] {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => pair !== "").map((pair) => [pair.split("=", 1)[0] ?? "", pair] as const);
}

/** The cookies of one connection. */
export class CookieJar {
  #cookies: readonly Kept[] = [];

  /**
   * Keeps what an answer sets, and drops what it ends.
   * @param headers its `Set-Cookie` headers.
   * @param now the time, in milliseconds since 1970.
   */
  store(address: string, headers: readonly string[], now: number): void {
    const url = new URL(address);
    for (const header of headers) {
      // Values travel as they came, so nothing is decoded.
      const cookie = parseSetCookie(header, { decode: (value) => value });
      const domain = cookie.domain?.replace(/^\./, "").toLowerCase() ?? "";
      const isForeign = domain !== "" && !isBelow(url.hostname, domain);
      const isSecure = cookie.secure === true;
      if (cookie.name === "" || isForeign || (isSecure && !isSecureUrl(url))) continue;
      const kept: Kept = {
        name: cookie.name,
        value: cookie.value ?? "",
        host: domain === "" ? url.hostname : domain,
        isShared: domain !== "",
        path: pathFor(cookie, url),
        isSecure,
        endsAt: endOf(cookie, now),
      };
      const others = this.#cookies.filter(
        ({ name, host, path }) => name !== kept.name || host !== kept.host || path !== kept.path,
      );
      this.#cookies = kept.endsAt > now ? [...others, kept] : others;
    }
  }

  /**
   * The header for a request.
   * @param given what the program sends by itself.
   * @param now the time, in milliseconds since 1970.
   * @returns the header's value; undefined when there is nothing to send.
   */
  headerFor(address: string, given: string | undefined, now: number): string | undefined {
    const url = new URL(address);
    this.#cookies = this.#cookies.filter(({ endsAt }) => endsAt > now);
    const fitting = this.#cookies.filter(
      ({ host, isShared, path, isSecure }) =>
        (isShared ? isBelow(url.hostname, host) : host === url.hostname) &&
        coversPath(url.pathname, path) &&
        (!isSecure || isSecureUrl(url)),
    );
    const names = new Set(fitting.map(({ name }) => name));
    const own = pairsOf(given ?? "").filter(([name]) => !names.has(name));
    const pairs = [...own.map(([, pair]) => pair), ...fitting.map(({ name, value }) => `${name}=${value}`)];
    return pairs.length === 0 ? undefined : pairs.join("; ");
  }
}

const jars = new WeakMap<object, CookieJar>();

/** The jar of a connection. */
export function jarOf(connection: object): CookieJar {
  let jar = jars.get(connection);
  if (jar === undefined) {
    jar = new CookieJar();
    jars.set(connection, jar);
  }
  return jar;
}

/** A request's headers with the cookies of its connection, which are in the place of the program's own header. */
export function withCookies(
  connection: object,
  address: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const isCookie = (name: string): boolean => name.toLowerCase() === "cookie";
  const entries = Object.entries(headers);
  const given = entries.filter(([name]) => isCookie(name)).map(([, value]) => value);
  const cookie = jarOf(connection).headerFor(address, given.join("; "), Date.now());
  const others = Object.fromEntries(entries.filter(([name]) => !isCookie(name)));
  return cookie === undefined ? others : { ...others, cookie };
}
