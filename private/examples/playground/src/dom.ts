// Small tools for the page's elements: find one that index.html promises, make one without touching markup.
// Place in the flow: beside it. Rule: text from other people enters the page through `textContent` only.

/** The element of that id, of that class; throws when index.html does not have it. */
export function find<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`Cannot find "${id}": index.html has no such ${kind.name}`);
  return found;
}

/** A new element with a class and content; strings become text, never markup. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: (string | Node)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...content);
  return element;
}

/** Keeps a scrolled list at its end while it grows, unless the reader has scrolled away from it. */
export function appendAndFollow(list: HTMLElement, item: HTMLElement): void {
  const nearEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.append(item);
  if (nearEnd) list.scrollTop = list.scrollHeight;
}

/** A duration as people say it: "0.4 ms", "12 ms", "3.52 s". */
export function inWords(durationMs: number): string {
  if (durationMs < 10) return `${durationMs.toFixed(1)} ms`;
  return durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(2)} s`;
}

/** "1 attempt", "2 attempts". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
