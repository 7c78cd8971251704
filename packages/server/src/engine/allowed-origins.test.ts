// Rules of the option `allowedOrigins`: which pages may open a session, on every transport.
import { createFakePlatform, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { AllowedOrigins } from "./allowed-origins.ts";
import { ENGINE_DEFAULTS, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";

const FORBIDDEN = '403 {"code":4,"message":"Forbidden"}';

function createEngine(allowedOrigins: AllowedOrigins): EngineServer {
  return new EngineServer(resolveOptions({ allowedOrigins }, ENGINE_DEFAULTS), createFakePlatform());
}

/** The first letters of what a handshake is answered, from `0{` for an open packet on. */
function handshake(
  allowedOrigins: AllowedOrigins,
  headers: Record<string, string>,
  query = "EIO=4",
): string | undefined {
  const exchange = new FakeExchange(`/engine.io/?${query}&transport=polling`, { headers });
  const engine = createEngine(allowedOrigins);
  engine.handleRequest(exchange);
  return engine.clientsCount === 1 ? "welcome" : exchange.outcome;
}

describe("a page may open a session", () => {
  it.each<readonly [AllowedOrigins, string]>([
    ["https://a.example", "https://a.example"],
    ["https://a.example/", "https://a.example"],
    ["https://a.example:443", "https://a.example"],
    [["http://b.example", "https://a.example"], "https://a.example"],
    [/^https:\/\/[a-z]+\.example$/g, "https://a.example"],
    ["*", "https://anywhere.example"],
    ["null", "null"],
  ])("where %s matches %s, each time", (allowed, origin) => {
    expect([1, 2].map(() => handshake(allowed, { origin }))).toEqual(["welcome", "welcome"]);
  });

  it.each<readonly [AllowedOrigins, string]>([
    ["https://a.example", "http://a.example"],
    ["https://a.example", "https://a.example.evil"],
    ["https://a.example", "null"],
    [[], "https://a.example"],
    [/^https:\/\/a\.example$/, "https://b.example"],
  ])("not where %s has no place for %s", (allowed, origin) => {
    expect(handshake(allowed, { origin })).toBe(FORBIDDEN);
  });

  it("where it says nothing, since a browser does not keep silent about another origin", () => {
    expect(handshake("https://a.example", {})).toBe("welcome");
  });

  it("not where it asks for a script without saying where it comes from", () => {
    expect(
      [{}, { referer: "https://b.example/page" }, { referer: "https://a.example/page" }].map((headers) =>
        handshake("https://a.example", headers, "EIO=3&j=0"),
      ),
    ).toEqual([FORBIDDEN, FORBIDDEN, "welcome"]);
  });

  it("where a function says so, and not where it refuses, fails or says nothing of it", () => {
    const judge = vi.fn<Exclude<AllowedOrigins, string | RegExp | readonly unknown[]>>((origin, decide) => {
      if (origin === "https://fails.example") decide(new Error("no database"));
      else decide(null, origin === "https://a.example");
      decide(null, true);
    });
    const origins = ["https://a.example", "https://b.example", "https://fails.example"];
    expect(origins.map((origin) => handshake(judge, { origin }))).toEqual(["welcome", FORBIDDEN, FORBIDDEN]);
    expect(judge.mock.calls.map(([origin]) => origin)).toEqual(origins);
  });
});

describe("a page of elsewhere", () => {
  it("is told the text that a function refuses it with", () => {
    expect(handshake((_origin, decide) => decide("not from there", false), { origin: "https://a.example" })).toBe(
      '403 {"code":4,"message":"not from there"}',
    );
  });

  it("cannot open a WebSocket, and the program learns why", () => {
    const engine = createEngine("https://a.example");
    const reported = vi.fn();
    engine.on("connection_error", reported);
    const upgrade = new FakeUpgrade("/engine.io/?EIO=4&transport=websocket", {
      headers: { origin: "https://b.example" },
    });
    engine.handleUpgrade(upgrade);
    expect([upgrade.refusals, engine.clientsCount]).toEqual([["Forbidden"], 0]);
    expect(reported.mock.calls).toMatchObject([
      [{ code: 4, message: "Forbidden", context: { name: "INVALID_ORIGIN", origin: "https://b.example" } }],
    ]);
  });
});

describe("the program is told once", () => {
  it.each([
    [{ cors: true, cookie: true }, ["BOWLINE_OPEN_ORIGINS"]],
    [{ cors: { credentials: true } }, ["BOWLINE_OPEN_ORIGINS"]],
    [{ cors: true }, []],
    [{ cookie: true }, []],
    [{ cors: true, cookie: true, allowedOrigins: "*" }, []],
    [{ cors: true, cookie: true, allowRequest: () => undefined }, []],
  ])("that cors keeps nobody from opening a WebSocket with cookies: %j", (options, codes) => {
    const platform = createFakePlatform();
    new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), platform);
    expect(platform.warnings.map(([code]) => code)).toEqual(codes);
  });

  it.each([
    [{}, { origin: "http://a.example", host: "b.example" }, 1],
    [{}, { origin: "http://b.example", host: "b.example" }, 0],
    [{}, { host: "b.example" }, 0],
    [{ cors: true }, { origin: "http://a.example", host: "b.example" }, 0],
  ])("that a page of another origin cannot read what it polls: %j %j", (options, headers, count) => {
    const platform = createFakePlatform();
    const engine = new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), platform);
    for (const query of ["EIO=4", "EIO=3"]) {
      engine.handleRequest(new FakeExchange(`/engine.io/?${query}&transport=polling`, { headers }));
    }
    expect(platform.warnings.filter(([code]) => code === "BOWLINE_CROSS_ORIGIN")).toHaveLength(count);
  });

  it.each([
    ["has cookies", {}, { origin: "http://a.example", host: "b.example", cookie: "session=1" }, 1],
    ["has none", {}, { origin: "http://a.example", host: "b.example" }, 0],
    ["is of this origin", {}, { origin: "http://b.example", host: "b.example", cookie: "session=1" }, 0],
    ["is no page", {}, { host: "b.example", cookie: "session=1" }, 0],
    [
      "is one of those that may",
      { allowedOrigins: "http://a.example" },
      { origin: "http://a.example", host: "b.example", cookie: "session=1" },
      0,
    ],
    [
      "has been judged",
      { allowRequest: (_request: unknown, decide: (message: null, isAllowed: boolean) => void) => decide(null, true) },
      { origin: "http://a.example", host: "b.example", cookie: "session=1" },
      0,
    ],
    [
      "was told of at the start",
      { cors: { credentials: true } },
      { origin: "http://a.example", host: "b.example", cookie: "session=1" },
      1,
    ],
  ])("of a page of another origin that opens a WebSocket, and %s", (_, options, headers, count) => {
    const platform = createFakePlatform();
    const engine = new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), platform);
    for (const query of ["EIO=4", "EIO=3"]) {
      engine.handleUpgrade(new FakeUpgrade(`/engine.io/?${query}&transport=websocket`, { headers }));
    }
    expect(platform.warnings.filter(([code]) => code === "BOWLINE_OPEN_ORIGINS")).toHaveLength(count);
  });
});
