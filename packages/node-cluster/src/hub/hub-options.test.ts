// Rules of the hub's options: what is not given has a value, and numbers that make no sense are refused by name.
import { describe, expect, it } from "vitest";
import { HUB_DEFAULTS, resolveHubOptions } from "./hub-options.ts";

describe("options of the hub", () => {
  it("have values where none are given", () => {
    expect(resolveHubOptions({ maxLogBytes: 5 })).toEqual({ ...HUB_DEFAULTS, maxLogBytes: 5 });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuse %d", (value) => {
    const resolve = () => resolveHubOptions({ retentionMs: value });
    expect(resolve).toThrow(RangeError);
    expect(resolve).toThrow(`Cannot set "retentionMs" to ${value}: it has to be a number above 0`);
  });

  it("refuse messages that no frame can carry", () => {
    expect(() => resolveHubOptions({ maxMessageBytes: 2 ** 31 })).toThrow('Cannot set "maxMessageBytes" to 2147483648');
  });
});
