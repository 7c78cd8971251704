// The chat: messages and images of the room, and for one's own the way from queued to delivered.
// Place in the flow: handlers at its end. Rules: what people write is shown as text; one's own message stands in the list
// at once and carries a mark that tells where it is; after an outage the room's history fills in what was missed.

import type { Connection } from "./connection.ts";
import { appendAndFollow, clockTime, counted, find, inWords, make } from "./dom.ts";
import { freshId } from "./identity.ts";
import type { Log } from "./log.ts";
import type { Outbox } from "./outbox.ts";
import { openTyping } from "./typing.ts";
import { type Answer, type Message, type RoomView, readMessage } from "./wire.ts";

interface Mark {
  readonly element: HTMLElement;
  readonly parcel: { readonly queued: () => void; readonly answered: (answer: Answer) => void };
}

export interface Chat {
  show(view: RoomView): void;
  /** Puts something of one's own into the list, with a mark that `parcel` moves from queued to delivered. */
  addOwn(id: string, content: Node, delivered: (answer: Answer, tookMs: number) => string): Mark["parcel"];
  addForeign(message: Message, content: Node): void;
}

export function openChat(connection: Connection, outbox: Outbox, log: Log): Chat {
  const list = find("messages", HTMLOListElement);
  const form = find("composer", HTMLFormElement);
  const input = find("text", HTMLInputElement);
  const typing = openTyping(connection);
  const shownIds = new Set<string>();
  let room: string | undefined;
  let deliveredLate = 0;

  function makeMark(delivered: (answer: Answer, tookMs: number) => string): Mark {
    const element = make("span", "mark", "sending");
    const sentAt = performance.now();
    let waited = false;
    return {
      element,
      parcel: {
        queued() {
          waited = true;
          setMark(element, "queued", "queued, leaves when the server is back");
        },
        answered(answer) {
          const tookMs = performance.now() - sentAt;
          if (answer.ok) setMark(element, "delivered", delivered(answer, tookMs));
          else setMark(element, "refused", answer.error);
          if (waited && answer.ok) reportLate();
        },
      },
    };
  }

  // One line for all that leaves together, not one for each.
  function reportLate(): void {
    deliveredLate += 1;
    if (deliveredLate > 1) return;
    setTimeout(() => {
      log.add("good", `${counted(deliveredLate, "queued message")} delivered`);
      deliveredLate = 0;
    }, 100);
  }

  function addOwn(id: string, content: Node, delivered: (answer: Answer, tookMs: number) => string): Mark["parcel"] {
    shownIds.add(id);
    const mark = makeMark(delivered);
    list.append(make("li", "message own", make("div", "bubble", content), mark.element));
    list.scrollTop = list.scrollHeight;
    return mark.parcel;
  }

  function addForeign(message: Message, content: Node): void {
    if (shownIds.has(message.id)) return;
    shownIds.add(message.id);
    const head = make("p", "message-head", make("b", "", message.name), make("time", "", clockTime(message.at)));
    const item = make("li", "message", head, make("div", "bubble", content));
    item.style.setProperty("--hue", String(message.hue));
    item.dataset["from"] = message.from;
    const previous = list.lastElementChild;
    if (previous instanceof HTMLElement && previous.dataset["from"] === message.from) item.classList.add("continued");
    appendAndFollow(list, item);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "" || room === "") return;
    const id = freshId();
    const parcel = addOwn(id, make("p", "", text), (_, tookMs) => `delivered, ${inWords(tookMs)}`);
    outbox.post({ event: "message", values: [{ id, text }], ...parcel });
    input.value = "";
    typing.stopped();
  });
  input.addEventListener("input", () => {
    if (input.value !== "") typing.noticed();
  });

  connection.on("message", (value) => {
    const message = readMessage(value);
    typing.stopped(message.from);
    addForeign(message, make("p", "", message.text));
  });

  return {
    show(view) {
      if (view.room !== room) {
        room = view.room;
        list.replaceChildren();
        shownIds.clear();
        typing.stopped();
        for (const control of form.elements) if ("disabled" in control) control.disabled = room === "";
        input.placeholder = room === "" ? "Join a room to write" : `Write to ${room}`;
        list.dataset["empty"] =
          room === "" ? "You are in no room." : "Nothing here yet. Say hello, or open a second tab.";
      }
      for (const message of view.messages) addForeign(message, make("p", "", message.text));
    },
    addOwn,
    addForeign,
  };
}

function setMark(element: HTMLElement, state: "queued" | "delivered" | "refused", words: string): void {
  element.className = `mark ${state}`;
  element.textContent = words;
}
