// What the playground's server does with each event: the chat, the board, the image, the figures, the outage.
// Place in the flow: `... -> connection/namespace/socket -> handlers`, the handlers being this file.
// Rules: a name or a text is data, never markup; what may get lost (typing, strokes in motion) goes volatile;
// what must not get lost is acknowledged, and taken once even when a client sends it again after an outage.

import { randomUUID } from "node:crypto";
import { Refusal, readId, readImage, readName, readRoomName, readStroke, readText } from "./check.mjs";

const OUTAGE_MS = 3_000;

/** Puts the playground's events on a Socket.IO server; `startOutage` takes the server down for so many milliseconds. */
export function servePlayground(io, rooms, startOutage) {
  io.on("connection", (socket) => {
    // A 4.x client says who it is in `auth`, a 2.x client has only the query for it.
    const claims = { ...socket.handshake.query, ...socket.handshake.auth };
    const name = orElse(() => readName(claims.name), `guest ${socket.id.slice(0, 4)}`);
    const person = {
      id: socket.id,
      name,
      hue: hueOf(name),
      revision: socket.conn.protocol,
      transport: socket.conn.transport.name,
    };
    let room;

    function enter(roomName) {
      const next = rooms.open(roomName);
      leave();
      room = next;
      room.people.set(socket.id, person);
      socket.join(room.name);
      announce(room);
      return view();
    }

    function leave() {
      const left = room;
      room = undefined;
      if (left === undefined) return;
      left.people.delete(socket.id);
      socket.leave(left.name);
      announce(left);
    }

    function announce(changed) {
      io.to(changed.name).emit("people", { room: changed.name, people: changed.peopleList() });
      io.emit("rooms", rooms.list());
    }

    /** All a page needs to show the room it is in, at its first connection as after an outage. */
    function view() {
      const here = { room: room?.name ?? "", people: [], messages: [], strokes: [] };
      if (room !== undefined) {
        Object.assign(here, { people: room.peopleList(), messages: room.messages, strokes: room.strokes });
      }
      return { ...here, you: person, rooms: rooms.list() };
    }

    function presentRoom() {
      if (room === undefined) throw new Refusal("Cannot do this outside a room: join one first");
      return room;
    }

    socket.on("join", (roomName, ack) => answer(ack, () => enter(readRoomName(roomName))));

    socket.on("leave", (ack) =>
      answer(ack, () => {
        leave();
        return view();
      }),
    );

    socket.on("rename", (newName, ack) =>
      answer(ack, () => {
        person.name = readName(newName);
        person.hue = hueOf(person.name);
        if (room !== undefined) announce(room);
        return { you: person };
      }),
    );

    socket.on("message", (input, ack) =>
      answer(ack, () => {
        const here = presentRoom();
        const message = signed({ id: readId(input?.id) ?? randomUUID(), text: readText(input?.text) });
        if (here.isNew(message.id)) {
          here.addMessage(message);
          socket.to(here.name).emit("message", message);
        }
        return { id: message.id };
      }),
    );

    socket.on("image", (input, bytes, ack) =>
      answer(ack, () => {
        const here = presentRoom();
        const image = readImage(bytes);
        const note = signed({ id: readId(input?.id) ?? randomUUID(), type: image.type });
        if (here.isNew(note.id)) socket.to(here.name).emit("image", note, image.bytes);
        return { id: note.id, bytes: image.bytes.byteLength, receivers: here.people.size - 1 };
      }),
    );

    socket.on("typing", () => {
      if (room !== undefined) socket.to(room.name).volatile.emit("typing", { id: person.id, name: person.name });
    });

    socket.on("stroke:moving", (input) => {
      const stroke = orElse(() => readStroke(input));
      if (room !== undefined && stroke !== undefined) {
        socket.to(room.name).volatile.emit("stroke:moving", { ...stroke, by: person.id });
      }
    });

    socket.on("stroke", (input, ack) =>
      answer(ack, () => {
        const here = presentRoom();
        const stroke = readStroke(input);
        if (here.isNew(stroke.id)) {
          here.addStroke(stroke);
          socket.to(here.name).emit("stroke", stroke);
        }
        return { id: stroke.id };
      }),
    );

    socket.on("board:clear", (ack) =>
      answer(ack, () => {
        presentRoom().clearBoard();
        io.to(presentRoom().name).emit("board:clear", { name: person.name });
        return {};
      }),
    );

    // The page measures its round trip with this one.
    socket.on("echo", (ack) => answer(ack, () => ({})));

    socket.on("outage", (ack) =>
      answer(ack, () => {
        io.emit("outage", { name: person.name, ms: OUTAGE_MS });
        startOutage(OUTAGE_MS);
        return { ms: OUTAGE_MS };
      }),
    );

    socket.conn.once("upgrade", () => {
      person.transport = socket.conn.transport.name;
      if (room !== undefined) announce(room);
    });

    socket.on("disconnect", leave);

    function signed(content) {
      return { ...content, from: person.id, name: person.name, hue: person.hue, at: Date.now() };
    }

    const firstRoom = claims.room ?? "lobby";
    const greeting = firstRoom === "" ? view() : orElse(() => enter(readRoomName(firstRoom)), view());
    socket.emit("welcome", greeting);
  });
}

/** Does the work and tells the sender how it went; a sender that wants no answer passes no function. */
function answer(ack, work) {
  const reply = typeof ack === "function" ? ack : () => {};
  try {
    reply({ ok: true, ...work() });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reply({ ok: false, error: error.message });
  }
}

function orElse(read, fallback) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return fallback;
  }
}

/** The same name gets the same colour in every tab. */
function hueOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}
