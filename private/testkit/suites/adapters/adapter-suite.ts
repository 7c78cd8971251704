// What every adapter for several servers has to do, as a function: three servers, of ours unless it says otherwise,
// connected by it, with real clients. An adapter is a short file that says how its servers are connected.
// Place: **tests** -> clients and servers; between the servers the adapter and its broker

import { type AdapterConstructor, type BroadcastTimeoutError, Server } from "@bowline/server";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { waitFor } from "../../src/peers/wait-for.ts";

const SERVERS = 3;
const PATIENCE = { timeout: 10_000, interval: 20 };

/** Servers that are connected, or will be. */
export interface Connection {
  /** What makes the adapters of one server; asked once for each. */
  adapter(index: number): AdapterConstructor;
  /** Lets go of what is outside the servers, once they have ended. */
  close(): Promise<void> | void;
}

/** An adapter under test. */
export interface AdapterKind {
  readonly name: string;
  /** Makes ready what connects servers; what is outside the process is apart from that of all other runs. */
  connect(): Promise<Connection> | Connection;
  /** The class of one of the servers, where they are not all ours. */
  serverClass?(index: number): typeof Server;
  /** Why `sockets` tells only of this server, where it does. */
  readonly listsOwnSocketsOnly?: string;
  /** Where a client finds its session on another server: what the offsets look like, which clients see behind an event. */
  readonly offsets?: RegExp;
  /** Why the tests cannot run here; undefined where they can. */
  readonly missing?: string | undefined;
}

interface Member {
  readonly io: Server;
  readonly url: string;
}

/** The first one of what has to be there. */
function first<Item>(items: Iterable<Item>): Item {
  for (const item of items) return item;
  throw new Error("Cannot go on: nothing is there");
}

