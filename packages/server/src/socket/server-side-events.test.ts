// Rules of what goes to the other servers of a cluster and comes from them: events, broadcasts with answers, sockets afar.
import {
  Adapter,
  type BroadcastOptions,
  ClusterAdapter,
  type ClusterMessage,
  type ClusterResponse,
} from "@bowline/adapter";
import { createFakePlatform, FakeClient, type FakePlatform } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** Lets promises that are settled already have their say. */
async function settle(): Promise<void> {
  for (let round = 0; round < 30; round++) await Promise.resolve();
}

function copy<Message>(message: Message): Message;
function copy(message: unknown): unknown {
  const read: unknown = JSON.parse(JSON.stringify(message));
  return read;
}

type Answer = (...values: unknown[]) => void;

/** Servers whose adapters hand messages to each other, after a trip through JSON. */
function createCluster(count: number, options: Partial<ServerOptions> = {}) {
  const nodes: Node[] = [];
  class Node extends ClusterAdapter {
    override init(): void {
      nodes.push(this);
    }

    override async serverCount(): Promise<number> {
      return nodes.filter(({ nsp }) => nsp.name === this.nsp.name).length;
    }

    protected async doPublish(message: ClusterMessage): Promise<string> {
      for (const node of nodes) if (node.nsp.name === this.nsp.name) node.onMessage(copy(message));
      return "";
    }

    protected async doPublishResponse(to: string, response: ClusterResponse): Promise<void> {
      for (const node of nodes) if (node.uid === to) node.onResponse(copy(response));
    }
  }
  const random = createFakePlatform().random;
  return Array.from({ length: count }, () => {
    const platform: FakePlatform = { ...createFakePlatform(), random };
    const io = new ServerInMemory({ adapter: Node, ...options }, platform);
    return { io, platform, connect: (): FakeClient => new FakeClient(io.door, platform.clock) };
  });
}

function createPair(options: Partial<ServerOptions> = {}) {
  const [one, two] = createCluster(2, options);
  if (one === undefined || two === undefined) throw new Error("Cannot make the pair: servers are missing");
  return { one, two };
}

describe("serverSideEmit", () => {
  it("reaches the listeners of the other servers, in the same namespace", async () => {
    const { one, two } = createPair();
    const [main, desk, own] = [vi.fn(), vi.fn(), vi.fn()];
    one.io.on("reload", own);
    two.io.on("reload", main);
    two.io.of("/desk").on("reload", desk);
    expect([one.io.serverSideEmit("reload", "settings", 1), one.io.of("/desk").serverSideEmit("reload")]).toEqual([
      true,
      true,
    ]);
    await settle();
    expect([own.mock.calls, main.mock.calls, desk.mock.calls]).toEqual([[], [["settings", 1]], [[]]]);
  });

  it("gathers answers by callback or promise", async () => {
    const [one, two, three] = createCluster(3);
    two?.io.on("who", (answer: Answer) => answer("two", "and more"));
    three?.io.on("who", (answer: Answer) => answer("three"));
    const answers = vi.fn();
    one?.io.serverSideEmit("who", answers);
    await expect(one?.io.serverSideEmitWithAck("who")).resolves.toEqual(["two", "three"]);
    expect(answers.mock.calls).toEqual([[null, ["two", "three"]]]);
  });

  it("rejects with the answers that came, when a server keeps silent", async () => {
    const [one, two] = createCluster(3);
    two?.io.on("who", (answer: Answer) => answer("two"));
    const asked = one?.io.serverSideEmitWithAck("who");
    await settle();
    one?.platform.clock.advance(5000);
    await expect(asked).rejects.toMatchObject({
      responses: ["two"],
      message: "timeout reached: only 1 responses received out of 2",
    });
  });

  it.each(["connect", "connection", "new_namespace"])("refuses %s, which no other server may send", async (name) => {
    const { one } = createPair();
    expect(() => one.io.serverSideEmit(name)).toThrow(`"${name}" is a reserved event name`);
    await expect(one.io.of("/desk").serverSideEmitWithAck(name)).rejects.toThrow(TypeError);
  });

  it("harms nobody when a listener of another server throws: that is reported there", async () => {
    const { one, two } = createPair();
    const mistake = new Error("the program's");
    two.io.on("reload", () => {
      throw mistake;
    });
    one.io.serverSideEmit("reload");
    await settle();
    expect([two.platform.uncaught, two.platform.warnings, one.platform.uncaught]).toEqual([[mistake], [], []]);
  });

  it("is reported where the adapter fails to send it", async () => {
    const mistake = new Error("away");
    class Failing extends Adapter {
      override serverSideEmit(): Promise<void> {
        return Promise.reject(mistake);
      }
    }
    const platform = createFakePlatform();
    new ServerInMemory({ adapter: Failing }, platform).serverSideEmit("reload");
    await settle();
    expect(platform.uncaught).toEqual([mistake]);
  });

  it("says that it reaches nobody where there is one server", async () => {
    const platform = createFakePlatform();
    const io = new ServerInMemory({}, platform);
    await expect(io.serverSideEmitWithAck("who")).resolves.toEqual([]);
    expect(platform.warnings.map(([code]) => code)).toEqual(["BOWLINE_NO_OTHER_SERVERS"]);
  });
});

