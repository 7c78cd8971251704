// Rules of middlewares one after another: who is asked, what refuses, and where errors go that come too late to refuse.
import type { Refusal } from "@bowline/protocol";
import { describe, expect, it, vi } from "vitest";
import { BROKE_DOWN, type Middleware, runMiddlewares, toRefusal } from "./middleware.ts";

function run(...middlewares: readonly Middleware<string>[]) {
  const [done, failed, late] = [vi.fn(), vi.fn(), vi.fn()];
  runMiddlewares(middlewares, "subject", { decided: done, failed, failedLate: late });
  return { done, failed, late };
}

/** What is decided when a middleware broke down. */
function brokenDown(message: string) {
  return { error: new Error(message), told: BROKE_DOWN };
}

/** Lets promises run that are due. */
async function endMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

const NO = new Error("no");

const REASONS: readonly (readonly [reason: unknown, message: string])[] = [
  [undefined, "refused without a reason"],
  [null, "refused without a reason"],
  ["", ""],
  [0, "0"],
  ["a text", "a text"],
];

describe("middlewares", () => {
  it("are asked in order, with the subject, and done is told once without a refusal", () => {
    const asked: string[] = [];
    const { done, late } = run(
      (subject, next) => {
        asked.push(`first ${subject}`);
        next();
      },
      (subject, next) => {
        asked.push(`second ${subject}`);
        next(null);
      },
    );
    expect([asked, done.mock.calls, late.mock.calls]).toEqual([["first subject", "second subject"], [[]], []]);
  });

  it("let pass where there are none", () => {
    expect(run().done.mock.calls).toEqual([[]]);
  });

  it.each([false, 0, ""])(
    "let pass by handing %j to next, as programs write `next(isBad && new Error())`",
    (answer) => {
      const { done } = run((_subject, next) => void Reflect.apply(next, undefined, [answer]));
      expect(done.mock.calls).toEqual([[]]);
    },
  );

  it.each<readonly [object, Refusal]>([
    [
      { message: "no", data: 1 },
      { message: "no", data: 1 },
    ],
    [{ data: { code: 1 } }, { message: "", data: { code: 1 } }],
    [{ message: 5 }, { message: "" }],
  ])("refuse by handing %j to next, which is read as an error", (answer, told) => {
    const { done } = run((_subject, next) => void Reflect.apply(next, undefined, [answer]));
    expect(done.mock.calls).toMatchObject([[{ told }]]);
  });

  it.each(REASONS)("refuse by throwing %j, and the ones behind are not asked", (reason, message) => {
    const later = vi.fn();
    const { done, failed, late } = run(() => {
      throw reason;
    }, later);
    expect([done.mock.calls, later.mock.calls, late.mock.calls]).toEqual([[[brokenDown(message)]], [], []]);
    expect(failed.mock.calls).toEqual([[reason]]);
  });

  it.each(REASONS)("refuse by rejecting with %j, and the ones behind are not asked", async (reason, message) => {
    const later = vi.fn();
    const { done, failed, late } = run(() => Promise.reject(reason), later);
    await endMicrotasks();
    expect([done.mock.calls, later.mock.calls, late.mock.calls]).toEqual([[[brokenDown(message)]], [], []]);
    expect(failed.mock.calls).toEqual([[reason]]);
  });

  it("refuse with the very error they throw", () => {
    const refusal = new TypeError("no");
    const { done } = run(() => {
      throw refusal;
    });
    expect(done).toHaveBeenCalledWith({ error: refusal, told: BROKE_DOWN });
  });

  it.each([
    ["content", undefined, [[]]],
    ["against it", NO, [[{ error: NO, told: { message: "no" } }]]],
  ])("that throw once they are %s change nothing, and the error is reported", (_, verdict, decision) => {
    const { done, failed, late } = run((__, next) => {
      next(verdict);
      throw undefined;
    });
    expect(done.mock.calls).toEqual(decision);
    expect([failed.mock.calls, late.mock.calls]).toEqual([[], [[undefined]]]);
  });

  it.each([
    ["content", undefined, [[]]],
    ["against it", NO, [[{ error: NO, told: { message: "no" } }]]],
  ])("that reject once they are %s change nothing, and the error is reported", async (_, verdict, decision) => {
    const mistake = new Error("too late");
    const { done, failed, late } = run(async (__, next) => {
      next(verdict);
      throw mistake;
    });
    await endMicrotasks();
    expect(done.mock.calls).toEqual(decision);
    expect([failed.mock.calls, late.mock.calls]).toEqual([[], [[mistake]]]);
  });

  it("that answer after they threw, or twice, are heard once", () => {
    const answers: ((error?: Error) => void)[] = [];
    const later = vi.fn((_: string, next: () => void) => next());
    const { done } = run((_, next) => {
      answers.push(next);
      throw new Error("no");
    }, later);
    answers[0]?.();
    answers[0]?.(new Error("again"));
    expect([done.mock.calls, later.mock.calls]).toEqual([[[brokenDown("no")]], []]);
  });

  it("hand an error of the one behind to nobody in front: it refuses, and done is told once", () => {
    const refusal = new Error("no");
    const { done, late } = run(
      (_, next) => next(),
      () => {
        throw refusal;
      },
    );
    expect([done.mock.calls, late.mock.calls]).toEqual([[[{ error: refusal, told: BROKE_DOWN }]], []]);
  });
});

describe("toRefusal", () => {
  it("tells the message, and data if there is any", () => {
    const withData = Object.assign(new Error("no"), { data: 0 });
    expect([toRefusal(new Error("no")), toRefusal(withData)]).toEqual([{ message: "no" }, { message: "no", data: 0 }]);
  });
});
