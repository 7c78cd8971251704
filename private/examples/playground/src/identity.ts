// Who this tab is: a name and a room, kept for the life of the tab, so that two tabs are two people.
// Place in the flow: beside it. `?name=` and `?room=` in the page's address win over what is kept.

import type { Identity } from "./connection.ts";

const NAMES = [
  "Avocet",
  "Cormorant",
  "Curlew",
  "Dunlin",
  "Eider",
  "Fulmar",
  "Gannet",
  "Guillemot",
  "Heron",
  "Kittiwake",
];
const MORE_NAMES = ["Merganser", "Osprey", "Petrel", "Plover", "Puffin", "Razorbill", "Redshank", "Sandpiper", "Tern"];

export function loadIdentity(): Identity {
  const asked = new URLSearchParams(location.search);
  return {
    name: asked.get("name") ?? sessionStorage.getItem("name") ?? pick([...NAMES, ...MORE_NAMES]),
    room: asked.get("room") ?? sessionStorage.getItem("room") ?? "lobby",
  };
}

export function keepIdentity(identity: Identity): void {
  sessionStorage.setItem("name", identity.name);
  sessionStorage.setItem("room", identity.room);
}

/** An id for a message or a stroke: the server takes each one once, however often it is sent. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pick(names: readonly string[]): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return names[random % names.length] ?? "Guest";
}
