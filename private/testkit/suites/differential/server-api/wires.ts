// Cases about what goes over the wire: recovery of lost sockets, packets that break the rules, limits, parsers.
// Place: **cases** -> stage -> server package; WebSockets written by hand, official clients

import { handshake, opened, writeAt } from "./polling.ts";
import type { ServerCase, Stage } from "./stage.ts";
import { type ApiSocket, isApiConnection } from "./surface.ts";
import { type Answer, openWire, type Wire } from "./wire.ts";

const BOTH = [2, 4] as const;

async function open({ generation, atEnd }: Stage, port: number): Promise<Wire> {
  const opening = await openWire(port, `/socket.io/?EIO=${generation === 2 ? 3 : 4}&transport=websocket`);
  if (!("wire" in opening)) throw new Error("the WebSocket was refused");
  atEnd(() => opening.wire.close());
  await opening.wire.next();
  if (generation === 2) await opening.wire.next();
  return opening.wire;
}

/** What is told a client that joins, without its ids. */
function withoutIds(message: string): string {
  return message.replace(/"(sid|pid)":"[^"]*"/g, (_all, key: string) => `"${key}":some`);
}

const RECOVERING = { connectionStateRecovery: {} };

/** Cases about the wire. */
export const WIRES: readonly ServerCase[] = [
  {
    name: "answers who joins, and refuses who may not",
    generations: [4],
    async run(stage) {
      const { serve, note } = stage;
      const { port, io } = await serve();
      io.of("/a").use((_socket, next) => next(Object.assign(new Error("no"), { data: { a: 1 } })));
      const wire = await open(stage, port);
      wire.send("40");
      note(withoutIds(await wire.next()));
      wire.send("40/a,");
      note(await wire.next());
      wire.send('40/nowhere,{"token":1}');
      note(await wire.next());
    },
  },
  {
    name: "answers who joins, and refuses who may not, in the protocol of 2.x",
    generations: [2],
    async run(stage) {
      const { serve, note } = stage;
      const { port, io } = await serve();
      io.of("/a").use((_socket, next) => next(Object.assign(new Error("no"), { data: { a: 1 } })));
      io.of("/b");
      const wire = await open(stage, port);
      wire.send("40/b?token=1,");
      note(await wire.next());
      wire.send("40/a,");
      note(await wire.next());
      wire.send("40/nowhere,");
      note(await wire.next());
      wire.send('42/b,1["ask"]');
      io.of("/b").emit("told", 1);
      note(await wire.next());
    },
  },
  {
    name: "gives an id of recovery, and a place in the log to events without an ack",
    generations: [4],
    async run(stage) {
      const { serve, note, until } = stage;
      const { port, io } = await serve(RECOVERING);
      const wire = await open(stage, port);
      const told = until(io.sockets, "connection");
      wire.send("40");
      note(withoutIds(await wire.next()));
      await told;
      io.emit("news", 1);
      note((await wire.next()).replace(/"[^"]{6,}"\]/, '"offset"]'));
      io.emit("bytes", Buffer.from([1]));
      note((await wire.next()).replace(/"[^"]{6,}"\]/, '"offset"]'));
      note(await wire.next());
      io.timeout(1000).emit("ask", () => {});
      note(await wire.next());
    },
  },
  {
    name: "brings back a lost socket with its id, rooms, data and what it missed",
    generations: [4],
    async run(stage) {
      const { serve, join, note, show, observer, until, settled } = stage;
      const served = await serve(RECOVERING);
      const tell = observer("client");
      const first = await join(served, "one", {
        options: { reconnection: true, reconnectionDelay: 100, reconnectionDelayMax: 100 },
      });
      const { client, socket } = first;
      client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args.slice(0, 1))})`));
      socket.join("a");
      socket.data["user"] = "u";
      served.io.emit("news", "before");
      await settled(first);
      const lost = until(socket, "disconnect");
      const back = until(served.io.sockets, "connection");
      const again = until(client, "connect");
      client.io.engine.close();
      await lost;
      served.io.emit("news", "while away");
      served.io.to("a").emit("news", "to its room");
      served.io.to("b").emit("news", "to another room");
      served.io.volatile.emit("news", "volatile");
      const [returned] = await back;
      await again;
      const found: unknown = returned;
      if (typeof found !== "object" || found === null) throw new Error("no socket");
      note(`recovered ${show(Reflect.get(found, "recovered"), client.recovered)}`);
      note(
        `id the same: ${Reflect.get(found, "id") === socket.id}, rooms ${show(Reflect.get(found, "rooms"))}, data ${show(Reflect.get(found, "data"))}`,
      );
    },
  },
  {
    name: "skips middlewares for a socket that comes back, unless it is told not to",
    generations: [4],
    async run({ serve, join, note, until }) {
      for (const skipMiddlewares of [true, false]) {
        const served = await serve({ connectionStateRecovery: { skipMiddlewares } });
        served.io.use((_socket, next) => {
          note(`middleware, skipping ${skipMiddlewares}`);
          next();
        });
        const { client, socket } = await join(served, "one", {
          options: { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 20 },
        });
        served.io.emit("news");
        await until(client, "news");
        const again = until(client, "connect");
        client.io.engine.close();
        await again;
        note(`recovered ${client.recovered}, id the same ${client.id === socket.id}`);
        client.disconnect();
      }
    },
  },
  {
    name: "does not bring back a socket that left, or was sent away",
    generations: [4],
    async run({ serve, join, note, until }) {
      const served = await serve(RECOVERING);
      const { client, socket } = await join(served, "one");
      served.io.emit("news");
      await until(client, "news");
      const gone = until(socket, "disconnect");
      client.disconnect();
      await gone;
      const again = until(client, "connect");
      client.connect();
      await again;
      note(`recovered ${client.recovered}, another id ${client.id !== socket.id}`);
    },
  },
  {
    name: "closes a connection that breaks the rules",
    generations: [4],
    async run(stage) {
      const { serve, note, show } = stage;
      const { port, io } = await serve();
      io.engine.on("connection", (connection: { on(event: string, listener: (reason: unknown) => void): void }) =>
        connection.on("close", (reason) => note(`closed: ${show(reason)}`)),
      );
      io.on("connection", (socket: ApiSocket) =>
        socket.on("disconnect", (reason: unknown) => note(`disconnect: ${show(reason)}`)),
      );
      const broken = ['42["early"]', "4not a packet", "9", "40{", '45["no attachments"]', "43[]", "41"];
      for (const message of broken) {
        const wire = await open(stage, port);
        wire.send(message);
        note(`${message}: ${await wire.next()}`);
      }
      for (const message of ["40", "4{}", '45-20-["x"]', '42["disconnect"]', "42[1", '42{"a":1}', "44"]) {
        const wire = await open(stage, port);
        wire.send("40");
        await wire.next();
        wire.send(message);
        note(`then ${message}: ${withoutIds(await wire.next())}`);
      }
    },
  },
  {
    name: "takes what breaks the rules as it did",
    generations: [2],
    async run(stage) {
      const { serve, note, show } = stage;
      const { port, io } = await serve();
      io.on("connection", (socket: ApiSocket) => {
        socket.on("error", (error: unknown) => note(`error: ${error instanceof Error ? "an error" : show(error)}`));
        socket.on("disconnect", (reason: unknown) => note(`disconnect: ${show(reason)}`));
        socket.on("ask", (ack: () => void) => ack());
      });
      for (const message of ['42/nowhere,["x"]', "40", '43/,7["nothing asked"]', "44"]) {
        const wire = await open(stage, port);
        wire.send(message);
        wire.send('421["ask"]');
        note(`${message}: ${await wire.next()}`);
      }
    },
  },
  {
    name: "takes ten attachments and no more",
    generations: BOTH,
    async run({ serve, join, note, show, until }) {
      const served = await serve();
      const { client, socket } = await join(served, "one");
      const bytes = (count: number): readonly Buffer[] =>
        Array.from({ length: count }, (_none, at) => Buffer.from([at]));
      const ten = until(socket, "ten");
      client.emit("ten", ...bytes(10));
      note(`ten: ${(await ten).length}`);
      const gone = until(socket, "disconnect");
      client.emit("eleven", ...bytes(11));
      note(`eleven: ${show((await gone)[0])}`);
    },
  },
  {
    name: "closes a connection whose message is too large",
    generations: BOTH,
    async run({ serve, join, note, show, until }) {
      const served = await serve({ maxHttpBufferSize: 1000 });
      const { client, socket } = await join(served, "one");
      const gone = until(socket, "disconnect");
      client.emit("large", "x".repeat(2000));
      note(show((await gone)[0]));
    },
  },
  {
    name: "drops what is volatile where no poll waits, and sends it where one does",
    generations: BOTH,
    async run(stage) {
      const { serve, note, until } = stage;
      const { port, io } = await serve();
      const joined = until(io.sockets, "connection");
      const { sid } = opened(await handshake(stage, port));
      const poll = (): Promise<Answer> => handshake(stage, port, {}, `&sid=${String(sid)}`);
      if (stage.generation === 4) {
        await writeAt(stage, port, sid);
        await joined;
        note(withoutIds((await poll()).body));
      }
      io.volatile.emit("lost");
      io.emit("kept");
      note((await poll()).body);
      const connection: unknown = Object.values(io.engine.clients)[0];
      if (!isApiConnection(connection)) throw new Error("it is no connection");
      const waiting = poll();
      while (!connection.transport.writable) await stage.pause(5);
      io.volatile.emit("in time");
      note((await waiting).body);
    },
  },
  {
    name: "puts the answer of the main namespace into that to the handshake, unless a middleware is asked first",
    generations: [2],
    async run(stage) {
      const { serve, note } = stage;
      const open = await serve();
      note((await handshake(stage, open.port)).body.replace(/^\d+:0\{[^}]*\}/, "open "));
      const guarded = await serve();
      guarded.io.use((_socket, next) => setTimeout(next, 20));
      const first = await handshake(stage, guarded.port);
      note(first.body.replace(/^\d+:0\{[^}]*\}/, "open "));
      note((await handshake(stage, guarded.port, {}, `&sid=${String(opened(first)["sid"])}`)).body);
    },
  },
];