/** Tests an adapter. */
export function adapterSuite(kind: AdapterKind): void {
  describe.skipIf(kind.missing !== undefined)(
    `${kind.name}${kind.missing === undefined ? "" : ` (skipped: ${kind.missing})`}`,
    () => {
      let connection: Connection;
      const members: Member[] = [];
      const clients: ClientSocket[] = [];

      async function start(index: number): Promise<Member> {
        const http = await listenOnLoopback(0);
        const options = kind.offsets !== undefined ? { connectionStateRecovery: {} } : {};
        const Class = kind.serverClass?.(index) ?? Server;
        const io = new Class(http.server, { adapter: connection.adapter(index), ...options });
        io.of("/desk");
        return { io, url: `http://localhost:${http.port}` };
      }

      async function join(index: number, namespace = "", join: readonly string[] = []): Promise<ClientSocket> {
        const { io, url } = memberAt(index);
        const client = connect(`${url}${namespace}`, {
          forceNew: true,
          transports: ["websocket"],
          reconnection: false,
        });
        clients.push(client);
        await waitFor(client, "connect", undefined, "the client");
        await io
          .of(namespace === "" ? "/" : namespace)
          .sockets.get(client.id ?? "")
          ?.join(join);
        return client;
      }

      function memberAt(index: number): Member {
        const member = members[index];
        if (member === undefined) throw new Error(`Cannot take server ${index}: it is not there`);
        return member;
      }

      const ioAt = (index: number): Server => memberAt(index).io;

      /** A client of each server, in rooms of these names besides those that a test names. */
      const joinAll = (...rooms: readonly string[]): Promise<ClientSocket[]> =>
        Promise.all(members.map((_, index) => join(index, "", rooms)));

      const isOffset = (value: unknown): boolean => typeof value === "string" && kind.offsets?.test(value) === true;

      /** What clients get under one name, in the order in which it comes to each. */
      function collect(all: readonly ClientSocket[], event: string): unknown[][] {
        return all.map((client) => {
          const got: unknown[] = [];
          client.on(event, (...args: unknown[]) => got.push(...args.filter((arg) => !isOffset(arg))));
          return got;
        });
      }

      beforeAll(async () => {
        connection = await kind.connect();
        for (let index = 0; index < SERVERS; index++) members.push(await start(index));
        await Promise.all(
          members.flatMap(({ io }) =>
            [io.of("/"), io.of("/desk")].map(({ adapter }) =>
              vi.waitFor(async () => expect(await adapter.serverCount?.()).toBe(SERVERS), PATIENCE),
            ),
          ),
        );
      }, 60_000);

      afterAll(async () => {
        for (const client of clients) client.disconnect();
        await Promise.all(members.map(({ io }) => io.close()));
        await connection?.close();
      }, 60_000);

      test("a broadcast reaches the clients of all servers, bytes and all", async () => {
        const all = await joinAll();
        const got = collect(all, "news");
        ioAt(1).emit("news", 1, Buffer.from([1, 2]), { deep: Buffer.from([3]) });
        const whole = [1, Buffer.from([1, 2]), { deep: Buffer.from([3]) }];
        await vi.waitFor(() => expect(got).toEqual([whole, whole, whole]), PATIENCE);
      });

      test("a broadcast reaches the members of rooms, once, and not those of others", async () => {
        const [a, b, c] = [await join(0, "", ["ra", "rb"]), await join(1, "", ["ra"]), await join(2, "", ["rb", "rc"])];
        const got = collect([a, b, c], "news");
        ioAt(0).to(["ra", "rb"]).except("rc").emit("news", 1);
        ioAt(2).to("rc").emit("news", 2);
        ioAt(1).to("ra").emit("news", 3);
        // What different servers send comes in any order.
        await vi.waitFor(() => expect(got.map((one) => [...one].sort())).toEqual([[1, 3], [1, 3], [2]]), PATIENCE);
      });

      test("a socket's broadcast spares the socket", async () => {
        const all = await joinAll("spared");
        const got = collect(all, "news");
        const sender = ioAt(0).sockets.sockets.get(all[0]?.id ?? "");
        sender?.to("spared").emit("news", 1);
        ioAt(0).to("spared").emit("news", 2);
        await vi.waitFor(() => expect(got.map((one) => one.length).sort()).toEqual([1, 2, 2]), PATIENCE);
        expect(got[0]).toEqual([2]);
      });

      test("a local broadcast stays on its server", async () => {
        const all = await joinAll("near");
        const got = collect(all, "news");
        ioAt(1).local.to("near").emit("news", 1);
        ioAt(1).to("near").emit("news", 2);
        await vi.waitFor(() => expect(got).toEqual([[2], [1, 2], [2]]), PATIENCE);
      });

      test("namespaces are apart", async () => {
        const [main, desk] = [await join(0, "", ["same"]), await join(2, "/desk", ["same"])];
        const got = collect([main, desk], "news");
        ioAt(1).of("/desk").to("same").emit("news", "desk");
        ioAt(1).to("same").emit("news", "main");
        await vi.waitFor(() => expect(got).toEqual([["main"], ["desk"]]), PATIENCE);
      });

      test("sockets of all servers join and leave rooms", async () => {
        const all = await joinAll("joiners");
        const got = collect(all, "news");
        ioAt(2).in("joiners").socketsJoin(["j1", "j2"]);
        await vi.waitFor(async () => expect(await ioAt(0).in("j2").fetchSockets()).toHaveLength(SERVERS), PATIENCE);
        ioAt(0).in("joiners").socketsLeave("j1");
        await vi.waitFor(async () => expect(await ioAt(1).in("j1").fetchSockets()).toEqual([]), PATIENCE);
        ioAt(1).to("j1").emit("news", 1);
        ioAt(1).to("j2").emit("news", 2);
        await vi.waitFor(() => expect(got).toEqual([[2], [2], [2]]), PATIENCE);
      });

      test("sockets of all servers are found, with what they have", async () => {
        const all = await joinAll("found");
        const own = ioAt(0).sockets.sockets.get(all[0]?.id ?? "");
        const other = ioAt(1).sockets.sockets.get(all[1]?.id ?? "");
        if (other !== undefined) other.data = { name: "ann" };
        const sockets = await ioAt(0).in("found").fetchSockets();
        expect(sockets.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
        expect(sockets).toContain(own);
        const afar = sockets.find(({ id }) => id === all[1]?.id);
        expect([afar?.data, afar?.rooms, afar?.handshake.query]).toMatchObject([
          { name: "ann" },
          new Set([other?.id, "found"]),
          { transport: "websocket" },
        ]);
        expect(await ioAt(0).local.in("found").fetchSockets()).toEqual([own]);
      });

      test("a socket of another server is sent to, joins, and is sent away", async () => {
        const client = await join(1, "", ["afar"]);
        const [found] = await ioAt(0).in("afar").fetchSockets();
        const hello = waitFor(client, "hello", undefined, "the client");
        found?.emit("hello", 1);
        expect((await hello)[0]).toBe(1);
        void found?.join("afar2");
        await vi.waitFor(async () => expect(await ioAt(2).in("afar2").fetchSockets()).toHaveLength(1), PATIENCE);
        const gone = waitFor(client, "disconnect", undefined, "the client");
        found?.disconnect();
        expect((await gone)[0]).toBe("io server disconnect");
      });

      test.skipIf(kind.listsOwnSocketsOnly !== undefined)(
        `allSockets knows the ids on all servers${kind.listsOwnSocketsOnly === undefined ? "" : ` (skipped: ${kind.listsOwnSocketsOnly})`}`,
        async () => {
          const all = await joinAll("listed");
          expect(await ioAt(2).in("listed").allSockets()).toEqual(new Set(all.map(({ id }) => id)));
        },
      );

      test("sockets of all servers are sent away", async () => {
        const all = await joinAll("leavers");
        const gone = Promise.all(all.map((client) => waitFor(client, "disconnect", undefined, "the client")));
        ioAt(1).in("leavers").disconnectSockets(true);
        expect((await gone).map(([reason]) => reason)).toEqual(Array.from(all, () => "io server disconnect"));
      });

      test("clients of all servers answer a broadcast", async () => {
        const all = await joinAll("answering");
        for (const [index, client] of all.entries()) {
          client.on("ask", (value: number, answer: (...args: unknown[]) => void) => answer(value + index, "more"));
        }
        const answers: unknown[] = await ioAt(0).to("answering").timeout(10_000).emitWithAck("ask", 5);
        expect([...answers].sort()).toEqual([5, 6, 7]);
        expect(await ioAt(0).to("nobody").timeout(10_000).emitWithAck("ask", 5)).toEqual([]);
      });

      test("a broadcast that one client does not answer ends when the time is up, with the answers of the others", async () => {
        const all = await joinAll("half");
        for (const client of all.slice(1)) client.on("ask", (answer: (value: string) => void) => answer("here"));
        const failure = await ioAt(0)
          .to("half")
          .timeout(1000)
          .emitWithAck("ask")
          .catch((error: BroadcastTimeoutError) => error);
        expect(failure).toMatchObject({ message: "operation has timed out", responses: ["here", "here"] });
      });

      test("an event goes to the other servers, and is answered by each of them", async () => {
        const told: number[] = [];
        for (const [index, { io }] of members.entries()) {
          io.on("reload", (what: string) => told.push(index + what.length));
          io.on("who", (answer: (value: number) => void) => answer(index));
        }
        ioAt(1).serverSideEmit("reload", "ten chars.");
        await vi.waitFor(() => expect([...told].sort()).toEqual([10, 12]), PATIENCE);
        const answers: unknown[] = await ioAt(1).serverSideEmitWithAck("who");
        expect(answers.sort()).toEqual([0, 2]);
      });

      test.runIf(kind.offsets !== undefined)("a client that is lost finds its session on another server", async () => {
        const client = await join(0, "", ["lost"]);
        const before = client.id;
        const got = collect([client], "news")[0];
        ioAt(1).to("lost").emit("news", 1);
        await vi.waitFor(() => expect(got?.[0]).toBe(1), PATIENCE);
        client.io.engine.close();
        await waitFor(client, "disconnect", undefined, "the client").catch(() => undefined);
        ioAt(2).to("lost").emit("news", 2);
        await new Promise((resolve) => setImmediate(resolve));
        Reflect.set(client.io, "uri", memberAt(2).url);
        Reflect.set(client.io.opts, "port", new URL(memberAt(2).url).port);
        client.connect();
        await waitFor(client, "connect", undefined, "the client");
        await vi.waitFor(
          () => expect([client.recovered, client.id, got?.includes(2)]).toEqual([true, before, true]),
          PATIENCE,
        );
      });

      test("a server that ends is waited for no more", async () => {
        const leaver = members.pop();
        await leaver?.io.close();
        const { adapter } = first(members).io.sockets;
        await vi.waitFor(async () => expect(await adapter.serverCount?.()).toBe(SERVERS - 1), PATIENCE);
        expect(await first(members).io.serverSideEmitWithAck("who")).toEqual([1]);
      });
    },
  );
}
