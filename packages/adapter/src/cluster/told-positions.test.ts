// Rules of how far a log had been told at which time.
import { describe, expect, it } from "vitest";
import { ToldPositions } from "./told-positions.ts";

describe("positions in a log", () => {
  it("are known from the first look at them on, and never too late", () => {
    const told = new ToldPositions();
    told.note(1000, "a");
    told.note(2000, "a");
    told.note(3000, "b");
    expect([999, 1000, 2999, 3000, 9000].map((time) => told.by(time))).toEqual([undefined, "a", "a", "b", "b"]);
  });

  it("are forgotten after three minutes, but for the one that counted then", () => {
    const told = new ToldPositions();
    for (let second = 0; second <= 400; second++) told.note(second * 1000, String(second));
    expect([told.by(219_999), told.by(220_000), told.by(400_000)]).toEqual([undefined, "220", "400"]);
  });
});
