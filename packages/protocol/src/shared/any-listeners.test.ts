// Rules of the listeners that hear every event.
import { describe, expect, it, vi } from "vitest";
import { AnyListeners } from "./any-listeners.ts";

function createListeners() {
  const listeners = new AnyListeners();
  const heard: string[] = [];
  const hear =
    (name: string) =>
    (event: string, ...args: unknown[]) => {
      heard.push([name, event, ...args].join(" "));
    };
  return { listeners, heard, first: hear("first"), second: hear("second") };
}

describe("listeners of every event", () => {
  it("run in the order they were added, those put in front before", () => {
    const { listeners, heard, first, second } = createListeners();
    listeners.append(second);
    listeners.prepend(first);
    listeners.call("news", ["a", 1]);
    expect([heard, listeners.list()]).toEqual([
      ["first news a 1", "second news a 1"],
      [first, second],
    ]);
  });

  it("are removed one at a time, even when one was added twice", () => {
    const { listeners, first } = createListeners();
    listeners.append(first);
    listeners.append(first);
    listeners.remove(first);
    expect([listeners.list(), listeners.isEmpty]).toEqual([[first], false]);
  });

  it("stay when somebody removes what was never added", () => {
    const { listeners, first, second } = createListeners();
    listeners.append(first);
    listeners.remove(second);
    expect(listeners.list()).toEqual([first]);
  });

  it("are all removed at once", () => {
    const { listeners, first, second } = createListeners();
    listeners.append(first);
    listeners.append(second);
    listeners.remove();
    expect([listeners.list(), listeners.isEmpty]).toEqual([[], true]);
  });

  it("may be added and removed while an event is told, which counts from the next one on", () => {
    const { listeners, first } = createListeners();
    const late = vi.fn();
    listeners.append(() => {
      listeners.remove();
      listeners.append(late);
    });
    listeners.append(first);
    listeners.call("news", []);
    expect(late).not.toHaveBeenCalled();
    listeners.call("more", []);
    expect(late.mock.calls).toEqual([["more"]]);
  });

  it("hand out a list of their own", () => {
    const { listeners, first } = createListeners();
    listeners.list().push(first);
    expect(listeners.isEmpty).toBe(true);
  });
});
