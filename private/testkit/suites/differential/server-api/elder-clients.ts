// Cases about clients of 2.x whom a program of 4.x serves.
// Place: **cases** -> stage -> server package, official clients of both generations

import { keysOf, type ServerCase } from "./stage.ts";
import type { ApiSocket } from "./surface.ts";

type Ack = (...args: readonly unknown[]) => void;

const SERVING = { allowEIO3: true };

/** Cases about clients of 2.x. */
export const ELDER_CLIENTS: readonly ServerCase[] = [
  {
    name: "knows a client of 2.x by its protocol, ids and handshake",
    generations: [4],
    async run({ serve, join, note, show }) {
      const served = await serve(SERVING);
      const main = await join(served, "one", { client: 2, options: { query: { token: "t" } } });
      note(`protocol ${main.socket.conn.protocol}, id of the connection ${main.socket.id === main.socket.conn.id}`);
      note(`at the client, too: ${main.client.id === main.socket.id}`);
      note(`query ${show(main.socket.handshake.query["token"])}, auth ${show(main.socket.handshake.auth)}`);
      const other = await join(served, "two", { client: 2, namespace: "/a?key=k", at: served.io.of("/a") });
      note(`behind the name: ${other.socket.id === `/a#${other.socket.conn.id}`}`);
      note(`auth ${show(other.socket.handshake.auth["key"])}`);
      note(`rooms ${show(other.socket.rooms)}, main has one, too: ${keysOf(served.io.of("/").sockets).length}`);
    },
  },
  {
    name: "talks with clients of both generations in one room",
    generations: [4],
    async run({ serve, join, note, show, observer, settled, soon }) {
      const served = await serve(SERVING);
      const elder = await join(served, "elder", { client: 2 });
      const younger = await join(served, "younger");
      for (const [name, { client, socket }] of [["elder", elder] as const, ["younger", younger] as const]) {
        const tell = observer(`client ${name}`);
        client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
        client.on("ask", (value: unknown, ack: Ack) => ack(name, value));
        socket.on("order", (...args: readonly unknown[]) => note(`${name}: order(${show(...args)})`));
        socket.join("room");
      }
      served.io.to("room").emit("news", { deep: [Buffer.from([1]), "text", null] });
      elder.socket.broadcast.emit("news", "to the younger one");
      younger.socket.broadcast.emit("news", "to the elder one");
      await settled(elder);
      await settled(younger);
      elder.client.emit("order", Buffer.from([2]), "x");
      await settled(elder);
      younger.client.emit("order", Buffer.from([3]), "y");
      await settled(younger);
      const answers: unknown = await soon(served.io.timeout(4000).emitWithAck("ask", 7));
      note(`answers ${Array.isArray(answers) && answers.map(String).sort().join()}`);
      note(`elder alone ${show(await soon(elder.socket.timeout(4000).emitWithAck("ask", 8)))}`);
    },
  },
  {
    name: "refuses clients of 2.x in their own words",
    generations: [4],
    async run({ serve, connect, note, show, until }) {
      const served = await serve(SERVING);
      served.io.of("/a").use((socket, next) => {
        note(`asked, query ${show(socket.handshake.query["how"])}`);
        next(
          Object.assign(new Error("not you"), socket.handshake.query["how"] === "data" ? { data: { code: 1 } } : {}),
        );
      });
      for (const how of ["text", "data"]) {
        const [payload] = await until(connect(`${served.url}/a`, { query: { how } }, 2), "error");
        note(`${how}: ${show(payload)}`);
      }
      const [unknown] = await until(connect(`${served.url}/nowhere`, {}, 2), "error");
      note(`unknown: ${show(unknown)}`);
    },
  },
  {
    name: "guards the main namespace for clients of 2.x, which are in it by themselves",
    generations: [4],
    async run({ serve, connect, note, show, until }) {
      const served = await serve(SERVING);
      served.io.use((_socket, next) => next(new Error("closed")));
      served.io.of("/a").on("connection", () => note("let in"));
      const [payload] = await until(connect(served.url, {}, 2), "error");
      note(`main: ${show(payload)}`);
    },
  },
  {
    name: "ends sockets of clients of 2.x with the same reasons",
    generations: [4],
    async run({ serve, join, note, show, until }) {
      const served = await serve(SERVING);
      const watch = (socket: ApiSocket): void => {
        socket.on("disconnect", (reason: unknown) => note(`disconnect(${show(reason)})`));
      };
      const byServer = await join(served, "one", { client: 2, setUp: watch });
      const told = until(byServer.client, "disconnect");
      byServer.socket.disconnect();
      note(`client: ${show((await told)[0])}`);
      const byClient = await join(served, "two", { client: 2, setUp: watch });
      const left = until(byClient.socket, "disconnect");
      byClient.client.disconnect();
      await left;
      const cut = await join(served, "three", { client: 2, setUp: watch });
      const gone = until(cut.client, "disconnect");
      cut.socket.disconnect(true);
      note(`client: ${show((await gone)[0])}`);
      const away = await join(served, "four", { client: 2, setUp: watch });
      const end = until(away.client, "disconnect");
      served.io.disconnectSockets(true);
      note(`client: ${show((await end)[0])}`);
    },
  },
  {
    name: "makes namespaces on demand for clients of 2.x, whose query is what they say of themselves",
    generations: [4],
    async run({ serve, connect, note, show, until }) {
      const served = await serve(SERVING);
      served.io
        .of((name: string, told: object, next: (error: unknown, ok: boolean) => void) => {
          note(`asked: ${name}, ${show(Reflect.get(told, "token"))}`);
          next(null, true);
        })
        .on("connection", (socket: ApiSocket) => note(`connection to ${socket.nsp.name}`));
      await until(connect(`${served.url}/made?token=t`, {}, 2), "connect");
    },
  },
  {
    name: "gives clients of 2.x nothing of recovery",
    generations: [4],
    async run({ serve, join, note, observer, settled }) {
      const served = await serve({ ...SERVING, connectionStateRecovery: {} });
      const elder = await join(served, "elder", { client: 2 });
      const tell = observer("client");
      elder.client.on("news", (...args: readonly unknown[]) => tell(`news with ${args.length} arguments`));
      served.io.emit("news", 1);
      await settled(elder);
      note(`recovered ${elder.socket.recovered}`);
    },
  },
];
