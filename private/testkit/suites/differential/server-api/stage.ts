// The stage of a case about the server's API: one server package, official clients, and the lines that a program could
// write.
// Place: cases -> **stage** -> server package, official client of the same generation
// Rules: connections run over WebSocket unless a case says otherwise; lines are ordered within an observer; ids are
//        written by the names that the case gave them; whatever was started is ended with the case.

import type { Server as HttpServer } from "node:http";
import { freePort, type HttpListener, listenOnLoopback } from "../../../src/peers/http-listener.ts";
import { memberOf, requireOfficial } from "../../../src/peers/load-package.ts";
import type { Generation } from "../../../src/peers/peer.ts";
import { isFactory } from "../../../src/peers/raw-surface.ts";
import { DEFAULT_WAIT_MS, makeLatch, within } from "../../../src/peers/wait-for.ts";
import { describeValue } from "../describe-value.ts";
import { makeTranscript } from "../transcript.ts";
import {
  type ApiClient,
  type ApiNamespace,
  type ApiPackage,
  type ApiServer,
  type ApiSocket,
  isApiClient,
  isApiPackage,
  isApiServer,
  type Listen,
} from "./surface.ts";

/** Whose server it is; ours has a package by upstream's name, and one by its own. */
export type Maker = "theirs" | "ours" | "ours by its own name";

const PACKAGES: Readonly<Record<Generation, Readonly<Record<Maker, string>>>> = {
  2: { theirs: "socket.io-v2", ours: "@bowline/socket.io-v2", "ours by its own name": "@bowline/server" },
  4: { theirs: "socket.io-v4", ours: "@bowline/socket.io", "ours by its own name": "@bowline/server" },
};

/** What is still open then goes with the process. */
const END_WAIT_MS = 1000;

const CLIENTS: Readonly<Record<Generation, string>> = { 2: "socket.io-client-v2", 4: "socket.io-client-v4" };

/** A server that listens. */
export interface Served {
  readonly io: ApiServer;
  readonly http: HttpServer;
  readonly port: number;
  readonly url: string;
}

/** Both ends of a socket. */
export interface Pair {
  readonly client: ApiClient;
  readonly socket: ApiSocket;
}

/** How a client joins. */
export interface Joining {
  readonly namespace?: string;
  readonly options?: object;
  /** The generation of the client; the program's own unless told. */
  readonly client?: Generation;
  /** Where the connection is told; the namespace of that name unless told. */
  readonly at?: ApiNamespace;
  /** Runs inside the connection event. */
  readonly setUp?: (socket: ApiSocket) => void;
}

/** What a case works with. */
export interface Stage {
  readonly generation: Generation;
  /** What `require("socket.io")` gives; not there in our own package, which is no function. */
  readonly pack: ApiPackage;
  /** Writes a line of the server's program. */
  note(line: string): void;
  /** Gives what writes lines of another observer. */
  observer(name: string): (line: string) => void;
  /** Writes values with the ids by their names. */
  show(...values: readonly unknown[]): string;
  /** Writes values in the order of what they look like, for those whose own order hangs on ids. */
  list(values: readonly unknown[]): string;
  /** Names an id. */
  name(id: string, name: string): void;
  /** Makes a server as the program's generation does: by a call, or by `new Server`. */
  make(...args: readonly unknown[]): ApiServer;
  /** Has a server ended with the case. */
  keep(io: ApiServer): ApiServer;
  /** Starts a server. */
  serve(options?: object): Promise<Served>;
  /** Listens with nothing on it. */
  listen(): Promise<HttpListener>;
  /** A port that nobody listens on. */
  freePort(): Promise<number>;
  /** Opens a socket of an official client, of the program's generation unless told. */
  connect(url: string, options?: object, client?: Generation): ApiClient;
  /** Opens a socket, and gives both ends of it once both are connected. */
  join(served: Served, name: string, joining?: Joining): Promise<Pair>;
  /** Waits for an event; asked before it can happen. */
  until(emitter: { once(event: string, listener: Listen): unknown }, event: string): Promise<readonly unknown[]>;
  /** Waits until what was sent before, either way, has arrived. */
  settled(pair: Pair): Promise<void>;
  /** Bounds a wait. */
  soon<Value>(pending: Promise<Value>): Promise<Value>;
  /** Gives what must not happen the time to happen. */
  pause(ms: number): Promise<void>;
  /** Notes what comes of an action: what it gives, or the text it throws. */
  attempt(what: string, action: () => unknown): void;
  /** Does something at the end of the case. */
  atEnd(action: () => unknown): void;
}

/** A script that is played with their server and with ours. */
export interface ServerCase {
  /** A rule in words. */
  readonly name: string;
  readonly generations: readonly Generation[];
  /** Whether it is about what the package gives, so that our package of another name has no part in it. */
  readonly byName?: true;
  run(stage: Stage): Promise<void>;
}

/** The text of what was thrown, or of what a promise failed with. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Calls a method that a class or an object has by a name, if it has one. */
export function callMethod(method: unknown, self: unknown, args: readonly unknown[]): unknown {
  const given: unknown = typeof method === "function" ? Reflect.apply(method, self, args) : undefined;
  return given;
}

/** The keys of an object, of a Map, or the members of a Set, in alphabetical order. */
export function keysOf(value: unknown): readonly string[] {
  if (value instanceof Map || value instanceof Set) return [...value.keys()].map(String).sort();
  return typeof value === "object" && value !== null ? Object.keys(value).sort() : [];
}

