// "Gannet is typing": sent volatile, since a notice that comes late is worth nothing.
// Place in the flow: a handler at its end. Rule: a notice fades by itself, so a lost "stopped" cannot make it stay.

import type { Connection } from "./connection.ts";
import { find } from "./dom.ts";
import { text } from "./wire.ts";

const NOTICE_EVERY_MS = 1_500;
const FADES_AFTER_MS = 2_500;

export interface Typing {
  /** This tab's user pressed a key. */
  noticed(): void;
  /** Somebody has sent what they were typing, or the room changed. */
  stopped(id?: string): void;
}

export function openTyping(connection: Connection): Typing {
  const line = find("typing", HTMLElement);
  const people = new Map<string, { name: string; timer: number }>();
  let sentAt = Number.NEGATIVE_INFINITY;

  function show(): void {
    const names = [...people.values()].map(({ name }) => name);
    const [first, second] = names;
    if (first === undefined) line.textContent = "";
    else if (second === undefined) line.textContent = `${first} is typing`;
    else line.textContent = names.length === 2 ? `${first} and ${second} are typing` : "Several people are typing";
  }

  function forget(id: string): void {
    window.clearTimeout(people.get(id)?.timer);
    people.delete(id);
    show();
  }

  connection.on("typing", (notice) => {
    const id = text(notice, "id");
    forget(id);
    people.set(id, { name: text(notice, "name"), timer: window.setTimeout(forget, FADES_AFTER_MS, id) });
    show();
  });

  return {
    noticed() {
      if (performance.now() - sentAt < NOTICE_EVERY_MS) return;
      sentAt = performance.now();
      connection.hint("typing");
    },
    stopped(id) {
      sentAt = Number.NEGATIVE_INFINITY;
      for (const known of id === undefined ? [...people.keys()] : [id]) forget(known);
    },
  };
}
