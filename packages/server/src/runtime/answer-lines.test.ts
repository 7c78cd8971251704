// Rules of the headers of answers where the runtime has no response of Node: whose line counts, and what is no line.
import { describe, expect, it } from "vitest";
import { AnswerLines } from "./answer-lines.ts";

describe("the lines of an answer", () => {
  it("are those that were set, and its own in the place of equal ones", () => {
    const lines = new AnswerLines();
    lines.set("X-A", "1");
    lines.set("x-b", ["2", "3"]);
    lines.set("Vary", "Origin");
    expect(lines.with({ "x-a": "4", vary: "Accept" })).toEqual([
      ["x-b", "2"],
      ["x-b", "3"],
      ["Vary", "Origin"],
      ["x-a", "4"],
      ["vary", "Accept"],
    ]);
  });

  it("are texts, also where a program has set a number", () => {
    const lines = new AnswerLines();
    Reflect.apply(lines.set, lines, ["x-a", 1]);
    expect(Reflect.apply(lines.with, lines, [{ "x-b": 2 }])).toEqual([
      ["x-a", "1"],
      ["x-b", "2"],
    ]);
  });

  it.each([
    ["x-a", "1\r\nx-b: 2"],
    ["x-a", "1\nx-b: 2"],
    ["x-a: 1\r\nx-b", "2"],
    ["", "1"],
  ])("are refused where they would be something else (%#)", (name, value) => {
    const lines = new AnswerLines();
    expect(() => lines.set(name, value)).toThrow(TypeError);
    expect(() => lines.set(name, ["1", value])).toThrow(TypeError);
    expect(() => lines.with({ [name]: value })).toThrow(TypeError);
  });
});
