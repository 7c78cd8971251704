import { expect, test } from "vitest";
import { CookieJar, jarOf, withCookies } from "./node-cookies.ts";

const URL_OF_SERVER = "http://chat.example.com/socket.io/?EIO=4";
const NOON = Date.UTC(2026, 0, 1, 12);
const SECOND_MS = 1000;

/** What a server hears at an address after it has set cookies at its own. */
function sentTo(address: string, headers: readonly string[], from: string = URL_OF_SERVER): string | undefined {
  const jar = new CookieJar();
  jar.store(from, headers, NOON);
  return jar.headerFor(address, undefined, NOON);
}

test.each<[rule: string, headers: readonly string[], sent: string | undefined]>([
  ["name and value, as they came", ["a=b%20c; Path=/; HttpOnly; SameSite=Lax"], "a=b%20c"],
  ["a value in quotes or with an equals sign", ['a="b"; Path=/', "c=d=e; Path=/"], 'a="b"; c=d=e'],
  ["each name in the order in which it was set", ["a=1; Path=/", "b=2; Path=/"], "a=1; b=2"],
  ["the last value of a name", ["a=1; Path=/", "a=2; Path=/"], "a=2"],
  ["an empty value", ["a=; Path=/"], "a="],
  ["nothing without a name", ["=b", "b", ""], undefined],
  ["a name that objects have", ["__proto__=1; Path=/"], "__proto__=1"],
])("a connection keeps %s", (_rule, headers, sent) => {
  expect(sentTo(URL_OF_SERVER, headers)).toBe(sent);
});

test.each<[what: string, attributes: string]>([
  ["Max-Age of zero", "Max-Age=0"],
  ["negative Max-Age", "max-age=-1"],
  ["date that has passed", "EXPIRES=Wed, 21 Oct 2015 07:28:00 GMT"],
  ["Max-Age of zero, whatever the date", "Max-Age=0; Expires=Wed, 21 Oct 2099 07:28:00 GMT"],
])("a %s ends a cookie", (_what, attributes) => {
  expect(sentTo(URL_OF_SERVER, ["a=1; Path=/", `a=; Path=/; ${attributes}`])).toBeUndefined();
});

test.each([
  ["Max-Age", "Max-Age=60"],
  ["date", "Expires=Thu, 01 Jan 2026 12:01:00 GMT"],
  ["Max-Age, which comes before the date", "Max-Age=60; Expires=Wed, 21 Oct 2015 07:28:00 GMT"],
])("a cookie is sent until its %s", (_what, attributes) => {
  const jar = new CookieJar();
  jar.store(URL_OF_SERVER, [`a=1; Path=/; ${attributes}`], NOON);
  const at = (seconds: number): string | undefined =>
    jar.headerFor(URL_OF_SERVER, undefined, NOON + seconds * SECOND_MS);
  expect([at(59), at(60), at(0)]).toEqual(["a=1", undefined, undefined]);
});

test("a date or a Max-Age that is none does not end a cookie", () => {
  expect(sentTo(URL_OF_SERVER, ["a=1; Path=/; Expires=never; Max-Age=soon"])).toBe("a=1");
});

test.each<[rule: string, attributes: string, address: string, isSent: boolean]>([
  ["another host", "Path=/", "http://example.com/socket.io/", false],
  ["a host below its own", "Path=/", "http://a.chat.example.com/socket.io/", false],
  ["a host below the domain that it names", "Path=/; Domain=.Example.com", "http://www.example.com/", true],
  ["a host that only ends alike", "Path=/; Domain=example.com", "http://badexample.com/", false],
  ["a path below its own", "Path=/socket.io", "http://chat.example.com/socket.io/x", true],
  ["its own path", "Path=/socket.io/", URL_OF_SERVER, true],
  ["a path that only begins alike", "Path=/socket.io", "http://chat.example.com/socket.iox", false],
  ["another path", "Path=/admin", URL_OF_SERVER, false],
  ["the folder of the request that named no path", "", "http://chat.example.com/socket.io/x", true],
  ["another folder when no path was named", "", "http://chat.example.com/other", false],
])("a cookie for %s is decided by what it was set for", (_rule, attributes, address, isSent) => {
  expect(sentTo(address, [`a=1; ${attributes}`])).toBe(isSent ? "a=1" : undefined);
});

test("a server cannot set cookies for another domain, nor for part of an address of numbers", () => {
  expect(sentTo("http://other.com/", ["a=1; Path=/; Domain=other.com"])).toBeUndefined();
  expect(sentTo("http://9.2.3.4/", ["a=1; Path=/; Domain=3.4"], "http://1.2.3.4/socket.io/")).toBeUndefined();
});

test("a secure cookie is taken and sent over TLS alone, WebSockets included", () => {
  const secure = ["a=1; Path=/; Secure"];
  expect(sentTo(URL_OF_SERVER, secure)).toBeUndefined();
  expect(sentTo(URL_OF_SERVER, secure, "https://chat.example.com/")).toBeUndefined();
  expect(sentTo("wss://chat.example.com/socket.io/", secure, "https://chat.example.com/")).toBe("a=1");
});

test("the program's own cookies are sent along, but for those that the server has set anew", () => {
  const connection = {};
  jarOf(connection).store(URL_OF_SERVER, ["user=server; Path=/"], Date.now());
  const headers = withCookies(connection, URL_OF_SERVER, { Accept: "*/*", Cookie: "mine=1; user=me;" });
  expect(headers).toEqual({ Accept: "*/*", cookie: "mine=1; user=server" });
});

test("connections share no cookies, and without any there is no header", () => {
  jarOf({}).store(URL_OF_SERVER, ["a=1; Path=/"], Date.now());
  expect(withCookies({}, URL_OF_SERVER, { Accept: "*/*" })).toEqual({ Accept: "*/*" });
});
