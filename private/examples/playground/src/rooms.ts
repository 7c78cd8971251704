// Rooms and people: the list of rooms, joining, leaving, switching, who is here, and one's own name.
// Place in the flow: handlers at its end. Rule: the page shows a room only after the server has let it in; while
// offline these controls rest, since the server has the last word on them.

import type { Connection, Identity } from "./connection.ts";
import { find, make } from "./dom.ts";
import { keepIdentity } from "./identity.ts";
import type { Log } from "./log.ts";
import {
  type Person,
  type RoomEntry,
  type RoomView,
  readAnswer,
  readPeople,
  readRooms,
  readRoomView,
  text,
} from "./wire.ts";

export interface Rooms {
  show(view: RoomView): void;
}

/** `entered` is called with each room that the server has let this tab into, or with the view of being in none. */
export function openRooms(
  connection: Connection,
  identity: Identity,
  log: Log,
  entered: (view: RoomView) => void,
): Rooms {
  const roomList = find("rooms", HTMLUListElement);
  const peopleList = find("people", HTMLUListElement);
  const leave = find("leave", HTMLButtonElement);
  const roomForm = find("room-form", HTMLFormElement);
  const roomName = find("room-name", HTMLInputElement);
  const nameForm = find("name-form", HTMLFormElement);
  const name = find("name", HTMLInputElement);
  let room = "";
  let you = "";

  function ask(event: string, values: readonly unknown[], done: (value: unknown) => void): void {
    if (connection.state.kind !== "connected") return;
    connection.ask(event, values, (value) => {
      const answer = readAnswer(value);
      if (answer.ok) done(answer.value);
      else log.add("bad", answer.error);
    });
  }

  function join(wanted: string): void {
    ask("join", [wanted], (value) => {
      log.add("plain", `Joined room ${wanted}`);
      entered(readRoomView(value));
    });
  }

  function showRooms(rooms: readonly RoomEntry[]): void {
    roomList.replaceChildren(
      ...rooms.map((entry) => {
        const button = make("button", "room", entry.name, make("span", "count", String(entry.people)));
        button.type = "button";
        button.setAttribute("aria-label", `Room ${entry.name}, ${entry.people} in it`);
        if (entry.name === room) button.setAttribute("aria-current", "true");
        button.disabled = connection.state.kind !== "connected";
        button.addEventListener("click", () => {
          if (entry.name !== room) join(entry.name);
        });
        return make("li", "", button);
      }),
    );
  }

  function showPeople(people: readonly Person[]): void {
    peopleList.replaceChildren(
      ...people.map((person) => {
        const label = make("span", "person-name", person.id === you ? `${person.name} (you)` : person.name);
        const wire = `EIO ${person.revision} ${person.transport === "websocket" ? "ws" : person.transport}`;
        const item = make("li", "person", label, make("span", "person-wire", wire));
        item.style.setProperty("--hue", String(person.hue));
        return item;
      }),
    );
  }

  roomForm.addEventListener("submit", (event) => {
    event.preventDefault();
    join(roomName.value);
    roomForm.reset();
  });
  leave.addEventListener("click", () =>
    ask("leave", [], (value) => {
      log.add("plain", `Left room ${room}`);
      entered(readRoomView(value));
    }),
  );
  nameForm.addEventListener("submit", (event) => {
    event.preventDefault();
    name.blur();
  });
  name.addEventListener("change", () => {
    identity.name = name.value.trim() || identity.name;
    name.value = identity.name;
    keepIdentity(identity);
    ask("rename", [identity.name], () => {});
  });

  connection.on("rooms", (value) => showRooms(readRooms(value)));
  connection.on("people", (value) => {
    if (text(value, "room") === room) showPeople(readPeople(value));
  });
  connection.watch(() => {
    const online = connection.state.kind === "connected";
    for (const control of roomList.querySelectorAll("button")) control.disabled = !online;
    for (const control of roomForm.querySelectorAll("button")) control.disabled = !online;
    leave.disabled = !online;
    peopleList.classList.toggle("stale", !online);
  });

  name.value = identity.name;
  return {
    show(view) {
      room = view.room;
      you = view.you.id;
      identity.room = room;
      keepIdentity(identity);
      leave.hidden = room === "";
      showRooms(view.rooms);
      showPeople(view.people);
    },
  };
}
