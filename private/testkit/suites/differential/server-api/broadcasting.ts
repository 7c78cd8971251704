// Cases about what reaches many: rooms, exclusions, flags, answers of many, and what is done to many sockets at once.
// Place: **cases** -> stage -> server package, official clients

import { keysOf, messageOf, type Pair, type ServerCase, type Stage } from "./stage.ts";
import type { ApiBroadcast, ApiClient, ApiServer, ApiSocket } from "./surface.ts";

const BOTH = [2, 4] as const;

interface Crowd {
  readonly io: ApiServer;
  readonly one: Pair;
  readonly two: Pair;
  readonly three: Pair;
  /** Waits until all has arrived. */
  arrived(): Promise<void>;
}

/** Three clients that write down the event "news": one is in the rooms a and b, two in b, three in none. */
async function crowd(stage: Stage, options: object = {}): Promise<Crowd> {
  const { serve, join, observer, show, settled, soon, generation } = stage;
  const served = await serve(options);
  const hear = (name: string, client: ApiClient): void => {
    const tell = observer(name);
    for (const event of ["news", "message"]) {
      client.on(event, (...args: readonly unknown[]) => tell(`${event}(${show(...args)})`));
    }
  };
  const enter = async (socket: ApiSocket, rooms: readonly string[]): Promise<void> => {
    for (const room of rooms) {
      if (generation === 2) await soon(new Promise<void>((resolve) => void socket.join(room, () => resolve())));
      else await socket.join(room);
    }
  };
  const one = await join(served, "one");
  const two = await join(served, "two");
  const three = await join(served, "three");
  hear("client one", one.client);
  hear("client two", two.client);
  hear("client three", three.client);
  await enter(one.socket, ["a", "b"]);
  await enter(two.socket, ["b"]);
  return {
    io: served.io,
    one,
    two,
    three,
    async arrived() {
      for (const pair of [one, two, three]) await settled(pair);
    },
  };
}

/** Answers an event at a client with the client's name. */
function answer({ client }: Pair, name: string): void {
  client.on("ask", (...args: readonly unknown[]) => {
    const reply = args.at(-1);
    if (typeof reply === "function") reply(`${name} got ${args.length - 1}`);
  });
}

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

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
