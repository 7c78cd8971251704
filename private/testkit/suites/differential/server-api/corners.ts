// Cases about moments that programs rarely look at: what happens before a socket is there, at its end, and in between.
// Place: **cases** -> stage -> server package, official clients

import { isObject } from "../../../src/peers/raw-surface.ts";
import { keysOf, messageOf, type ServerCase } from "./stage.ts";
import type { ApiSocket } from "./surface.ts";
import { ask, openWire } from "./wire.ts";

const BOTH = [2, 4] as const;

type Ack = (...args: readonly unknown[]) => void;

/** Cases about corners. */
export const CORNERS: readonly ServerCase[] = [
  {
    name: "sends what is emitted in the connection event behind the answer to the client",
    generations: BOTH,
    async run({ serve, connect, until, observer, show }) {
      const served = await serve();
      const { io } = served;
      io.on("connection", (socket: ApiSocket) => {
        socket.emit("first", 1);
        socket.join("room");
        io.emit("all", 2);
        socket.emit("ask", (answer: unknown) => socket.emit("last", answer));
      });
      const client = connect(served.url);
      const tell = observer("client");
      for (const event of ["connect", "first", "all"])
        client.on(event, (...args: readonly unknown[]) => tell(`${event}(${show(...args)})`));
      client.on("ask", (ack: Ack) => ack("answer"));
      tell(`last(${show(...(await until(client, "last")))})`);
    },
  },
  {
    name: "keeps the rooms that a middleware joined",
    generations: [4],
    async run({ serve, join, note, show }) {
      const served = await serve();
      served.io.use((socket, next) => {
        socket.join("early");
        next();
      });
      const { socket } = await join(served, "one");
      note(`rooms ${show(socket.rooms)}`);
    },
  },
  {
    name: "ends a socket in its connection event",
    generations: BOTH,
    async run({ serve, connect, until, note, show }) {
      const served = await serve();
      served.io.on("connection", (socket: ApiSocket) => {
        socket.on("disconnect", (reason: unknown) => note(`disconnect(${show(reason)})`));
        socket.disconnect();
        note(`connected=${socket.connected}, sockets ${keysOf(served.io.sockets.sockets).length}`);
      });
      const client = connect(served.url);
      note(`client: ${show((await until(client, "disconnect"))[0])}`);
    },
  },
  {
    name: "ends all waiting answers when a socket ends",
    generations: [4],
    async run({ serve, join, note, soon, show, until }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      const failed = soon(socket.timeout(200).emitWithAck("silent").then(String, messageOf));
      socket.emit("silent", () => note("never called"));
      const ended = soon(
        new Promise((resolve) =>
          socket.timeout(200).emit("silent", (...args: readonly unknown[]) => resolve(show(...args))),
        ),
      );
      const gone = until(socket, "disconnect");
      client.disconnect();
      await gone;
      note(`promise: ${await failed}`);
      note(`callback: ${String(await ended)}`);
    },
  },
  {
    name: "counts whoever goes while many are asked as late",
    generations: [4],
    async run({ serve, join, note, soon, show }) {
      const served = await serve();
      const one = await join(served, "one");
      const two = await join(served, "two");
      one.client.on("ask", (ack: Ack) => ack("one"));
      two.client.on("ask", () => two.client.disconnect());
      await soon(
        new Promise<void>((resolve) => {
          served.io.timeout(150).emit("ask", (error: unknown, answers: unknown) => {
            note(`${show(error)}, ${show(answers)}`);
            resolve();
          });
        }),
      );
    },
  },
  {
    name: "gives late and second answers of many no ear",
    generations: [4],
    async run({ serve, join, note, soon, show, pause }) {
      const served = await serve();
      const one = await join(served, "one");
      let answer: Ack = () => {};
      one.client.on("ask", (ack: Ack) => {
        answer = ack;
      });
      let calls = 0;
      await soon(
        new Promise<void>((resolve) => {
          served.io.timeout(40).emit("ask", (error: unknown, answers: unknown) => {
            calls += 1;
            note(`${show(error)}, ${show(answers)}`);
            resolve();
          });
        }),
      );
      answer("late");
      await pause(30);
      note(`calls ${calls}`);
    },
  },
  {
    name: "tells where it stands in connection_error: another transport, a bad origin, no id",
    generations: [4],
    async run({ serve, note, show }) {
      const served = await serve();
      const { io, port } = served;
      io.engine.on(
        "connection_error",
        ({ code, message, context }: { code: unknown; message: unknown; context: unknown }) => {
          const name = isObject(context) ? context["name"] : undefined;
          note(`${show(code, message, name)} ${keysOf(context)}`);
        },
      );
      const opened = await ask(port, "/socket.io/?EIO=4&transport=polling");
      const sid = /"sid":"([^"]*)"/.exec(opened.body)?.[1] ?? "";
      await ask(port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      const mismatch = await openWire(port, `/socket.io/?EIO=4&transport=pigeon&sid=${sid}`);
      note("wire" in mismatch ? "opened" : `${mismatch.status} ${mismatch.body}`);
      io.engine.generateId = () => {
        throw new Error("no ids left");
      };
      const refused = await ask(port, "/socket.io/?EIO=4&transport=polling");
      note(`${refused.status} ${refused.body}`);
    },
  },
  {
    name: "lets engine middlewares stop WebSockets, too",
    generations: [4],
    async run({ serve, note }) {
      const { io, port } = await serve();
      io.engine.use((request, _response, next) => {
        note(`asked about ${request.method}, upgrade ${String(request.headers["upgrade"])}`);
        next(new Error("stop"));
      });
      const opening = await openWire(port, "/socket.io/?EIO=4&transport=websocket");
      note("wire" in opening ? "opened" : `${opening.status} ${opening.body}`);
    },
  },
  {
    name: "tells headers of WebSockets, too",
    generations: [4],
    async run({ serve, note, join }) {
      const served = await serve();
      for (const event of ["initial_headers", "headers"]) {
        served.io.engine.on(event, (headers: unknown, request: { url?: string }) =>
          note(`${event}: ${Array.isArray(headers) ? "list" : typeof headers} for ${typeof request.url}`),
        );
      }
      await join(served, "one");
    },
  },
  {
    name: "knows that a page of elsewhere asked",
    generations: BOTH,
    async run({ serve, join, note }) {
      const served = await serve();
      const { socket } = await join(served, "one", {
        options: { extraHeaders: { origin: "http://elsewhere.example" } },
      });
      note(`xdomain=${socket.handshake.xdomain}`);
    },
  },
  {
    name: "emits to sockets by id while they are in rooms of others, and to themselves by io",
    generations: BOTH,
    async run({ serve, join, settled, observer, show }) {
      const served = await serve();
      const one = await join(served, "one");
      const two = await join(served, "two");
      for (const [name, { client }] of [["one", one] as const, ["two", two] as const]) {
        const tell = observer(`client ${name}`);
        client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
      }
      one.socket.to(two.socket.id).emit("news", "private");
      served.io.to(one.socket.id).to(two.socket.id).emit("news", "both");
      two.socket.join(one.socket.id);
      served.io.to(one.socket.id).emit("news", "whoever is in that room");
      await settled(one);
      await settled(two);
    },
  },
  {
    name: "does not stop at a listener that was removed, or throws nothing where there is none",
    generations: BOTH,
    async run({ serve, join, note, settled }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { socket, client } = pair;
      socket.once("news", () => note("once"));
      client.emit("news");
      client.emit("news");
      client.emit("nobody listens", () => note("never answered"));
      await settled(pair);
      socket.removeAllListeners("news");
      client.emit("news");
      await settled(pair);
      note(`listeners ${socket.listenerCount("news")}`);
    },
  },
  {
    name: "calls the listener of an event with an answer even when it wants no arguments",
    generations: BOTH,
    async run({ serve, join, note, soon, show }) {
      const served = await serve();
      const { socket, client } = await join(served, "one");
      socket.on("ask", async (...args: readonly unknown[]) => {
        const reply = args.at(-1);
        await Promise.resolve();
        if (typeof reply === "function") Reflect.apply(reply, undefined, []);
      });
      const answer = await soon(
        new Promise<readonly unknown[]>((resolve) =>
          client.emit("ask", (...args: readonly unknown[]) => resolve(args)),
        ),
      );
      note(`answer(${show(...answer)})`);
    },
  },
  {
    name: "refuses an answer of many without a time limit",
    generations: [4],
    async run({ serve, join, attempt, note, show, pause }) {
      const served = await serve();
      await join(served, "one");
      attempt("emit", () =>
        served.io.emit("ask", (error: unknown, answers: unknown) => note(`called ${show(error, answers)}`)),
      );
      await pause(30);
    },
  },
  {
    name: "takes a text, or an object, in the place of the error of a refusal",
    generations: BOTH,
    async run({ serve, connect, until, note, show, generation }) {
      const served = await serve();
      const refusals: readonly unknown[] = ["a text", { data: { code: 1 } }, { message: "as an error" }];
      for (const [at, refusal] of refusals.entries()) {
        const namespace = served.io.of(`/n${at}`);
        namespace.use((_socket, next) => next(refusal));
        namespace.on("connection", () => note("let in"));
        const client = connect(`${served.url}/n${at}`);
        const [told] = await until(client, generation === 4 ? "connect_error" : "error");
        note(
          `${show(refusal)}: ${told instanceof Error ? `${told.message}, ${show(Reflect.get(told, "data"))}` : show(told)}`,
        );
      }
    },
  },
  {
    name: "takes whatever is false for no refusal",
    generations: BOTH,
    async run({ serve, join, note, show, settled, generation }) {
      const served = await serve();
      for (const [at, refusal] of [false, 0, "", null].entries()) {
        served.io.of(`/n${at}`).use((_socket, next) => next(refusal));
        const pair = await join(served, `client ${at}`, { namespace: `/n${at}` });
        pair.socket.use((_packet, next) => next(refusal));
        pair.socket.on("news", () => note(`${show(refusal)}: heard`));
        pair.client.emit("news");
        await settled(pair);
      }
      if (generation === 4) {
        const { io, port } = await serve();
        for (const refusal of [false, 0, ""]) io.engine.use((_request, _response, next) => next(refusal));
        note(`engine: ${(await ask(port, "/socket.io/?EIO=4&transport=polling")).status}`);
      }
    },
  },
];
