// Rules of recovery across nodes, one by one: what survives a node, what does not, and who is told.
import { describe, expect, it } from "vitest";
import { Fleet } from "../../test-support/recovery-fleet.ts";

/** Two nodes and a client on the first one, all settled. */
async function createScene() {
  const fleet = new Fleet(1);
  const [first, second] = [fleet.start(), fleet.start()];
  await fleet.pass(10);
  const client = fleet.connect(first);
  await fleet.pass(10);
  client.read();
  const socketOn = (node: typeof first) => node.sockets.sockets.get(client.sid) ?? expect.fail("no socket there");
  return { fleet, first, second, client, socketOn };
}

describe("a client whose node dies", () => {
  it("is the same socket on another node, with its rooms and its data", async () => {
    const { fleet, first, second, client, socketOn } = await createScene();
    void socketOn(first).join("readers");
    socketOn(first).data = { name: "Ada" };
    client.send("hello");
    await fleet.pass(10);
    first.kill();
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect(client.recovered).toEqual([true]);
    const socket = socketOn(second);
    expect([socket.rooms, socket.data, socket.recovered]).toEqual([
      new Set([client.sid, "readers"]),
      { name: "Ada" },
      true,
    ]);
  });

  it("misses nothing, though it had received no event before", async () => {
    const { fleet, first, second, client } = await createScene();
    first.kill();
    second.emit("n", 1);
    await fleet.pass(20);
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect([client.recovered, client.received]).toEqual([[true], [1]]);
  });

  it("gets nothing that a room got before it was in there", async () => {
    const { fleet, first, second, client, socketOn } = await createScene();
    second.to("readers").emit("n", 1);
    await fleet.pass(20);
    void socketOn(first).join("readers");
    second.to("readers").emit("n", 2);
    await fleet.pass(20);
    first.kill();
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect([client.recovered, client.received]).toEqual([[true], [2]]);
  });

  it("finds what it missed also on a node that was started after that", async () => {
    const { fleet, first, second, client } = await createScene();
    first.kill();
    second.emit("n", 1);
    await fleet.pass(20);
    const third = fleet.start();
    await fleet.pass(20);
    client.comeBack(third);
    await fleet.pass(50);
    client.read();
    expect([client.recovered, client.received]).toEqual([[true], [1]]);
  });

  it("starts anew when the broker has let go of what it missed", async () => {
    const { fleet, first, second, client } = await createScene();
    first.kill();
    for (const number of [1, 2, 3]) second.emit("n", number);
    await fleet.pass(50);
    fleet.broker.trimLog("bowline:log:/", 1);
    const third = fleet.start();
    await fleet.pass(20);
    client.comeBack(third);
    await fleet.pass(50);
    client.read();
    expect([client.recovered, client.received]).toEqual([[false], []]);
  });

  it.each(["dies", "is told that its client has gone"])(
    "has its session back when its node %s, though what was for others meanwhile has gone from the log",
    async (how) => {
      const fleet = new Fleet(1);
      const pings = { pingInterval: 25_000, pingTimeout: 20_000 };
      const [first, second] = [fleet.start(pings), fleet.start(pings)];
      await fleet.pass(10);
      const client = fleet.connect(first);
      await fleet.pass(10);
      second.emit("n", 1);
      for (let count = 0; count < 20; count++) {
        second.to("elsewhere").emit("n", "noise");
        await fleet.pass(10_000, 500);
        client.read();
      }
      if (how === "dies") first.kill();
      else client.vanish();
      second.emit("n", 2);
      await fleet.pass(50);
      fleet.broker.trimLog("bowline:log:/", 8);
      const third = fleet.start();
      await fleet.pass(20);
      client.comeBack(third);
      await fleet.pass(50);
      client.read();
      expect([client.recovered, client.received]).toEqual([[true], [1, 2]]);
    },
  );

  it("starts anew with an offset that is none", async () => {
    const { fleet, first, second, client } = await createScene();
    client.pretend("m-999");
    first.kill();
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect(client.recovered).toEqual([false]);
  });

  it("has no session to come back to once it has left for good", async () => {
    const { fleet, first, second, client } = await createScene();
    client.leave();
    await fleet.pass(20);
    first.kill();
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect([client.recovered, second.sockets.sockets.size]).toEqual([[false], 1]);
  });
});

