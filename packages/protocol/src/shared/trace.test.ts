// Rules of the trace that nobody hears.
import { describe, expect, it } from "vitest";
import { SILENT } from "./trace.ts";

describe("the silent trace", () => {
  it("has points that are not active, whatever their name", () => {
    expect([SILENT("session.closed").active, SILENT("").active]).toEqual([false, false]);
  });

  it("swallows what is published all the same", () => {
    expect(SILENT("session.closed").publish({ id: "s1" })).toBeUndefined();
  });

  it("gives the same point every time, so that asking costs no memory", () => {
    expect(SILENT("a")).toBe(SILENT("b"));
  });
});
