// Cases about the adapter below a namespace: its rooms, its methods, its events, and adapters that programs write.
// Place: **cases** -> stage -> server package

import { requireOfficial } from "../../../src/peers/load-package.ts";
import { isObject } from "../../../src/peers/raw-surface.ts";
import { callMethod, keysOf, type ServerCase, type Stage } from "./stage.ts";
import { type ApiAdapter, type ApiClass, isApiClass } from "./surface.ts";

/** Joins in 2.x are over a turn later. */
async function joined(
  { soon }: Stage,
  socket: { join(room: string, done: () => void): unknown },
  room: string,
): Promise<void> {
  await soon(new Promise<void>((resolve) => void socket.join(room, resolve)));
}

/** The class of the adapter that a server uses, from which a program derives its own. */
function classOf(adapter: object): ApiClass {
  const found: unknown = adapter.constructor;
  if (!isApiClass(found)) throw new Error("it has no class");
  return found;
}

/** Cases about adapters. */
export const ADAPTERS: readonly ServerCase[] = [
  {
    name: "has rooms and sockets as Maps of Sets",
    generations: [4],
    async run({ serve, join, note, show }) {
      const served = await serve();
      const one = await join(served, "one");
      const two = await join(served, "two");
      one.socket.join("a");
      two.socket.join(["a", "b"]);
      const { adapter } = served.io.of("/");
      note(`rooms: ${show(adapter.rooms)}`);
      note(`sockets: ${show(adapter.sids)}`);
      note(
        `Maps: ${adapter.rooms instanceof Map && adapter.sids instanceof Map}, namespace ${adapter.nsp === served.io.of("/")}`,
      );
      two.socket.leave("b");
      note(`rooms: ${show(adapter.rooms)}`);
    },
  },
  {
    name: "has rooms and sockets as objects",
    generations: [2],
    async run(stage) {
      const { list, serve, join, note, show } = stage;
      const served = await serve();
      const one = await join(served, "one");
      await joined(stage, one.socket, "a");
      const { adapter } = served.io.sockets;
      note(`rooms: ${list(Object.keys(adapter.rooms))}`);
      const a: unknown = Reflect.get(adapter.rooms, "a");
      if (!isObject(a)) throw new Error("no room");
      note(`length ${show(a["length"])}, sockets ${show(a["sockets"])}`);
      note(`no room: ${show(Reflect.get(adapter.rooms, "b"))}, ${"b" in adapter.rooms}`);
      note(`sids: ${show(Reflect.get(adapter.sids, one.socket.id))}`);
      const seen: string[] = [];
      for (const room in adapter.rooms) seen.push(room);
      note(`for in: ${list(seen)}`);
    },
  },
  {
    name: "gives sockets and rooms to callbacks, and takes them in and out",
    generations: [2],
    async run(stage) {
      const { list, serve, join, note, show, soon } = stage;
      const served = await serve();
      const one = await join(served, "one");
      await joined(stage, one.socket, "a");
      const { adapter } = served.io.sockets;
      note(
        `clients: ${await soon(new Promise((resolve) => void adapter.clients(["a"], (error, ids) => resolve(show(error, ids)))))}`,
      );
      note(
        `rooms: ${await soon(new Promise((resolve) => void adapter.clientRooms(one.socket.id, (error, rooms) => resolve(show(error, rooms)))))}`,
      );
      await soon(new Promise<void>((resolve) => void adapter.add("id", "r", () => resolve())));
      note(`added: ${"r" in adapter.rooms}`);
      await soon(new Promise<void>((resolve) => void adapter.addAll("id", ["s", "t"], () => resolve())));
      note(`rooms: ${list(Object.keys(adapter.rooms))}`);
      await soon(new Promise<void>((resolve) => void adapter.del("id", "r", () => resolve())));
      await soon(new Promise<void>((resolve) => void adapter.delAll("id", () => resolve())));
      note(`rooms: ${list(Object.keys(adapter.rooms))}`);
    },
  },
  {
    name: "tells of rooms that are made, joined, left and gone",
    generations: [4],
    async run({ serve, join, note, show, until }) {
      const served = await serve();
      const one = await join(served, "one");
      const { adapter } = served.io.of("/");
      for (const event of ["create-room", "delete-room", "join-room", "leave-room"]) {
        adapter.on(event, (...args: readonly unknown[]) => note(`${event}(${show(...args)})`));
      }
      one.socket.join("a");
      one.socket.join("a");
      one.socket.leave("a");
      one.socket.join(["b", "c"]);
      const gone = until(one.socket, "disconnect");
      one.client.disconnect();
      await gone;
    },
  },
  {
    name: "does what a program asks of it",
    generations: [4],
    async run({ serve, join, note, show, soon, observer, settled }) {
      const served = await serve();
      const one = await join(served, "one");
      const two = await join(served, "two");
      for (const [who, { client }] of [["one", one] as const, ["two", two] as const]) {
        const tell = observer(`client ${who}`);
        client.on("news", (...args: readonly unknown[]) =>
          tell(`news(${show(...args.filter((arg) => typeof arg !== "function"))})`),
        );
        client.on("ask", (ack: (value: string) => void) => ack(who));
      }
      const { adapter } = served.io.of("/");
      note(`servers ${await soon(adapter.serverCount())}`);
      note(
        `add gives ${show(adapter.addAll(one.socket.id, new Set(["a", "b"])))}, rooms ${show(adapter.socketRooms(one.socket.id))}`,
      );
      note(`del gives ${show(adapter.del(one.socket.id, "b"))}`);
      note(
        `sockets ${show(await soon(adapter.sockets(new Set(["a"]))))}, all ${show(await soon(adapter.sockets(new Set())))}`,
      );
      note(`of nobody ${show(adapter.socketRooms("nobody"))}`);
      const to = (rooms: readonly string[], except: readonly string[] = []): object => ({
        rooms: new Set(rooms),
        except: new Set(except),
        flags: {},
      });
      note(`fetched ${(await soon(adapter.fetchSockets(to([], ["a"])))).map(({ id }) => show(id))}`);
      adapter.addSockets(to([]), ["all"]);
      adapter.delSockets(to(["a"]), ["all"]);
      note(`rooms ${show(one.socket.rooms, two.socket.rooms)}`);
      adapter.broadcast({ type: 2, nsp: "/", data: ["news", 1] }, to([], ["a"]));
      adapter.broadcast({ type: 2, nsp: "/", data: ["news", 2] }, { rooms: new Set(["a"]), except: new Set() });
      await settled(one);
      await settled(two);
      await soon(
        new Promise<void>((resolve) => {
          adapter.broadcastWithAck(
            { type: 2, nsp: "/", data: ["ask"] },
            to(["a"]),
            (count) => note(`count ${count}`),
            (answer) => {
              note(`answer ${show(answer)}`);
              resolve();
            },
          );
        }),
      );
      adapter.delAll(one.socket.id);
      note(`rooms ${show(one.socket.rooms)}`);
      adapter.disconnectSockets(to([]), true);
      note(`left: ${keysOf(served.io.of("/").sockets).length}`);
    },
  },
  {
    name: "is of the class or by the function that a program gives, one per namespace",
    generations: [4],
    async run({ make, note, listen }) {
      const Original = classOf(make().of("/").adapter);
      const heard: string[] = [];
      class Mine extends Original {
        init(): void {
          heard.push(`init of ${String(Reflect.get(Object(Reflect.get(this, "nsp")), "name"))}`);
        }
        close(): void {
          heard.push("close");
        }
      }
      const { server } = await listen();
      const io = make(server, { adapter: Mine });
      note(`class: ${io.of("/").adapter instanceof Mine}, ${io.of("/a").adapter instanceof Mine}`);
      const byFunction = make({
        adapter: function createAdapter(namespace: never) {
          return new Mine(namespace);
        },
      });
      note(`function: ${byFunction.of("/").adapter instanceof Mine}`);
      note(`heard: ${heard}`);
      note(`read: ${io.adapter() === Mine}`);
      const plain = make();
      const before = plain.of("/").adapter;
      plain.of("/b");
      note(`set gives itself: ${plain.adapter(Mine) === plain}`);
      note(
        `replaced: ${plain.of("/").adapter !== before}, ${plain.of("/").adapter instanceof Mine}, ${plain.of("/b").adapter instanceof Mine}`,
      );
      heard.length = 0;
      await io.close();
      note(`closed: ${heard}`);
    },
  },
  {
    name: "may be derived from: what a program writes over is used",
    generations: [4],
    async run({ make, listen, join, note, show, settled, observer }) {
      const Original = classOf(make().of("/").adapter);
      const Mine = recording(Original, (line) => note(line), show);
      const { server, port } = await listen();
      const io = make(server, { adapter: Mine });
      const served = { io, http: server, port, url: `http://127.0.0.1:${port}` };
      const one = await join(served, "one");
      const tell = observer("client");
      one.client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
      one.socket.join("a");
      one.socket.leave("a");
      io.to("a").except("b").emit("news", 1);
      io.volatile.emit("news", 2);
      await settled(one);
      one.socket.disconnect();
    },
  },
  {
    name: "works when it is the official one",
    generations: [4],
    async run({ make, listen, join, note, show, settled, observer, soon }) {
      const official: unknown = requireOfficial("socket.io-v4");
      const io0 =
        isObject(official) && isApiClass(official["Server"]) ? Reflect.construct(official["Server"], []) : undefined;
      const main: unknown =
        isObject(io0) && typeof io0["of"] === "function" ? Reflect.apply(io0["of"], io0, ["/"]) : undefined;
      const adapter: unknown = isObject(main) ? main["adapter"] : undefined;
      if (!isObject(adapter)) throw new Error("no adapter");
      const { server, port } = await listen();
      const io = make(server, { adapter: classOf(adapter) });
      const served = { io, http: server, port, url: `http://127.0.0.1:${port}` };
      const one = await join(served, "one");
      const two = await join(served, "two");
      for (const [who, { client }] of [["one", one] as const, ["two", two] as const]) {
        const tell = observer(`client ${who}`);
        client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
        client.on("ask", (ack: (value: string) => void) => ack(who));
      }
      one.socket.join("a");
      note(`rooms: ${show(io.of("/").adapter.rooms)}`);
      io.emit("news", "all");
      io.to("a").emit("news", "a");
      io.except("a").emit("news", "but a", Buffer.from([1]));
      one.socket.broadcast.emit("news", "others");
      await settled(one);
      await settled(two);
      note(`asked: ${show(await soon(io.to("a").timeout(4000).emitWithAck("ask")))}`);
      note(`fetched: ${(await soon(io.in("a").fetchSockets())).map(({ id }) => show(id))}`);
      io.socketsJoin("b");
      note(`rooms: ${show(two.socket.rooms)}`);
      io.disconnectSockets();
      note(`connected: ${one.socket.connected}, ${two.socket.connected}`);
    },
  },
  {
    name: "of 1.x is used as a program wrote it",
    generations: [2],
    async run(stage) {
      const { list, make, listen, join, note, show, settled, observer } = stage;
      const { server, port } = await listen();
      const official: unknown = requireOfficial("socket.io-v2");
      const theirs: unknown = typeof official === "function" ? Reflect.apply(official, undefined, []) : undefined;
      const sockets: unknown = isObject(theirs) ? theirs["sockets"] : undefined;
      const adapter: unknown = isObject(sockets) ? sockets["adapter"] : undefined;
      if (!isObject(adapter)) throw new Error("no adapter");
      const Original = classOf(adapter);
      class Mine extends Original {
        broadcast(packet: object, options: { rooms: unknown; except: unknown; flags: unknown }): void {
          note(
            `broadcast(${show(Reflect.get(packet, "data"))}, rooms ${show(options.rooms)}, but ${show(options.except ?? [])})`,
          );
          callMethod(Reflect.get(Original.prototype, "broadcast"), this, [packet, options]);
        }
      }
      const io = make(server, { adapter: Mine });
      const served = { io, http: server, port, url: `http://127.0.0.1:${port}` };
      const one = await join(served, "one");
      const two = await join(served, "two");
      for (const [who, { client }] of [["one", one] as const, ["two", two] as const]) {
        const tell = observer(`client ${who}`);
        client.on("news", (...args: readonly unknown[]) => tell(`news(${show(...args)})`));
      }
      await joined(stage, one.socket, "a");
      io.emit("news", "all");
      io.to("a").emit("news", "a");
      two.socket.broadcast.emit("news", "others");
      await settled(one);
      await settled(two);
      note(`rooms: ${list(keysOf(io.sockets.adapter.rooms))}`);
      note(
        `clients: ${await stage.soon(new Promise((resolve) => void io.in("a").clients((error, ids) => resolve(show(error, ids)))))}`,
      );
    },
  },
];

/** A class that writes down what is asked of it, and does it as the one that it derives from. */
function recording(
  Original: ApiClass,
  note: (line: string) => void,
  show: (...values: readonly unknown[]) => string,
): ApiClass {
  class Recording extends Original {}
  for (const method of ["addAll", "del", "delAll", "broadcast"] as const) {
    const original: unknown = Reflect.get(Original.prototype, method);
    Reflect.set(Recording.prototype, method, function (this: ApiAdapter, ...args: readonly unknown[]): unknown {
      const [first, second] = args;
      if (method === "broadcast") {
        const options = isObject(second) ? second : {};
        note(
          `broadcast(${show(Reflect.get(Object(first), "data"))}, ${show(options["rooms"], options["except"], options["flags"])})`,
        );
      } else if (second instanceof Set && second.has(first)) note(`${method}(its own room)`);
      else note(`${method}(${show(...args)})`);
      return callMethod(original, this, args);
    });
  }
  return Recording;
}
