import { describe, expect, test } from "vitest";
import { endpointOf, parseServerUrl, queryOf, requestUrl, serverOf, writeQuery } from "./url.ts";

const page = { protocol: "https:", host: "page.example:8443" };
const server = parseServerUrl("http://localhost:3000", undefined);
const facts = { transport: "polling", revision: 4, sid: undefined, stamp: undefined } as const;

describe("a program's URL", () => {
  test.each([
    ["names the server", "http://h:3000", "http", "h", "3000", "/"],
    ["may have a namespace", "http://h:3000/admin", "http", "h", "3000", "/admin"],
    ["of http has port 80", "http://h", "http", "h", "80", "/"],
    ["of https has port 443", "https://h/x", "https", "h", "443", "/x"],
    ["of ws has port 80", "ws://h", "ws", "h", "80", "/"],
    ["of wss has port 443", "WSS://h", "wss", "h", "443", "/"],
    ["keeps the brackets of IPv6 addresses", "http://[::1]:3000/a", "http", "[::1]", "3000", "/a"],
    ["takes the last colon for that of the port", "http://::1:3000?x", "http", "::1", "3000", "/"],
    ["may be an IPv6 address without a port", "http://[::1]/a", "http", "[::1]", "80", "/a"],
    ["loses credentials and fragments", "http://me:secret@h/a#b", "http", "h", "80", "/a"],
    ["without a scheme is taken for https", "h:3000/a", "https", "h", "3000", "/a"],
  ])("%s", (_rule, url, protocol, hostname, port, path) => {
    expect(parseServerUrl(url, undefined)).toMatchObject({ protocol, hostname, port, path });
  });

  test.each([
    ["no URL", undefined, "https://page.example:8443"],
    ["a namespace", "/admin", "https://page.example:8443/admin"],
    ["a host", "//other/admin", "https://other/admin"],
    ["a host without a scheme", "other:99/admin", "https://other:99/admin"],
  ])("is completed by the page: %s", (_rule, url, href) => {
    expect(parseServerUrl(url, page).href).toBe(href);
  });

  test.each([undefined, "/admin", "//other"])("without a page has to name the server: %s", (url) => {
    expect(() => parseServerUrl(url, undefined)).toThrow("without a page the URL has to name the server");
  });

  test("may have a query", () => {
    expect(parseServerUrl("http://h/admin?token=a%20b&x", undefined).query).toBe("token=a%20b&x");
  });
});

describe("the server of a connection", () => {
  test("may be named by options", () => {
    const found = serverOf(undefined, { hostname: "h", port: 99, secure: true }, undefined);
    expect(found).toMatchObject({ hostname: "h", port: "99", secure: true });
  });

  test("named by options is reached as the page is", () => {
    expect(serverOf(undefined, { host: "h" }, page)).toMatchObject({ hostname: "h", port: "443" });
  });

  test("named by options without a page is reached without TLS", () => {
    expect(serverOf(undefined, { host: "h" }, undefined)).toMatchObject({ port: "80", secure: false });
  });

  test("is the URL's where both are given", () => {
    expect(serverOf("http://u", { host: "h" }, undefined).hostname).toBe("u");
  });
});

describe("a query", () => {
  test.each([
    ["as an object is encoded", { a: "x y", b: 1, c: undefined }, "a=x%20y&b=1"],
    ["as a text is taken as it is", "a=%20", "a=%20"],
    ["may start with its mark", "?a=1", "a=1"],
    ["may be absent", undefined, ""],
    ["with a lone surrogate is sent with a replacement", { a: "\ud800" }, "a=%EF%BF%BD"],
  ])("%s", (_rule, query, written) => {
    expect(writeQuery(query)).toBe(written);
  });
});

describe("the URL of a request", () => {
  test("has the path with a slash, the revision and the transport", () => {
    expect(requestUrl(server, {}, facts)).toBe("http://localhost:3000/socket.io/?EIO=4&transport=polling");
  });

  test.each(["/mine", "/mine/"])("has the program's path %s", (path) => {
    expect(endpointOf(server, { path }, "polling")).toBe("http://localhost:3000/mine/");
  });

  test("leaves the slash out on demand", () => {
    expect(endpointOf(server, { addTrailingSlash: false }, "polling")).toBe("http://localhost:3000/socket.io");
  });

  test("of a WebSocket has its scheme, and no port that goes without saying", () => {
    const secure = parseServerUrl("https://h/x", undefined);
    expect(endpointOf(secure, {}, "websocket")).toBe("wss://h/socket.io/");
  });

  test("has what the request knows after the program's own query", () => {
    const url = requestUrl(
      server,
      { query: { token: "x" }, forceBase64: true, timestampParam: "ts" },
      {
        transport: "websocket",
        revision: 3,
        sid: "a b",
        stamp: "s1",
      },
    );
    expect(url).toBe("ws://localhost:3000/socket.io/?token=x&EIO=3&transport=websocket&ts=s1&b64=1&sid=a%20b");
  });

  test("takes whatever a server calls a session", () => {
    expect(requestUrl(server, {}, { ...facts, sid: "a&b\ud800" })).toContain("&sid=a%26b%EF%BF%BD");
  });

  test("prefers the query of the program's URL", () => {
    const own = parseServerUrl("http://h?token=url", undefined);
    expect(requestUrl(own, { query: { token: "option" } }, facts)).toContain("?token=url&EIO=4");
  });

  test("drops parameters that belong to the protocol", () => {
    const url = requestUrl(server, { query: { EIO: 9, transport: "x", sid: "y", a: 1 } }, facts);
    expect(url).toBe("http://localhost:3000/socket.io/?a=1&EIO=4&transport=polling");
  });
});

describe("the parameters of a URL", () => {
  test.each([
    ["are unescaped", "http://h/?a=b%20c&d=%3D", { a: "b c", d: "=" }],
    ["without a value are empty", "http://h/?flag&a=", { flag: "", a: "" }],
    ["keep later marks in their values", "http://h/?a=b=c?d", { a: "b=c?d" }],
    ["that repeat count by their last value", "http://h/?a=1&a=2", { a: "2" }],
    ["that nobody could have escaped stay as they are", "http://h/?a=%", { a: "%" }],
  ])("%s", (_rule, url, query) => {
    expect(queryOf(url)).toEqual(query);
  });
});
