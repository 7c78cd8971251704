// Rules of the emitter of engines and adapters: the methods of Node's, and what they do.
import { EventEmitter } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { NodeEmitter } from "./node-emitter.ts";

interface Events {
  a(...args: unknown[]): void;
  b(): void;
  error(error: Error): void;
}

const create = () => new NodeEmitter<Events>();

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

/** Calls what an emitter gave as a listener. */
function callTwice(raw: unknown): void {
  if (typeof raw !== "function") throw new Error("Cannot call the raw listener: it is no function");
  Reflect.apply(raw, undefined, []);
  Reflect.apply(raw, undefined, []);
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
    expect([emitter.listeners("a"), emitter.rawListeners("a"), emitter.listeners("b")]).toEqual([
      [listener, listener],
      [listener, listener],
      [listener],
    ]);
    expect([emitter.listenerCount("a", listener), emitter.listenerCount("a", vi.fn())]).toEqual([2, 0]);
    expect(create().eventNames()).toEqual([]);
  });

  it("forgets an event with its last listener", () => {
    const listener = vi.fn();
    const emitter = create().on("a", listener).off("a", listener).once("b", listener).removeAllListeners("a");
    emitter.emit("b");
    expect([emitter.eventNames(), emitter.emit("b"), listener.mock.calls.length]).toEqual([[], false, 1]);
  });

  it("removes nothing where there is nothing", () => {
    const emitter = create();
    emitter.off("a", vi.fn()).removeAllListeners("a").on("a", vi.fn()).off("a", vi.fn());
    expect(emitter.listenerCount("a")).toBe(1);
  });

  it("gives a listener for once as what removes it when it is called, as Node's does", () => {
    const play = (emitter: Either & { rawListeners(event: "a"): unknown[] }) => {
      const heard: unknown[] = [];
      const listener = () => heard.push("once");
      const [raw] = emitter.once("a", listener).rawListeners("a");
      callTwice(raw);
      return [...heard, Reflect.get(Object(raw), "listener") === listener, emitter.listenerCount("a")];
    };
    expect(play(create())).toEqual(["once", true, 0]);
    expect(play(new EventEmitter())).toEqual(["once", true, 0]);
  });

  it("keeps the number of listeners that is set, as programs of Node ask for it", () => {
    expect([create().getMaxListeners(), create().setMaxListeners(0).getMaxListeners()]).toEqual([10, 0]);
  });
});
