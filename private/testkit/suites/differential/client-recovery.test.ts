// A connection is cut while the server keeps the session: the client comes back as if it had never been away.
// Place: **tests** -> peers; over a proxy, so that both sides lose the connection and neither has closed it.
// Rules: the official client plays the same script, so what is asked of ours is what programs know.

import { afterEach, describe, expect, test } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { importOwn, memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import {
  isConstructor,
  isFactory,
  isRawClientSocket,
  isRawServer,
  isRawServerSocket,
  type RawClientSocket,
  type RawServer,
  type RawServerSocket,
} from "../../src/peers/raw-surface.ts";
import { startTcpProxy } from "../../src/peers/tcp-proxy.ts";
import { DEFAULT_WAIT_MS, makeLatch, waitFor, within } from "../../src/peers/wait-for.ts";
import { ALL_MODES } from "./case.ts";
import { describeValues } from "./describe-value.ts";

/** Servers that keep sessions, and the packages that their class is in. */
const SERVERS = [
  ["server 4.8", () => Promise.resolve(requireOfficial("socket.io-v4"))],
  ["our server", () => importOwn("@bowline/server")],
] as const;
const CLIENTS = ["our client", "client 4.8"] as const;
const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] } as const;

interface Server {
  readonly raw: RawServer;
  readonly port: number;
  close(): Promise<void>;
}

const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function startServer(load: () => Promise<unknown>, port: number): Promise<Server> {
  const listener = await listenOnLoopback(port);
  const Constructor = memberOf(await load(), "Server");
  if (!isConstructor(Constructor)) throw new Error("Cannot start the server: its Server is not a class");
  const raw = new Constructor(listener.server, { serveClient: false, connectionStateRecovery: {} });
  if (!isRawServer(raw)) throw new Error("Cannot start the server: what the package made is not a server");
  const close = async (): Promise<void> => {
    await listener.cut();
    raw.close(() => {});
  };
  cleanUp.push(close);
  return { raw, port: listener.port, close };
}

async function connect(
  name: (typeof CLIENTS)[number],
  url: string,
  mode: (typeof ALL_MODES)[number],
): Promise<RawClientSocket> {
  const loaded = name === "our client" ? await importOwn("@bowline/client") : requireOfficial("socket.io-client-v4");
  const io = memberOf(loaded, "io");
  if (!isFactory(io)) throw new Error(`Cannot use "${name}": io is not a function`);
  const socket = io(url, { transports: [...TRANSPORTS[mode]], forceNew: true, reconnectionDelay: 200 });
  if (!isRawClientSocket(socket)) throw new Error(`Cannot use "${name}": it made no socket`);
  cleanUp.push(() => socket.disconnect());
  return socket;
}

async function nextSocket(server: Server): Promise<RawServerSocket> {
  const [socket] = await waitFor(server.raw.of("/"), "connection", undefined, "the server");
  if (!isRawServerSocket(socket)) throw new TypeError("Cannot use what the server told: it is not a socket");
  return socket;
}

/** Waits until a poll has come, or the WebSocket has taken what was sent: only then does a server notice a cut. */
async function canSend({ conn }: RawServerSocket): Promise<void> {
  const look = async (): Promise<void> => {
    while (!conn.transport.writable) await new Promise((turn) => setImmediate(turn));
  };
  await within(look(), DEFAULT_WAIT_MS, "a connection that can send at once");
}

/** What a client heard, in order. */
interface Diary {
  readonly lines: readonly string[];
  /** Waits until it has this many lines. */
  reached(count: number): Promise<void>;
}

/** Notes the client's own events, and `news` with the place of its offset, whose value is the server's affair. */
function keepDiary(client: RawClientSocket, hidesOffsets: boolean): Diary {
  const lines: string[] = [];
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  const note = (line: string): void => {
    lines.push(line);
    for (const { count, done } of waiting) {
      if (lines.length >= count) done();
    }
  };
  client.on("connect", () => note(`connect, recovered: ${Reflect.get(client, "recovered")}`));
  client.on("disconnect", () => note("disconnect"));
  client.on("news", (...args) => {
    if (hidesOffsets) note(`news ${describeValues(args)}`);
    else note(`news ${describeValues(args.slice(0, -1))}, then a ${typeof args.at(-1)}`);
  });
  return {
    lines,
    reached(count) {
      const reached = new Promise<void>((done) => {
        waiting.push({ count, done });
        if (lines.length >= count) done();
      });
      return within(reached, DEFAULT_WAIT_MS, `line ${count} of the diary`);
    },
  };
}

describe.each(SERVERS)("%s with", (serverName, load) => {
  describe.each(CLIENTS)("%s", (name) => {
    // Only our server says that every event has an offset, and only our client knows what that means.
    const hidesOffsets = serverName === "our server" && name === "our client";
    const offset = hidesOffsets ? "" : ", then a string";

    describe.each(ALL_MODES)("over %s", (mode) => {
      test("misses nothing and hears nothing twice when its connection is cut, and is who it was", async () => {
        const server = await startServer(load, 0);
        const proxy = await startTcpProxy(server.port);
        cleanUp.push(() => proxy.close());
        const late = makeLatch<unknown>("the event that the client emitted while it was away");
        server.raw.of("/").on("connection", (socket) => {
          if (isRawServerSocket(socket)) socket.on("late", (text) => late.open(text));
        });
        const arrival = nextSocket(server);
        const client = await connect(name, proxy.url, mode);
        const diary = keepDiary(client, hidesOffsets);
        const first = await arrival;
        first.join("readers");
        await diary.reached(1);
        if (mode === "upgrade" && client.io.engine.transport.name !== "websocket") {
          await waitFor(client.io.engine, "upgrade", undefined, name);
        }
        const { id } = client;

        server.raw.of("/").emit("news", 1);
        first.emit("news", Buffer.from([2]));
        await diary.reached(3);
        await canSend(first);
        const gone = waitFor(first, "disconnect", undefined, "the server's socket");
        const back = nextSocket(server);
        proxy.cut();
        await Promise.all([gone, diary.reached(4)]);
        server.raw
          .of("/")
          .to("readers")
          .emit("news", 3, { bytes: Buffer.from([4]) });
        server.raw.of("/").to("others").emit("news", "for somebody else");
        client.emit("late", "from the client");
        server.raw.of("/").emit("news", 5);
        const second = await back;
        await diary.reached(7);
        server.raw.of("/").to("readers").emit("news", 6);
        await diary.reached(8);

        expect(diary.lines).toEqual([
          "connect, recovered: false",
          `news 1${offset}`,
          `news Buffer(1) 2${offset}`,
          "disconnect",
          `news 3, {"bytes": Buffer(1) 4}${offset}`,
          `news 5${offset}`,
          "connect, recovered: true",
          `news 6${offset}`,
        ]);
        expect([client.id, second.id, await late.wait()]).toEqual([id, id, "from the client"]);
      });
    });

    test("is told that it may have missed something by a server that does not know its session", async () => {
      const server = await startServer(load, 0);
      const client = await connect(name, `http://127.0.0.1:${server.port}`, "websocket");
      const diary = keepDiary(client, hidesOffsets);
      await diary.reached(1);
      const { id } = client;
      server.raw.of("/").emit("news", 1);
      await diary.reached(2);
      await server.close();
      await diary.reached(3);
      await startServer(load, server.port);
      await diary.reached(4);

      expect(diary.lines).toEqual([
        "connect, recovered: false",
        `news 1${offset}`,
        "disconnect",
        "connect, recovered: false",
      ]);
      expect(client.id).not.toBe(id);
    });
  });
});
