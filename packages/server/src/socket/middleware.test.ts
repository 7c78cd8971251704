// Rules of middlewares one after another: who is asked, what refuses, and where errors go that come too late to refuse.
import { describe, expect, it, vi } from "vitest";
import { type Middleware, runMiddlewares, toRefusal } from "./middleware.ts";

function run(...middlewares: readonly Middleware<string>[]) {
  const [done, uncaught] = [vi.fn(), vi.fn()];
  runMiddlewares(middlewares, "subject", done, uncaught);
  return { done, uncaught };
}

/** Lets promises run that are due. */
async function endMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

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
    const { done, uncaught } = run(
      (subject, next) => {
        asked.push(`first ${subject}`);
        next();
      },
      (subject, next) => {
        asked.push(`second ${subject}`);
        next(null);
      },
    );
    expect([asked, done.mock.calls, uncaught.mock.calls]).toEqual([["first subject", "second subject"], [[]], []]);
  });

  it("let pass where there are none", () => {
    expect(run().done.mock.calls).toEqual([[]]);
  });

  it.each(REASONS)("refuse by throwing %j, and the ones behind are not asked", (reason, message) => {
    const later = vi.fn();
    const { done, uncaught } = run(() => {
      throw reason;
    }, later);
    expect([done.mock.calls, later.mock.calls, uncaught.mock.calls]).toEqual([[[new Error(message)]], [], []]);
  });

  it.each(REASONS)("refuse by rejecting with %j, and the ones behind are not asked", async (reason, message) => {
    const later = vi.fn();
    const { done, uncaught } = run(() => Promise.reject(reason), later);
    await endMicrotasks();
    expect([done.mock.calls, later.mock.calls, uncaught.mock.calls]).toEqual([[[new Error(message)]], [], []]);
  });

  it("refuse with the very error they throw", () => {
    const refusal = new TypeError("no");
    const { done } = run(() => {
      throw refusal;
    });
    expect(done.mock.calls[0]?.[0]).toBe(refusal);
  });

  it.each([
    ["content", undefined],
    ["against it", new Error("no")],
  ])("that throw once they are %s change nothing, and the error is reported", (_, verdict) => {
    const { done, uncaught } = run((__, next) => {
      next(verdict);
      throw undefined;
    });
    expect([done.mock.calls, uncaught.mock.calls]).toEqual([verdict === undefined ? [[]] : [[verdict]], [[undefined]]]);
  });

  it.each([
    ["content", undefined],
    ["against it", new Error("no")],
  ])("that reject once they are %s change nothing, and the error is reported", async (_, verdict) => {
    const mistake = new Error("too late");
    const { done, uncaught } = run(async (__, next) => {
      next(verdict);
      throw mistake;
    });
    await endMicrotasks();
    expect([done.mock.calls, uncaught.mock.calls]).toEqual([verdict === undefined ? [[]] : [[verdict]], [[mistake]]]);
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
    expect([done.mock.calls, later.mock.calls]).toEqual([[[new Error("no")]], []]);
  });

  it("hand an error of the one behind to nobody in front: it refuses, and done is told once", () => {
    const refusal = new Error("no");
    const { done, uncaught } = run(
      (_, next) => next(),
      () => {
        throw refusal;
      },
    );
    expect([done.mock.calls, uncaught.mock.calls]).toEqual([[[refusal]], []]);
  });
});

describe("toRefusal", () => {
  it("tells the message, and data if there is any", () => {
    const withData = Object.assign(new Error("no"), { data: 0 });
    expect([toRefusal(new Error("no")), toRefusal(withData)]).toEqual([{ message: "no" }, { message: "no", data: 0 }]);
  });
});
