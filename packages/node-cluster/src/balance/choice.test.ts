// Rules of choosing a worker.
import { describe, expect, it } from "vitest";
import { createChoice } from "./choice.ts";

const WORKERS = [
  { name: "AAAB", connections: 2 },
  { name: "AAAC", connections: 0 },
  { name: "AAAD", connections: 1 },
];

describe("a connection", () => {
  it.each(["least-connection", "round-robin", "random"] as const)(
    "goes to the worker of its session by %s",
    (method) => {
      const choose = createChoice(method, () => 0);
      expect(WORKERS.map(({ name }) => choose(WORKERS, `${name}0123456789012345`)?.name)).toEqual([
        "AAAB",
        "AAAC",
        "AAAD",
      ]);
    },
  );

  it("of a session that nobody has goes where any other would", () => {
    expect(createChoice("least-connection", () => 0)(WORKERS, "ZZZZ0123")?.name).toBe("AAAC");
  });

  it("goes to the worker that has the least", () => {
    expect(createChoice("least-connection", () => 0)(WORKERS, "")?.name).toBe("AAAC");
  });

  it("goes to one after the other, also when there are fewer of them", () => {
    const choose = createChoice("round-robin", () => 0);
    expect([1, 2, 3, 4].map(() => choose(WORKERS, "")?.name)).toEqual(["AAAB", "AAAC", "AAAD", "AAAB"]);
    expect(choose(WORKERS.slice(0, 1), "")?.name).toBe("AAAB");
  });

  it("goes to one by chance", () => {
    const chances = [0, 0.34, 0.99, 1];
    const choose = createChoice("random", () => chances.shift() ?? 0);
    expect([1, 2, 3, 4].map(() => choose(WORKERS, "")?.name)).toEqual(["AAAB", "AAAC", "AAAD", "AAAD"]);
  });

  it("goes nowhere where there is no worker", () => {
    expect(createChoice("round-robin", () => 0)([], "AAAB0123")).toBe(undefined);
  });
});
