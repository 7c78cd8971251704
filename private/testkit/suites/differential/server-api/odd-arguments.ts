// Cases about arguments that programs hand in by accident, or because they always worked.
// Place: **cases** -> stage -> server package, official clients

import { keysOf, type ServerCase } from "./stage.ts";

const BOTH = [2, 4] as const;

/** Cases about arguments. */
export const ODD_ARGUMENTS: readonly ServerCase[] = [
  {
    name: "joins rooms of any kind, none at all, and the same one twice",
    generations: [4],
    async run({ serve, join, note, show, attempt }) {
      const served = await serve();
      const { socket } = await join(served, "one");
      for (const room of [[], "", "a", "a", ["b", "a"]]) {
        attempt(`join ${show(room)}`, () => socket.join(room));
      }
      for (const room of ["never in", ""]) attempt(`leave ${show(room)}`, () => socket.leave(room));
      note(`rooms ${show(socket.rooms)}`);
    },
  },
  {
    name: "emits with functions in the middle, without arguments, and to rooms of no name",
    generations: BOTH,
    async run({ serve, join, settled, show, observer, generation }) {
      const served = await serve();
      const pair = await join(served, "one");
      const tell = observer("client");
      for (const event of ["news", "message", ""]) {
        pair.client.on(event, (...args: readonly unknown[]) => tell(`${show(event)}(${show(...args)})`));
      }
      pair.socket.emit("news");
      pair.socket.emit("");
      pair.socket.emit("news", () => {}, "behind a function");
      pair.socket.send();
      for (const room of ["", null, undefined]) served.io.to(room).emit("news", "to a room without a name");
      pair.socket.to(null).emit("news", "to others in a room without a name");
      if (generation === 4) {
        served.io.to([]).to([]).emit("news", "to no rooms");
        pair.socket.timeout(50).emit("news", "with a time limit and nobody to tell");
      }
      await settled(pair);
    },
  },
  {
    name: "sends by send with an answer",
    generations: BOTH,
    async run({ serve, join, soon, note, show }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      client.on("message", (value: unknown, ack: (answer: unknown) => void) => ack(value));
      const answer = await soon(new Promise<unknown>((resolve) => void socket.send("question", resolve)));
      note(`answer ${show(answer)}`);
    },
  },
  {
    name: "says what an emit gives once a socket has left",
    generations: BOTH,
    async run({ serve, join, note, show, generation, until }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      const gone = until(client, "disconnect");
      socket.disconnect();
      await gone;
      const given = socket.emit("late");
      note(generation === 4 ? show(given) : `itself: ${given === socket}`);
      note(
        `disconnect: ${socket.disconnect() === socket}, leave: ${socket.leave("x") === undefined || generation === 2}`,
      );
      note(`rooms ${keysOf(socket.rooms).length}`);
    },
  },
  {
    name: "refuses listeners that are none, as emitters of Node do",
    generations: BOTH,
    async run({ serve, join, note }) {
      const served = await serve();
      const { socket } = await join(served, "one");
      for (const emitter of [served.io, served.io.sockets, socket]) {
        try {
          Reflect.apply(emitter.on, emitter, ["news", undefined]);
          note("taken");
        } catch (error) {
          note(`thrown: ${error instanceof TypeError}`);
        }
      }
    },
  },
  {
    name: "has its options where programs read them",
    generations: BOTH,
    async run({ serve, note, show, generation }) {
      const { io } = await serve({ pingInterval: 7000, maxHttpBufferSize: 5000, transports: ["polling"] });
      const fields = [
        "pingInterval",
        "pingTimeout",
        "upgradeTimeout",
        "maxHttpBufferSize",
        "transports",
        "allowUpgrades",
      ];
      const holder = generation === 4 ? io.engine.opts : io.engine;
      for (const field of fields) note(`${field} ${show(Reflect.get(holder, field))}`);
    },
  },
  {
    name: "makes namespaces of any name, and finds them again",
    generations: BOTH,
    async run({ serve, join, note }) {
      const served = await serve();
      for (const name of ["/a/b", "/A", "/with space", "/ünï", "/a?b"]) {
        const namespace = served.io.of(name);
        note(`${name}: ${namespace.name}, the same: ${served.io.of(name) === namespace}`);
      }
      for (const name of ["/a/b", "/A"]) {
        const { socket } = await join(served, name, { namespace: name });
        note(`joined ${socket.nsp.name}`);
      }
    },
  },
];