describe("a broadcast with an ack to several servers", () => {
  it("is settled when all servers have told whom they ask, and all of those have answered", async () => {
    const { one, two } = createPair();
    const [here, there] = [one.connect().join(), two.connect().join()];
    const settled = vi.fn();
    one.io.timeout(100).emit("ask", settled);
    await settle();
    here.send('30["here"]');
    await settle();
    expect(settled).not.toHaveBeenCalled();
    there.send('30["there"]');
    await settle();
    expect(settled.mock.calls).toEqual([[null, ["here", "there"]]]);
  });

  it("is settled with what came when the time is up, also where a server never told whom it asks", async () => {
    const [one, two] = createCluster(2);
    const client = one?.connect().join();
    const { adapter } = two?.io.sockets ?? {};
    Object.assign(adapter ?? {}, { onMessage: () => undefined });
    const settled = vi.fn();
    one?.io.timeout(100).emit("ask", settled);
    client?.send('30["here"]');
    await settle();
    expect(settled).not.toHaveBeenCalled();
    one?.platform.clock.advance(100);
    expect(settled.mock.calls).toEqual([[expect.objectContaining({ responses: ["here"] }), ["here"]]]);
  });

  it("that is local waits for the clients of this server only", () => {
    const { one } = createPair();
    const client = one.connect().join();
    const settled = vi.fn();
    one.io.local.timeout(100).emit("ask", settled);
    client.send('30["here"]');
    expect(settled.mock.calls).toEqual([[null, ["here"]]]);
  });

  it("ends when the time is up, where nobody knows how many servers there are", async () => {
    class Unsure extends Adapter {
      override serverCount(): Promise<number> {
        return Promise.reject(new Error("away"));
      }
    }
    const platform = createFakePlatform();
    const io = new ServerInMemory({ adapter: Unsure }, platform);
    const settled = vi.fn();
    io.timeout(100).emit("ask", settled);
    await settle();
    platform.clock.advance(100);
    expect(settled.mock.calls).toEqual([[expect.any(Error), []]]);
  });
});

describe("a socket of another server", () => {
  /** What the second server finds of the only client, which is at the first one. */
  async function findFromAfar() {
    const { one, two } = createPair();
    const client = one.connect().join();
    const [socket] = [...one.io.sockets.sockets.values()];
    if (socket !== undefined) socket.data = { name: "ann" };
    const [found] = await two.io.fetchSockets();
    if (found === undefined || socket === undefined) throw new Error("Cannot find the socket: it is not there");
    return { one, two, client, socket, found };
  }

  it("is known by id, handshake, rooms and data", async () => {
    const { socket, found } = await findFromAfar();
    expect(found).toMatchObject({ id: socket.id, data: { name: "ann" }, rooms: new Set([socket.id]) });
    expect(found.handshake.issued).toBe(socket.handshake.issued);
  });

  it("is sent to, joins, leaves and is sent away from afar", async () => {
    const { client, socket, found } = await findFromAfar();
    expect(found.emit("hello", 1)).toBe(true);
    void found.join(["a", "b"]);
    await settle();
    expect([client.take(), [...socket.rooms]]).toEqual([['2["hello",1]'], [socket.id, "a", "b"]]);
    void found.leave("a");
    await settle();
    expect([...socket.rooms]).toEqual([socket.id, "b"]);
    expect(found.disconnect()).toBe(found);
    await settle();
    expect([client.take(), socket.connected]).toEqual([["1"], false]);
  });

  it("answers for itself, not in a list", async () => {
    const { two, client, found } = await findFromAfar();
    const settled = vi.fn();
    found.timeout(100).emit("ask", settled);
    const asked = found.timeout(100).emitWithAck("ask");
    await settle();
    client.send('30["yes"]', '31["again"]');
    await expect(asked).resolves.toBe("again");
    expect(settled.mock.calls).toEqual([[null, "yes"]]);
    const late = found.timeout(100).emitWithAck("ask");
    await settle();
    two.platform.clock.advance(100);
    await expect(late).rejects.toThrow("operation has timed out");
  });

  it("of this server is found as itself", async () => {
    const { one, socket } = await findFromAfar();
    expect(await one.io.fetchSockets()).toEqual([socket]);
    expect((await one.io.fetchSockets())[0]).toBe(socket);
    expect(await one.io.local.fetchSockets()).toEqual([socket]);
  });

  it("is counted by allSockets", async () => {
    const { two, socket } = await findFromAfar();
    const ids = new Set([socket.id]);
    expect([
      await two.io.allSockets(),
      await two.io.sockets.allSockets(),
      await two.io.to("nowhere").allSockets(),
    ]).toEqual([ids, ids, new Set()]);
  });
});

