// What travels between the page and the playground's server, and the readers that turn unknown data into it.
// Place in the flow: `... -> socket -> handlers`, where handlers begin. Rule: data from outside is `unknown` until a
// reader here has looked at it; what does not fit is left out rather than guessed.

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly hue: number;
  readonly revision: number;
  readonly transport: string;
}

export interface Message {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly hue: number;
  readonly at: number;
  readonly text: string;
}

export interface Stroke {
  readonly id: string;
  readonly ink: number;
  readonly width: number;
  readonly points: readonly number[];
}

export interface RoomEntry {
  readonly name: string;
  readonly people: number;
}

/** All that is needed to show a room; `room` is empty while one is in none. */
export interface RoomView {
  readonly room: string;
  readonly you: Person;
  readonly people: readonly Person[];
  readonly messages: readonly Message[];
  readonly strokes: readonly Stroke[];
  readonly rooms: readonly RoomEntry[];
}

/** How the server answers an event: with what was asked for, or with the reason why not. */
export type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

export function readAnswer(value: unknown): Answer {
  if (field(value, "ok") === true) return { ok: true, value };
  return { ok: false, error: text(value, "error") || "the server gave no reason" };
}

export function readPerson(value: unknown): Person {
  return {
    id: text(value, "id"),
    name: text(value, "name"),
    hue: number(value, "hue"),
    revision: number(value, "revision"),
    transport: text(value, "transport"),
  };
}

export function readMessage(value: unknown): Message {
  return {
    id: text(value, "id"),
    from: text(value, "from"),
    name: text(value, "name"),
    hue: number(value, "hue"),
    at: number(value, "at"),
    text: text(value, "text"),
  };
}

export function readStroke(value: unknown): Stroke {
  return {
    id: text(value, "id"),
    ink: number(value, "ink"),
    width: number(value, "width"),
    points: list(value, "points").filter((point) => typeof point === "number"),
  };
}

export function readRooms(value: unknown): RoomEntry[] {
  return items(value).map((entry) => ({ name: text(entry, "name"), people: number(entry, "people") }));
}

export function readPeople(value: unknown): Person[] {
  return list(value, "people").map(readPerson);
}

export function readRoomView(value: unknown): RoomView {
  return {
    room: text(value, "room"),
    you: readPerson(field(value, "you")),
    people: readPeople(value),
    messages: list(value, "messages").map(readMessage),
    strokes: list(value, "strokes").map(readStroke),
    rooms: readRooms(field(value, "rooms")),
  };
}

export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

export function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}

export function number(value: unknown, name: string): number {
  const found = field(value, name);
  return typeof found === "number" ? found : 0;
}

function list(value: unknown, name: string): unknown[] {
  return items(field(value, name));
}

function items(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