describe("data that a program changes long after a handler", () => {
  it("is noticed within seconds", async () => {
    const { fleet, first, second, client, socketOn } = await createScene();
    const data = { count: 1 };
    socketOn(first).data = data;
    client.send("hello");
    await fleet.pass(10);
    data.count = 2;
    await fleet.pass(10_000, 500);
    first.kill();
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect(socketOn(second).data).toEqual({ count: 2 });
  });

  it("is refused with one warning where it has no form on the wire", async () => {
    const { fleet, first, client, socketOn } = await createScene();
    socketOn(first).data = { count: 1n };
    client.send("hello");
    client.send("hello again");
    await fleet.pass(20);
    const told = first.warnings.filter(([code]) => code === "BOWLINE_RECOVERY");
    expect(told.map(([, text]) => text.slice(0, 36))).toEqual([
      `Cannot keep the data of socket "${client.sid.slice(0, 4)}`,
    ]);
  });
});

describe("a node that slept while its client went on elsewhere", () => {
  it("ends the socket when it wakes, and brings nothing back", async () => {
    const { fleet, first, second, client } = await createScene();
    first.bus.cut(false);
    client.comeBack(second);
    await fleet.pass(100);
    client.read();
    expect([client.recovered, first.sockets.sockets.has(client.sid)]).toEqual([[true], true]);
    first.bus.heal();
    await fleet.pass(2_000, 10);
    expect([first.sockets.sockets.has(client.sid), second.sockets.sockets.has(client.sid)]).toEqual([false, true]);
    // What the sleeper would have written does not count: the session is still the one of the other node.
    const third = fleet.start();
    second.kill();
    await fleet.pass(20);
    client.comeBack(third);
    await fleet.pass(50);
    client.read();
    expect(client.recovered).toEqual([true, true]);
  });
});

describe("while the broker is away", () => {
  it("clients of the node get events at once, others afterwards, each once and in order", async () => {
    const { fleet, first, second, client } = await createScene();
    const other = fleet.connect(second);
    await fleet.pass(20);
    other.read();
    first.emit("n", 1);
    await fleet.pass(20);
    fleet.broker.leave();
    first.emit("n", 2);
    first.emit("n", 3);
    await fleet.pass(5);
    client.read();
    other.read();
    expect([client.received, other.received]).toEqual([[1, 2, 3], [1]]);
    fleet.broker.comeBack();
    first.emit("n", 4);
    await fleet.pass(100);
    client.read();
    other.read();
    expect([client.received, other.received]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it("offsets are of another epoch: who comes back with one starts anew", async () => {
    const { fleet, first, second, client } = await createScene();
    fleet.broker.leave();
    first.emit("n", 1);
    await fleet.pass(5);
    client.read();
    const { offset = "" } = client.claim;
    expect(offset).not.toMatch(/^m-/);
    fleet.broker.comeBack();
    await fleet.pass(100);
    first.emit("n", 2);
    await fleet.pass(20);
    client.read();
    expect(client.claim.offset).toMatch(/^m-/);
    client.pretend(offset);
    first.kill();
    client.comeBack(second);
    await fleet.pass(50);
    client.read();
    expect(client.recovered).toEqual([false]);
  });
});

describe("a node that could not read the log in time", () => {
  it("tells so, and has its clients come back and start anew", async () => {
    const { fleet, first, second, client } = await createScene();
    first.bus.cut(true);
    for (const number of [1, 2, 3]) second.emit("n", number);
    await fleet.pass(50);
    fleet.broker.trimLog("bowline:log:/", 1);
    first.bus.heal();
    await fleet.pass(50);
    expect(first.sockets.sockets.has(client.sid)).toBe(false);
    expect(first.warnings.some(([, text]) => text.startsWith("Cannot tell all events of other nodes"))).toBe(true);
    // Nobody who has just begun knows what was missed.
    client.comeBack(fleet.start());
    await fleet.pass(50);
    client.read();
    expect([client.recovered, client.received]).toEqual([[false], []]);
  });
});
