// Servers of both generations on one Redis: official ones of 4.8 and 2.5, and ours for programs of either, each with the
// adapter that its programs install, and @socket.io/redis-emitter beside them.
// Rules: what an official server does to another official one is no fault of ours, and is tested as it is: the clients of
//        ours have bytes from everybody, those of 2.5 get bytes of 4.x as JSON, and those of 4.8 are lost by bytes of 2.5.
//        An adapter of 2.x spares sockets by their ids and no rooms.
import { Server, type ServerOptions } from "@bowline/server";
import { io as connect } from "socket.io-client-v4";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { requireOfficial } from "../../src/peers/load-package.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { loadElderServer, loadOfficialServer } from "../adapters/official-server.ts";
import {
  connectNodeRedis,
  duplicate,
  loadPackage,
  REDIS,
  type RedisClient,
  type RemoteEmitter,
  uniqueName,
  whyMissing,
} from "./broker-packages.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };
const missing = await whyMissing("redis");
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

/** The client of 2.x is called as that of 4.x is. */
function loadElderClient(): typeof connect;
function loadElderClient(): unknown {
  return requireOfficial("socket.io-client-v2");
}

/** The servers, by what they are; the rooms of their clients have these names too. */
const NAMES = ["4.8", "2.5", "ours", "ours for 2.x"] as const;
type Name = (typeof NAMES)[number];

/** Those whose programs may spare rooms. */
const EXCEPTING = ["4.8", "ours", "ours for 2.x"] as const satisfies readonly Name[];

interface Member {
  readonly io: Server;
  readonly url: string;
}

interface Client {
  readonly name: Name;
  readonly socket: ReturnType<typeof connect>;
  readonly got: unknown[][];
}

