// Rules of a question to other servers: it is settled once, and ends whatever comes, or does not.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { ServerRequest } from "./server-request.ts";

function createScene(respondents: ReadonlySet<string> | number) {
  const clock = createFakeClock();
  const settled: (readonly [string | undefined, readonly unknown[], readonly string[] | undefined])[] = [];
  const request = new ServerRequest(respondents, 1_000, clock, (error, answers) => {
    settled.push([error?.message, [...answers], error?.missing]);
  });
  return { clock, request, settled };
}

describe("a question", () => {
  it("ends when all have answered, or have gone", () => {
    const { clock, request, settled } = createScene(new Set(["a", "b", "c"]));
    request.answer("a", 1);
    request.answer("a", "again");
    request.gone("b");
    request.gone("stranger");
    expect(settled).toEqual([]);
    request.answer("c", 3);
    expect([settled, clock.pendingTimers]).toEqual([[[undefined, [1, 3], undefined]], 0]);
  });

  it("ends when so many have answered as there are, where it is not known who", () => {
    const { request, settled } = createScene(2);
    request.gone("a");
    request.answer("a", 1);
    request.answer("b", 2);
    expect(settled).toEqual([[undefined, [1, 2], undefined]]);
  });

  it("has the answer of a server once it has all its parts", () => {
    const { request, settled } = createScene(new Set(["a"]));
    request.answer("a", 1, 2);
    expect(settled).toEqual([]);
    request.answer("a", 2, 2);
    expect(settled).toEqual([[undefined, [1, 2], undefined]]);
  });

  it("ends when the time is up, with what came and who is missing, and is over then", () => {
    const { clock, request, settled } = createScene(new Set(["a", "b"]));
    request.answer("a", 1);
    clock.advance(1_000);
    request.answer("b", "too late");
    request.close();
    expect(settled).toEqual([["timeout reached: only 1 responses received out of 2", [1], ["b"]]]);
  });

  it("ends with its adapter", () => {
    const { request, settled } = createScene(2);
    request.close();
    expect(settled).toEqual([["the adapter has been closed before all servers had answered", [], []]]);
  });

  it("keeps no more parts than an answer may have, however many somebody makes up", () => {
    const { clock, request, settled } = createScene(new Set(["a"]));
    for (let part = 0; part < 100_010; part++) request.answer("a", 0, 1e9);
    clock.advance(1_000);
    expect(settled[0]?.[1]).toHaveLength(100_000);
  });
});
