// Rules of the engine's options: defaults fill gaps, nonsense is refused when it is set and not when it hurts.
import { describe, expect, it } from "vitest";
import { ENGINE_DEFAULTS, requestPath, resolveOptions } from "./options.ts";

describe("resolveOptions", () => {
  it("fills gaps with defaults, and takes undefined for a gap", () => {
    const given: Record<string, unknown> = { pingInterval: 10, path: undefined };
    expect(resolveOptions(given, ENGINE_DEFAULTS)).toEqual({ ...ENGINE_DEFAULTS, pingInterval: 10 });
  });

  it("leaves the caller's object alone", () => {
    const given = Object.freeze({ pingTimeout: 5 });
    resolveOptions(given, ENGINE_DEFAULTS);
    expect(given).toEqual({ pingTimeout: 5 });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "1000"])("refuses %s as a duration", (value) => {
    const given: Record<string, unknown> = { pingInterval: value };
    const message = `Cannot use option pingInterval "${value}": give a number from 0 to 2147483647`;
    expect(() => resolveOptions(given, ENGINE_DEFAULTS)).toThrow(new RangeError(message));
  });

  it("takes durations from 0 to the longest timer", () => {
    const given = { upgradeTimeout: 0, pingTimeout: 2 ** 31 - 1 };
    expect(resolveOptions(given, ENGINE_DEFAULTS)).toMatchObject(given);
  });

  it.each([
    ["polling", ["polling"]],
    ["websocket,polling", ["websocket", "polling"]],
  ])("takes the transports %s as one text", (transports, names) => {
    const given: Record<string, unknown> = { transports };
    expect(resolveOptions(given, ENGINE_DEFAULTS).transports).toEqual(names);
  });

  it("refuses a transport it does not have", () => {
    const given: Record<string, unknown> = { transports: ["polling", "carrier pigeon"] };
    const message = 'Cannot offer transport "carrier pigeon": choose from "polling", "websocket" and "webtransport"';
    expect(() => resolveOptions(given, ENGINE_DEFAULTS)).toThrow(new TypeError(message));
  });
});

describe("transports of 0.9", () => {
  const given: object = { transports: ["websocket", "flashsocket", "htmlfile", "xhr-polling", "jsonp-polling"] };

  it("are left out for programs of 2.x, as they were then", () => {
    expect(resolveOptions({ ...given, compat: 2 }, ENGINE_DEFAULTS).transports).toEqual(["websocket"]);
  });

  it("are refused to all others", () => {
    expect(() => resolveOptions(given, ENGINE_DEFAULTS)).toThrow('Cannot offer transport "flashsocket"');
  });
});

describe("requestPath", () => {
  it.each([
    ["/chat", true, "/chat/"],
    ["/chat/", true, "/chat/"],
    ["/chat", false, "/chat"],
    ["/chat/", false, "/chat"],
  ])("of %s is, with a slash %s, %s", (path, addTrailingSlash, expected) => {
    expect(requestPath({ ...ENGINE_DEFAULTS, path, addTrailingSlash })).toBe(expected);
  });
});
