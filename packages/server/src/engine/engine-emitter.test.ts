// Rules of the engine's emitter: the methods of Node's, and what they do.
import { EventEmitter } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { EngineEmitter } from "./engine-emitter.ts";

interface Events {
  a(...args: unknown[]): void;
  b(): void;
  error(error: Error): void;
}

const create = () => new EngineEmitter<Events>();

/** What both emitters have, for a script that runs on either. */
interface Either {
  on(event: "a" | "b", listener: () => void): this;
  once(event: "a", listener: () => void): this;
  off(event: "a", listener: () => void): this;
  addListener(event: "a", listener: () => void): this;
  removeListener(event: "a", listener: () => void): this;
  prependListener(event: "a", listener: () => void): this;
  prependOnceListener(event: "a", listener: () => void): this;
  removeAllListeners(event?: "a"): this;
  listenerCount(event: "a"): number;
  emit(event: "a" | "b"): boolean;
}

describe("an emitter", () => {
  it.each<readonly [string, (emitter: Either, hear: (name: string) => () => void) => void]>([
    [
      "added and put before",
      (e, hear) => e.on("a", hear("on")).prependListener("a", hear("first")).addListener("a", hear("last")),
    ],
    ["added for once", (e, hear) => e.once("a", hear("once")).prependOnceListener("a", hear("first once"))],
    [
      "removed, the one that was added last first",
      (e, hear) => {
        const twice = hear("twice");
        e.on("a", twice).on("a", hear("between")).on("a", twice).off("a", twice);
      },
    ],
    [
      "removed by the other name",
      (e, hear) => {
        const gone = hear("gone");
        e.on("a", gone).removeListener("a", gone).removeListener("a", hear("never there"));
      },
    ],
    ["removed as a whole", (e, hear) => e.on("a", hear("gone")).removeAllListeners("a").on("a", hear("after"))],
    ["removed with all others", (e, hear) => e.on("a", hear("gone")).on("b", hear("gone")).removeAllListeners()],
  ])("calls listeners as Node's does where they are %s", (_what, arrange) => {
    const play = (emitter: Either) => {
      const heard: unknown[] = [];
      arrange(emitter, (name) => () => heard.push(name));
      heard.push(emitter.listenerCount("a"), emitter.emit("a"), emitter.emit("a"), emitter.emit("b"));
      return heard;
    };
    expect(play(create())).toEqual(play(new EventEmitter()));
  });

  it("hands on what it is told with, and itself", () => {
    const heard: unknown[] = [];
    const emitter = create();
    emitter.on("a", function (this: unknown, ...args) {
      heard.push(this, ...args);
    });
    emitter.emit("a", 1, "two");
    expect(heard).toEqual([emitter, 1, "two"]);
  });

  it("goes on over the list as it was when a listener changes it", () => {
    const [late, gone] = [vi.fn(), vi.fn()];
    const emitter = create();
    emitter.on("a", () => emitter.on("a", late).off("a", gone)).on("a", gone);
    emitter.emit("a");
    expect([late.mock.calls.length, gone.mock.calls.length]).toEqual([0, 1]);
  });

  it("calls a listener for once no second time, however it comes to that", () => {
    const emitter = create();
    const once = vi.fn(() => emitter.emit("a"));
    emitter.once("a", once);
    emitter.emit("a");
    expect(once).toHaveBeenCalledTimes(1);
  });

  it("does not throw for an error that nobody listens for", () => {
    expect(create().emit("error", new Error("x"))).toBe(false);
  });

  it("tells who listens for what", () => {
    const listener = vi.fn();
    const emitter = create().on("a", listener).once("b", listener).on("a", listener);
    expect([emitter.eventNames(), emitter.hasListeners("b"), emitter.hasListeners("error")]).toEqual([
      ["a", "b"],
      true,
      false,
    ]);
    expect([emitter.listeners("a"), emitter.rawListeners("b")]).toEqual([[listener, listener], [listener]]);
    expect([emitter.listenerCount("a", listener), emitter.listenerCount("a", vi.fn())]).toEqual([2, 0]);
    expect(create().eventNames()).toEqual([]);
  });

  it("keeps the number of listeners that is set, as programs of Node ask for it", () => {
    expect([create().getMaxListeners(), create().setMaxListeners(0).getMaxListeners()]).toEqual([10, 0]);
  });
});