/** Members of Sets and Maps are in the order of what they look like, since their own order hangs on ids. */
function describe(value: unknown, byName: (text: string) => string): string {
  const members = (all: readonly (readonly unknown[])[]): string =>
    all
      .map((parts) => parts.map((part) => describe(part, byName)).join(" => "))
      .sort()
      .join(", ");
  if (value instanceof Set) return `Set(${members(Array.from(value, (member: unknown) => [member]))})`;
  if (value instanceof Map) return `Map(${members([...value])})`;
  return byName(describeValue(value));
}

function loadPackage(name: string): ApiPackage {
  const loaded = requireOfficial(name);
  if (!isApiPackage(loaded)) throw new Error(`Cannot use "${name}": it is not what programs get of socket.io`);
  return loaded;
}

/** A call in programs of 2.x, a class in those of 4.x. */
function makeServer(pack: ApiPackage, maker: Maker, generation: Generation, args: readonly unknown[]): unknown {
  if (generation === 4) return new pack.Server(...args);
  if (maker !== "ours by its own name") return pack(...args);
  const [first, options] = args;
  return new pack.Server(first, { compat: 2, ...(typeof options === "object" ? options : {}) });
}

/**
 * Plays a case.
 *
 * @param script - The case.
 * @param maker - Whose server plays it.
 * @param generation - The generation of the program.
 * @returns What the program and its clients observed.
 */
export async function play(script: ServerCase, maker: Maker, generation: Generation): Promise<readonly string[]> {
  const transcript = makeTranscript();
  const names = new Map<string, string>();
  const ends: (() => unknown)[] = [];
  const packageName = PACKAGES[generation][maker];
  const pack = loadPackage(packageName);

  const byName = (text: string): string => {
    let named = text;
    const longestFirst = [...names].sort(([one], [other]) => other.length - one.length);
    for (const [id, name] of longestFirst) named = named.replaceAll(id, `<${name}>`);
    return named;
  };
  const write = (observer: string, line: string): void => transcript.lane(observer).add(byName(line));
  const soon = <Value>(pending: Promise<Value>): Promise<Value> => within(pending, DEFAULT_WAIT_MS, "what is awaited");

  const stage: Stage = {
    generation,
    pack,
    note: (line) => write("server", line),
    observer: (name) => (line) => write(name, line),
    show: (...values) => values.map((value) => describe(value, byName)).join(", "),
    list: (values) =>
      values
        .map((value) => describe(value, byName))
        .sort()
        .join(", "),
    name: (id, name) => names.set(id, name),
    make: (...args) => {
      const io = makeServer(pack, maker, generation, args);
      if (!isApiServer(io)) throw new Error(`Cannot use "${packageName}": what it made is no server`);
      return stage.keep(io);
    },
    keep(io) {
      ends.push(async () => {
        await io.close();
      });
      return io;
    },
    async serve(options = {}) {
      const listener = await stage.listen();
      const io = stage.make(listener.server, options);
      return { io, http: listener.server, port: listener.port, url: `http://127.0.0.1:${listener.port}` };
    },
    async listen() {
      const listener = await listenOnLoopback(0);
      ends.push(() => listener.cut());
      return listener;
    },
    freePort,
    connect(url, options = {}, of = generation) {
      const loaded = requireOfficial(CLIENTS[of]);
      const openClient = of === 4 ? memberOf(loaded, "io") : loaded;
      if (!isFactory(openClient)) throw new Error("Cannot connect: the client is no function");
      const settings = { transports: ["websocket"], forceNew: true, reconnection: false, ...options };
      const client = openClient(url, settings);
      if (!isApiClient(client)) throw new Error("Cannot connect: what the client gave is no socket");
      ends.push(() => {
        client.io.reconnection(false);
        client.disconnect();
        client.io.engine.close();
      });
      client.on("barrier", (ack: () => void) => ack());
      return client;
    },
    async join(served, name, { namespace = "/", options, client: of, at = served.io.of(namespace), setUp } = {}) {
      const accepted = makeLatch<ApiSocket>(`the connection of ${name}`);
      at.once("connection", (socket: ApiSocket) => {
        if (socket.id !== socket.conn.id) names.set(socket.conn.id, `connection of ${name}`);
        names.set(socket.id, name);
        socket.on("barrier", (ack: () => void) => ack());
        setUp?.(socket);
        accepted.open(socket);
      });
      const client = stage.connect(`${served.url}${namespace === "/" ? "" : namespace}`, options, of);
      await Promise.all([stage.until(client, "connect"), accepted.wait()]);
      return { client, socket: await accepted.wait() };
    },
    until(emitter, event) {
      const latch = makeLatch<readonly unknown[]>(`"${event}"`);
      emitter.once(event, (...args: readonly unknown[]) => latch.open(args));
      return latch.wait();
    },
    async settled({ client, socket }) {
      for (const end of [client, socket]) {
        const latch = makeLatch<undefined>("the answer of the other end");
        end.emit("barrier", () => latch.open(undefined));
        await latch.wait();
      }
    },
    soon,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    attempt(what, action) {
      try {
        stage.note(`${what}: ${stage.show(action())}`);
      } catch (error) {
        stage.note(`${what}: throws ${messageOf(error)}`);
      }
    },
    atEnd: (action) => ends.push(action),
  };
  try {
    await script.run(stage);
    return transcript.lines();
  } catch (error) {
    const lines = transcript.lines().join("\n  ");
    throw new Error(`Cannot play "${script.name}" with ${packageName}: ${messageOf(error)}\n  ${lines}`, {
      cause: error,
    });
  } finally {
    transcript.seal();
    for (const end of ends.reverse()) await within(Promise.resolve(end()), END_WAIT_MS, "an end").catch(() => {});
  }
}
