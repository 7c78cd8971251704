// Rules of the listeners that hear every event.
import { describe, expect, it } from "vitest";
import { AnyListeners } from "./any-listeners.ts";

const first = (): undefined => undefined;
const second = (): undefined => undefined;

describe("listeners of every event", () => {
  it("stand in the order they were added, those put in front before", () => {
    const listeners = new AnyListeners();
    listeners.append(second);
    listeners.prepend(first);
    expect(listeners.list()).toEqual([first, second]);
  });

  it("are removed one at a time, even when one was added twice", () => {
    const listeners = new AnyListeners();
    listeners.append(first);
    listeners.append(first);
    listeners.remove(first);
    expect(listeners.list()).toEqual([first]);
  });

  it("stay when somebody removes what was never added", () => {
    const listeners = new AnyListeners();
    listeners.append(first);
    listeners.remove(second);
    expect(listeners.list()).toEqual([first]);
  });

  it("are all removed at once", () => {
    const listeners = new AnyListeners();
    listeners.append(first);
    listeners.append(second);
    listeners.remove();
    expect(listeners.list()).toEqual([]);
  });

  it("hand out a list of their own, which stays as it was", () => {
    const listeners = new AnyListeners();
    listeners.append(first);
    const before = listeners.list();
    listeners.append(second);
    before.push(first);
    expect([before, listeners.list()]).toEqual([
      [first, first],
      [first, second],
    ]);
  });
});
