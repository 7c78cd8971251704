// Cases about what reaches many: rooms, exclusions, flags, answers of many, and what is done to many sockets at once.
// Place: **cases** -> stage -> server package, official clients

import { crowd } from "./crowd.ts";
import { keysOf, type ServerCase } from "./stage.ts";

const BOTH = [2, 4] as const;

/** Cases about broadcasts. */
export const BROADCASTING: readonly ServerCase[] = [
  {
    name: "reaches everybody, a room, the union of rooms once, a socket by its id, and nobody in an unknown room",
    generations: BOTH,
    async run(stage) {
      const { io, arrived, three } = await crowd(stage);
      io.emit("news", "all");
      io.to("a").emit("news", "a");
      io.in("b").emit("news", "b");
      io.to("a").to("b").emit("news", "a or b");
      io.of("/").to("b").emit("news", "of");
      io.sockets.in("a").emit("news", "sockets");
      io.to(three.socket.id).emit("news", "three alone");
      io.to("nowhere").emit("news", "nobody");
      await arrived();
    },
  },
  {
    name: "reaches everybody but the socket itself, in rooms and without, by every way to say it",
    generations: BOTH,
    async run(stage) {
      const { one, arrived } = await crowd(stage);
      const { socket } = one;
      socket.broadcast.emit("news", "broadcast");
      socket.to("b").emit("news", "to b");
      socket.in("b").emit("news", "in b");
      socket.broadcast.to("b").emit("news", "broadcast to b");
      socket.to("a").emit("news", "nobody");
      socket.to(socket.id).emit("news", "not even itself");
      socket.to("a").to("b").emit("news", "a or b");
      await arrived();
    },
  },
  {
    name: "sends by send and write the event message, to all and to rooms",
    generations: BOTH,
    async run(stage) {
      const { io, one, arrived, two } = await crowd(stage);
      stage.note(`send gives itself: ${io.send("hello") === io}, ${io.write("there") === io}`);
      stage.note(`of a namespace: ${io.of("/").send("main") === io.of("/")}`);
      stage.note(
        `of a socket: ${two.socket.send("two", 2) === two.socket}, ${two.socket.write("again") === two.socket}`,
      );
      if (stage.generation === 2) one.socket.broadcast.send("others");
      await arrived();
    },
  },
  {
    name: "takes several rooms at once, and everybody where there is none",
    generations: [4],
    async run(stage) {
      const { io, one, arrived } = await crowd(stage);
      io.to(["a", "b"]).emit("news", "list");
      io.to([]).emit("news", "empty list");
      io.except("a").emit("news", "all but a");
      io.except(["a", "b"]).emit("news", "all but a and b");
      io.to("b").except("a").emit("news", "b but a");
      io.in("b").except(one.socket.id).emit("news", "b but one");
      one.socket.except("b").emit("news", "others but b");
      one.socket.to(["b", "nowhere"]).except("a").emit("news", "b by a list");
      await arrived();
    },
  },
  {
    name: "keeps what is said about one emit away from the next",
    generations: [4],
    async run(stage) {
      const { io, one, arrived } = await crowd(stage);
      const inA = io.to("a");
      const inAOrB = inA.to("b");
      inA.emit("news", "a");
      inAOrB.emit("news", "a or b");
      io.emit("news", "all");
      one.socket.to("b");
      one.socket.emit("news", "one itself");
      stage.note(`operators are others: ${inA !== inAOrB && !Object.is(one.socket.broadcast, one.socket.broadcast)}`);
      await arrived();
    },
  },
  {
    name: "keeps rooms and flags at the namespace until the next emit",
    generations: [2],
    async run(stage) {
      const { io, arrived, one } = await crowd(stage);
      stage.note(`to gives the namespace: ${io.to("a") === io.sockets}, ${io.sockets.in("b") === io.sockets}`);
      stage.note(`waiting rooms: ${stage.show(io.sockets.rooms)}`);
      io.emit("news", "a or b");
      stage.note(`rooms after: ${stage.show(io.sockets.rooms)}`);
      io.emit("news", "all");
      stage.note(`flags give the namespace: ${io.sockets.json === io.sockets}, ${io.sockets.local === io.sockets}`);
      stage.note(`compress: ${io.compress(false) === io.sockets}, ${io.binary(false) === io.sockets}`);
      stage.note(`flags: ${stage.show(io.sockets.flags)}`);
      io.emit("news", "flagged");
      stage.note(`flags after: ${stage.show(io.sockets.flags)}`);
      const { socket } = one;
      stage.note(
        `socket: ${Object.is(socket.to("b"), socket)}, ${Object.is(socket.broadcast, socket)}, ${socket.json === socket}`,
      );
      socket.emit("news", "b, but one");
      socket.emit("news", "one");
      await arrived();
    },
  },
  {
    name: "gives the namespace or the socket from emit, so that programs can go on",
    generations: [2],
    async run(stage) {
      const { io, one, arrived } = await crowd(stage);
      stage.note(`io: ${io.emit("news", 1) === io.sockets}`);
      stage.note(`namespace: ${io.sockets.emit("news", 2) === io.sockets}`);
      stage.note(`room: ${io.to("a").emit("news", 3) === io.sockets}`);
      stage.note(`socket: ${one.socket.emit("news", 4) === one.socket}`);
      await arrived();
    },
  },
  {
    name: "gives true from emit",
    generations: [4],
    async run(stage) {
      const { io, one, arrived } = await crowd(stage);
      stage.note(`io: ${stage.show(io.emit("news", 1))}, namespace: ${stage.show(io.of("/").emit("news", 2))}`);
      stage.note(`room: ${stage.show(io.to("a").emit("news", 3))}, socket: ${stage.show(one.socket.emit("news", 4))}`);
      stage.note(`others: ${stage.show(one.socket.broadcast.emit("news", 5))}`);
      await arrived();
    },
  },
  {
    name: "takes the flags volatile, local, compress, json and binary, and still arrives",
    generations: BOTH,
    async run(stage) {
      const { io, one, arrived } = await crowd(stage);
      io.volatile.emit("news", "volatile");
      await arrived();
      one.socket.volatile.emit("news", "volatile to one");
      await arrived();
      io.local.emit("news", "local");
      io.compress(false).emit("news", "not compressed");
      io.local.to("a").emit("news", "local a");
      one.socket.compress(false).emit("news", "not compressed to one");
      if (stage.generation === 2) {
        io.json.emit("news", "json");
        io.binary(false).emit("news", "no bytes");
        one.socket.json.emit("news", "json to one");
        one.socket.binary(true).emit("news", Buffer.from([1]));
      }
      await arrived();
    },
  },
  {
    name: "refuses a callback where no time is given",
    generations: [2],
    async run(stage) {
      const { io, one } = await crowd(stage);
      stage.attempt("io", () => io.emit("news", () => {}) === io);
      stage.attempt("socket to others", () => one.socket.broadcast.emit("news", () => {}) === one.socket);
      stage.attempt("room", () => io.to("a").emit("news", () => {}) === io);
    },
  },
  {
    name: "takes numbers for rooms, as 2.x did",
    generations: [2],
    async run(stage) {
      const { list, io, three, arrived, note, soon } = { ...(await crowd(stage)), ...stage };
      await soon(new Promise<void>((resolve) => void three.socket.join(42, () => resolve())));
      note(`rooms: ${list(keysOf(three.socket.rooms))}`);
      io.to(42).emit("news", "by number");
      io.to("42").emit("news", "by text");
      await arrived();
    },
  },
  {
    name: "leaves the program's values as they are, bytes included, however many get them",
    generations: BOTH,
    async run(stage) {
      const { io, arrived } = await crowd(stage);
      const value = { bytes: Buffer.from([1, 2]), list: [Buffer.from([3])], date: new Date(0), none: undefined };
      io.emit("news", value, null);
      io.to("a").emit("news", value);
      stage.note(`still bytes: ${Buffer.isBuffer(value.bytes)}, ${Buffer.isBuffer(value.list[0])}`);
      await arrived();
    },
  },
];
