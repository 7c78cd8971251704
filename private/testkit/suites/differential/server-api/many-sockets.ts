// Cases about many sockets at once: who they are, what is done to them, what they answer, and other servers.
// Place: **cases** -> stage -> server package, official clients

import { answer, crowd } from "./crowd.ts";
import { messageOf, type ServerCase } from "./stage.ts";
import type { ApiBroadcast, ApiServer } from "./surface.ts";

/** Cases about many sockets. */
export const MANY_SOCKETS: readonly ServerCase[] = [
  {
    name: "shows what an operator is made of",
    generations: [4],
    async run(stage) {
      const { io, one, note, show } = { ...(await crowd(stage)), ...stage };
      const operator = io.to(["a", "b"]).except("c").compress(false).volatile.timeout(50);
      note(`rooms ${show(operator.rooms)}, but ${show(operator.exceptRooms)}`);
      note(`flags ${show(operator.flags)}, adapter: ${operator.adapter === io.of("/").adapter}`);
      note(`of a socket: but ${show(one.socket.broadcast.exceptRooms)}`);
    },
  },
  {
    name: "asks many and hears all their answers in time",
    generations: [4],
    async run(stage) {
      const { io, one, two, three, note, show, soon } = { ...(await crowd(stage)), ...stage };
      answer(one, "one");
      answer(two, "two");
      answer(three, "three");
      const asked = (operator: ApiBroadcast): Promise<void> =>
        soon(
          new Promise((resolve) => {
            operator.emit("ask", "x", (error: unknown, answers: readonly string[]) => {
              note(`callback(${show(error)}, ${show([...answers].sort())})`);
              resolve();
            });
          }),
        );
      await asked(io.timeout(4000));
      await asked(io.to("b").timeout(4000));
      await asked(io.timeout(4000).to("nowhere"));
      await asked(one.socket.broadcast.timeout(4000));
      note(`promise: ${show([...asList(await soon(io.timeout(4000).emitWithAck("ask", 1, 2)))].sort())}`);
      note(`promise of a room: ${show(await soon(io.to("a").timeout(4000).emitWithAck("ask")))}`);
    },
  },
  {
    name: "tells who has not answered in time, with the answers that came",
    generations: [4],
    async run(stage) {
      const { io, one, note, show, soon } = { ...(await crowd(stage)), ...stage };
      answer(one, "one");
      await soon(
        new Promise<void>((resolve) => {
          io.timeout(60).emit("ask", (error: unknown, answers: readonly unknown[]) => {
            note(`callback(${show(error)}, ${show(answers)})`);
            resolve();
          });
        }),
      );
      const failure = await soon(
        io
          .timeout(60)
          .emitWithAck("ask")
          .catch((error: unknown) => error),
      );
      note(`failed: ${messageOf(failure)}, responses ${show(Reflect.get(Object(failure), "responses"))}`);
    },
  },
  {
    name: "gives the ids of sockets to a callback, of all and of a room",
    generations: [2],
    async run(stage) {
      const { io, note, show, soon } = { ...(await crowd(stage)), ...stage };
      const ids = (what: ApiBroadcast | ApiServer): Promise<string> =>
        soon(
          new Promise((resolve) => {
            what.clients((error, found) => resolve(`${show(error)}, ${[...found].map((id) => show(id)).sort()}`));
          }),
        );
      note(`io: ${await ids(io)}`);
      note(`room: ${await ids(io.in("b"))}`);
      note(`of: ${await ids(io.of("/").in("a"))}`);
      note(`unknown room: ${await ids(io.in("nowhere"))}`);
      note(`gives itself: ${io.of("/").clients(() => {}) === io.of("/")}`);
    },
  },
  {
    name: "gives the ids of sockets by promise",
    generations: [4],
    async run(stage) {
      const { io, note, show, soon } = { ...(await crowd(stage)), ...stage };
      note(`io: ${show(await soon(io.allSockets()))}`);
      note(`room: ${show(await soon(io.in("b").allSockets()))}`);
      note(`of: ${show(await soon(io.of("/").allSockets()))}`);
    },
  },
  {
    name: "gives sockets by promise, with what is known of them",
    generations: [4],
    async run(stage) {
      const { io, one, note, show, soon } = { ...(await crowd(stage)), ...stage };
      one.socket.data["who"] = "first";
      const all = await soon(io.fetchSockets());
      note(`all: ${all.map(({ id }) => show(id)).sort()}`);
      const [found] = await soon(io.in("a").fetchSockets());
      note(`found: ${found?.id === one.socket.id}, rooms ${show(found?.rooms)}, data ${show(found?.data)}`);
      note(`handshake: ${typeof found?.handshake.headers}, ${typeof found?.handshake.time}`);
      note(`but: ${(await soon(io.except("b").fetchSockets())).map(({ id }) => show(id))}`);
      note(`local: ${(await soon(io.local.fetchSockets())).length}`);
      note(`of a socket: ${(await soon(one.socket.to("b").fetchSockets())).map(({ id }) => show(id))}`);
      note(`none: ${(await soon(io.in("nowhere").fetchSockets())).length}`);
    },
  },
  {
    name: "does to sockets that it gave what a program asks for",
    generations: [4],
    async run(stage) {
      const { io, one, two, note, show, soon, until, arrived } = { ...(await crowd(stage)), ...stage };
      answer(one, "one");
      const [found] = await soon(io.in("a").fetchSockets());
      found?.emit("news", "to the found one");
      await found?.join(["c", "d"]);
      await found?.leave("a");
      note(`rooms: ${show(one.socket.rooms)}`);
      note(`asked: ${show(await soon(found?.timeout(4000).emitWithAck("ask") ?? Promise.reject(new Error("none"))))}`);
      await arrived();
      const left = until(one.client, "disconnect");
      found?.disconnect();
      note(`left: ${show((await left)[0])}`);
      note(`others stay: ${two.socket.connected}`);
    },
  },
  {
    name: "has many sockets join, leave and go at once",
    generations: [4],
    async run(stage) {
      const { io, one, two, three, note, show, until } = { ...(await crowd(stage)), ...stage };
      note(`joins gives: ${show(io.in("b").socketsJoin(["x", "y"]))}`);
      note(`rooms: ${show(one.socket.rooms)} ${show(two.socket.rooms)} ${show(three.socket.rooms)}`);
      note(`leaves gives: ${show(io.socketsLeave("x"))}`);
      io.of("/").in("y").except("a").socketsLeave("b");
      note(`rooms: ${show(one.socket.rooms)} ${show(two.socket.rooms)}`);
      const gone = [until(one.client, "disconnect"), until(three.client, "disconnect")];
      const cut = until(two.client, "disconnect");
      note(`ends gives: ${show(io.except("y").disconnectSockets())}`);
      io.in("a").disconnectSockets(false);
      for (const reason of await Promise.all(gone)) note(`left: ${show(reason[0])}`);
      io.disconnectSockets(true);
      note(`cut: ${show((await cut)[0])}`);
    },
  },
  {
    name: "tells other servers, of which there are none, and refuses reserved names",
    generations: [4],
    async run(stage) {
      const { io } = await stage.serve();
      const { note, attempt } = stage;
      io.on("hello", () => note("heard by itself"));
      attempt("emit", () => io.serverSideEmit("hello", 1));
      for (const event of ["connect", "connection", "new_namespace"]) {
        attempt(event, () => io.serverSideEmit(event, 1));
      }
      attempt("of a namespace", () => io.of("/a").serverSideEmit("hello"));
    },
  },
];

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
