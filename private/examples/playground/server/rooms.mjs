// The playground's memory: who is in which room, the last messages, the drawing board of each room.
// It knows nothing of sockets, so it outlives the outage that the page's "kill the server" button makes.
// Rules: everything is bounded; a room that people named goes when space is needed and nobody is in it.

import { LIMITS, Refusal } from "./check.mjs";

const STANDING_ROOMS = ["lobby", "harbour", "workshop"];

export class Rooms {
  #rooms = new Map(STANDING_ROOMS.map((name) => [name, new Room(name)]));

  /** The room of that name, made when it is new. */
  open(name) {
    const known = this.#rooms.get(name);
    if (known !== undefined) return known;
    if (this.#rooms.size >= LIMITS.rooms) this.#dropAnEmptyRoom();
    const room = new Room(name);
    this.#rooms.set(name, room);
    return room;
  }

  /** What the page's room list shows: standing rooms, and others while somebody is there. */
  list() {
    return [...this.#rooms.values()]
      .filter((room) => room.people.size > 0 || STANDING_ROOMS.includes(room.name))
      .map((room) => ({ name: room.name, people: room.people.size }));
  }

  #dropAnEmptyRoom() {
    for (const [name, room] of this.#rooms) {
      if (room.people.size > 0 || STANDING_ROOMS.includes(name)) continue;
      this.#rooms.delete(name);
      return;
    }
    throw new Refusal(`Cannot open another room: all ${LIMITS.rooms} are in use`);
  }
}

class Room {
  people = new Map();
  messages = [];
  strokes = [];
  #recentIds = [];

  constructor(name) {
    this.name = name;
  }

  /** True once per id: a client sends again what it could not get acknowledged before its connection broke. */
  isNew(id) {
    if (this.#recentIds.includes(id)) return false;
    keepLast(this.#recentIds, id, LIMITS.messagesPerRoom * 4);
    return true;
  }

  addMessage(message) {
    keepLast(this.messages, message, LIMITS.messagesPerRoom);
  }

  addStroke(stroke) {
    keepLast(this.strokes, stroke, LIMITS.strokesPerBoard);
  }

  clearBoard() {
    this.strokes.length = 0;
  }

  peopleList() {
    return [...this.people.values()];
  }
}

function keepLast(list, item, most) {
  list.push(item);
  if (list.length > most) list.shift();
}