describe("the option adapter", () => {
  it("takes a class, and a function that returns an adapter, with or without new", () => {
    const made: string[] = [];
    class Own extends Adapter {
      override init(): void {
        made.push(this.nsp.name);
      }
    }
    function create(namespace: ConstructorParameters<typeof Adapter>[0]): Adapter {
      return new Own(namespace);
    }
    for (const adapter of [Own, create, (namespace: ConstructorParameters<typeof Adapter>[0]) => new Own(namespace)]) {
      new ServerInMemory({ adapter }, createFakePlatform()).of("/desk");
    }
    expect(made).toEqual(["/", "/desk", "/", "/desk", "/", "/desk"]);
  });

  it("begins when the namespace is there, and what fails then is reported", async () => {
    const mistakes = [new Error("at once"), new Error("later")];
    class Failing extends Adapter {
      override init(): Promise<void> | void {
        if (this.nsp.name === "/") throw mistakes[0];
        return Promise.reject(mistakes[1]);
      }
    }
    const platform = createFakePlatform();
    new ServerInMemory({ adapter: Failing }, platform).of("/desk");
    await settle();
    expect(platform.uncaught).toEqual(mistakes);
  });

  it("may change later: rooms go over, and the adapter before is closed", () => {
    const told: string[] = [];
    class Own extends Adapter {
      override init(): void {
        told.push(`${this.nsp.name} begins`);
      }
      override close(): void {
        told.push(`${this.nsp.name} ends`);
        void super.close();
      }
    }
    const platform = createFakePlatform();
    const io = new ServerInMemory({ adapter: Own }, platform);
    const client = new FakeClient(io.door, platform.clock).join();
    io.socketsJoin("readers");
    class Next extends Own {}
    expect([io.adapter(), io.adapter(Next), io.adapter()]).toEqual([Own, io, Next]);
    io.to("readers").emit("news");
    expect([client.take(), io.sockets.adapter instanceof Next]).toEqual([['2["news"]'], true]);
    expect(told).toEqual(["/ begins", "/ begins", "/ ends"]);
  });
});

describe("an operator as instrumentations read it", () => {
  it("tells its adapter, rooms and flags", () => {
    const io = new ServerInMemory({}, createFakePlatform());
    const operator = io.to(["a", "b"]).except("c").volatile.timeout(5).compress(false);
    const { rooms, exceptRooms, flags }: { rooms: unknown; exceptRooms: unknown; flags: BroadcastOptions["flags"] } =
      operator;
    expect([operator.adapter, rooms, exceptRooms, flags]).toEqual([
      io.sockets.adapter,
      new Set(["a", "b"]),
      new Set(["c"]),
      { volatile: true, timeout: 5, compress: false },
    ]);
  });

  it("of no rooms addresses everybody", () => {
    const platform = createFakePlatform();
    const io = new ServerInMemory({}, platform);
    const client = new FakeClient(io.door, platform.clock).join();
    io.to([]).emit("news");
    expect(client.take()).toEqual(['2["news"]']);
  });
});