describe.skipIf(missing !== undefined)(`servers of both generations${reason}`, () => {
  const members = new Map<Name, Member>();
  const connections: RedisClient[] = [];
  const clients: Client[] = [];
  let emitter: RemoteEmitter;

  async function start(name: Name, Class: typeof Server, options: Partial<ServerOptions>): Promise<void> {
    const http = await listenOnLoopback(0);
    const io = new Class(http.server, options);
    io.on("connection", (socket) => {
      void socket.join("everybody");
      void socket.join(name);
      socket.on("tell", (text: string) => void socket.broadcast.emit("news", text));
      socket.emit("joined");
    });
    members.set(name, { io, url: `http://127.0.0.1:${http.port}` });
  }

  function ioOf(name: Name): Server {
    const member = members.get(name);
    if (member === undefined) throw new Error(`Cannot take server "${name}": it is not there`);
    return member.io;
  }

  /** A client of each server, which has joined its rooms. */
  async function joinAll(): Promise<void> {
    await Promise.all(
      [...members].map(async ([name, { url }]) => {
        const options = { forceNew: true, transports: ["websocket"], reconnection: false };
        const socket = (name === "2.5" ? loadElderClient() : connect)(url, options);
        const got: unknown[][] = [];
        socket.on("news", (...args: unknown[]) => got.push(args));
        clients.push({ name, socket, got });
        await waitFor(socket, "joined", undefined, `the client of ${name}`);
      }),
    );
  }

  /** What the clients have got, by their servers. */
  const heard = (): Record<string, unknown[][]> => Object.fromEntries(clients.map(({ name, got }) => [name, got]));

  /** The same for each server, or for each but one. */
  const each = (value: unknown[][], but?: Name): Record<string, unknown[][]> =>
    Object.fromEntries(NAMES.map((name) => [name, name === but ? [] : value]));

  beforeAll(async () => {
    const key = uniqueName();
    const pub = await connectNodeRedis();
    const subscribers = [await duplicate(pub), await duplicate(pub)] as const;
    connections.push(pub, ...subscribers);
    const { createAdapter } = loadPackage("@socket.io/redis-adapter");
    const createElder = () => loadPackage("socket.io-redis")({ ...REDIS, key });
    await start("4.8", loadOfficialServer(), { adapter: createAdapter(pub, subscribers[0], { key }) });
    await start("2.5", loadElderServer(), { adapter: createElder() });
    await start("ours", Server, { adapter: createAdapter(pub, subscribers[1], { key }) });
    await start("ours for 2.x", Server, { adapter: createElder(), compat: 2 });
    emitter = new (loadPackage("@socket.io/redis-emitter").Emitter)(pub, { key });
    // Everybody listens to Redis once everybody is heard everywhere.
    await joinAll();
    const greeted = clients.map(({ socket }) => {
      const by = new Set<string>();
      socket.on("greeting", (name: string) => by.add(name));
      return by;
    });
    await vi.waitFor(() => {
      for (const name of NAMES) ioOf(name).of("/").emit("greeting", name);
      for (const by of greeted) expect([...by].sort()).toEqual([...NAMES].sort());
    }, PATIENCE);
  }, 60_000);

  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.disconnect();
  });

  afterAll(async () => {
    await Promise.all([...members.values()].map(({ io }) => io.close()));
    await Promise.all(connections.map((connection) => connection.quit()));
  });

  test.each(NAMES)(
    "a broadcast of %s reaches the clients of all, and the members of a room wherever they are",
    async (name) => {
      await joinAll();
      ioOf(name).of("/").emit("news", 1, "x");
      ioOf(name).of("/").to("everybody").emit("news", 2);
      for (const room of NAMES) ioOf(name).of("/").to(room).emit("news", room);
      ioOf(name).of("/").to("4.8").to("ours").emit("news", 3);
      ioOf(name).of("/").emit("news", "last");
      const start = [[1, "x"], [2]];
      await vi.waitFor(
        () =>
          expect(heard()).toEqual({
            "4.8": [...start, ["4.8"], [3], ["last"]],
            "2.5": [...start, ["2.5"], ["last"]],
            ours: [...start, ["ours"], [3], ["last"]],
            "ours for 2.x": [...start, ["ours for 2.x"], ["last"]],
          }),
        PATIENCE,
      );
    },
  );

  test.each(NAMES)("what a socket of %s broadcasts reaches everybody but itself", async (name) => {
    await joinAll();
    clients.find((client) => client.name === name)?.socket.emit("tell", "hi");
    await vi.waitFor(() => expect(heard()).toEqual(each([["hi"]], name)), PATIENCE);
  });

  test.each(EXCEPTING)(
    "a broadcast of %s spares the members of a room where the adapter knows of that",
    async (name) => {
      await joinAll();
      for (const room of NAMES) ioOf(name).of("/").to("everybody").except(room).emit("news", room);
      const all = NAMES.map((room) => [room]);
      await vi.waitFor(
        () =>
          expect(heard()).toEqual({
            ...each(all),
            "4.8": all.filter(([room]) => room !== "4.8"),
            ours: all.filter(([room]) => room !== "ours"),
          }),
        PATIENCE,
      );
    },
  );

  test("what is sent from outside reaches the clients of all, and rooms", async () => {
    await joinAll();
    emitter.emit("news", 1);
    emitter.to("2.5").emit("news", 2);
    emitter.to("ours for 2.x").emit("news", 3);
    emitter.emit("news", "last");
    await vi.waitFor(
      () =>
        expect(heard()).toEqual({
          ...each([[1], ["last"]]),
          "2.5": [[1], [2], ["last"]],
          "ours for 2.x": [[1], [3], ["last"]],
        }),
      PATIENCE,
    );
  });

  test.each(["4.8", "ours"] as const)("bytes of %s are bytes at all clients but those of 2.5", async (name) => {
    await joinAll();
    ioOf(name)
      .of("/")
      .emit("news", Buffer.from([1, 2]));
    await vi.waitFor(
      () => expect(heard()).toEqual({ ...each([[Buffer.from([1, 2])]]), "2.5": [[{ type: "Buffer", data: [1, 2] }]] }),
      PATIENCE,
    );
  });

  test.each(["2.5", "ours for 2.x"] as const)("bytes of %s are bytes at all clients but those of 4.8", async (name) => {
    await joinAll();
    const lost = clients.find((client) => client.name === "4.8")?.socket ?? expect.fail("no client");
    const gone = waitFor(lost, "disconnect", undefined, "the client of 4.8");
    ioOf(name)
      .of("/")
      .emit("news", Buffer.from([1, 2]));
    await vi.waitFor(() => expect(heard()).toEqual(each([[Buffer.from([1, 2])]], "4.8")), PATIENCE);
    expect((await gone)[0]).toBe("parse error");
  });
});
