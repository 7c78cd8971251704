// Rules of WebSockets that come to a node which has not their session: messages go through in order, both ways, whole.
import { describe, expect, it } from "vitest";
import { createScene, outcomeOf } from "../../../test-support/forwarding-scene.ts";

/** A session of the first node whose client has moved to a WebSocket at the second. */
async function openRelayed(options: Parameters<typeof createScene>[0] = {}, maxMessageBytes?: number, query = "EIO=4") {
  const scene = createScene({ pingInterval: 1_000_000, ...options }, maxMessageBytes);
  const session = await scene.openSession("aaaa", query);
  const { port, accepted } = await scene.upgrade("bbbb", session.socket);
  port.receive("2probe");
  await scene.settle();
  port.receive("5");
  await scene.settle();
  return { ...scene, session, port, accepted };
}

describe("a WebSocket for a session of another node", () => {
  it("is probed and moved to as at home", async () => {
    const { port, accepted, session } = await openRelayed();
    expect([accepted, port.take(), session.connection.upgraded]).toEqual([true, ["3probe"], true]);
  });

  it("carries texts and bytes both ways, in order", async () => {
    const { port, session, settle, heard } = await openRelayed();
    port.take();
    port.receive("4one", Uint8Array.of(1, 2), "4naïve 😀");
    session.send("a", Uint8Array.of(3), "ü");
    await settle();
    expect(port.take()).toEqual(["4a", Uint8Array.of(3), "4ü"]);
    expect(heard).toEqual(["one", Uint8Array.of(1, 2), "naïve 😀"]);
  });

  it("needs one message between nodes for all that is sent in a turn", async () => {
    const { port, session, settle, nodes } = await openRelayed();
    nodes.sent.length = 0;
    port.receive("41", "42", "43");
    session.send("a", "b");
    await settle();
    expect(nodes.sent.map(({ from, to }) => `${from} ${to}`).sort()).toEqual(["aaaa bbbb", "bbbb aaaa"]);
  });

  it("carries the heartbeats of clients that say them", async () => {
    const { port, settle } = await openRelayed({}, undefined, "EIO=3");
    port.take();
    port.receive("2");
    await settle();
    expect(port.take()).toEqual(["3"]);
  });

  it("costs one message between nodes with all others that get something in a turn", async () => {
    const { openSession, upgrade, settle, nodes } = createScene({ pingInterval: 1_000_000 });
    const sessions = [await openSession("aaaa"), await openSession("aaaa"), await openSession("aaaa")];
    const upgrades = await Promise.all(sessions.map(({ socket }) => upgrade("bbbb", socket)));
    for (const { port } of upgrades) port.receive("2probe");
    await settle();
    for (const { port } of upgrades) port.receive("5");
    await settle();
    nodes.sent.length = 0;
    for (const session of sessions) session.send("news");
    await settle();
    expect([nodes.sent.length, upgrades.map(({ port }) => port.take().at(-1))]).toEqual([
      1,
      ["4news", "4news", "4news"],
    ]);
  });

  it("says whether a message may be compressed", async () => {
    const { port, session, settle } = await openRelayed();
    session.connection.send("a", { compress: false });
    await settle();
    session.connection.send("b", { compress: true });
    await settle();
    expect(port.writes.slice(-2).map(({ compress }) => compress)).toEqual([false, true]);
  });

  it("takes messages longer than one between nodes may be", async () => {
    const { port, session, settle, heard } = await openRelayed({}, 1000);
    port.take();
    const text = "0123456789".repeat(5000);
    port.receive(`4${text}`);
    session.send(text);
    await settle();
    expect([heard, port.take()]).toEqual([[text], [`4${text}`]]);
  });

  it("loses nothing of what a poll was to bring while it moves", async () => {
    const { openSession, upgrade, request, settle, heard } = createScene({ pingInterval: 1_000_000 });
    const session = await openSession("aaaa");
    const { port } = await upgrade("bbbb", session.socket);
    session.send("before");
    port.receive("2probe");
    await settle();
    const poll = await request("cccc", session.poll);
    await request("cccc", session.poll, { method: "POST", body: "4by post" });
    session.send("meanwhile");
    port.receive("5", "4by socket");
    session.send("behind");
    await settle();
    expect([outcomeOf(poll), port.take().slice(1)]).toEqual(["200 4before", ["4meanwhile", "4behind"]]);
    expect(heard).toEqual(["by post", "by socket"]);
  });

  it.each(["41", "2"])("that says %s in the place of a probe is closed", async (first) => {
    const { openSession, upgrade, settle } = createScene();
    const session = await openSession("aaaa");
    const { port } = await upgrade("bbbb", session.socket);
    port.receive(first);
    await settle();
    expect([port.closes, session.connection.upgrading]).toEqual([1, false]);
  });

  it("is refused where the session has ended", async () => {
    const { openSession, upgrade } = createScene();
    const { connection, socket } = await openSession("aaaa");
    connection.close(true);
    const asked = await upgrade("bbbb", socket);
    expect([asked.accepted, asked.refusals]).toEqual([false, ["Session ID unknown"]]);
  });

  it("gets the headers that listeners at its session's node add", async () => {
    const { openSession, upgrade, engineOf } = createScene();
    const session = await openSession("aaaa");
    engineOf("aaaa").on("headers", (headers) => {
      headers["x-node"] = "a";
    });
    expect((await upgrade("bbbb", session.socket)).added).toEqual({ "x-node": "a" });
  });

  it("that is given up before its end of the handshake leaves nothing behind", async () => {
    const { openSession, upgrade, nodes, settle, clock } = createScene();
    const session = await openSession("aaaa");
    nodes.loses = ({ to }) => to === "bbbb";
    const asked = await upgrade("bbbb", session.socket);
    clock.advance(10_000);
    nodes.loses = () => false;
    await settle();
    expect([asked.refusals, session.connection.upgrading]).toEqual([["Session ID unknown"], false]);
  });
});

describe("the end of a relayed WebSocket", () => {
  it("by the client ends its session", async () => {
    const { port, settle, heard } = await openRelayed();
    port.receive("4last");
    port.vanish();
    await settle();
    expect(heard).toEqual(["last", "closed transport close"]);
  });

  it("by an error tells the session's node of it", async () => {
    const { port, session, settle } = await openRelayed();
    const causes: unknown[] = [];
    session.connection.on("close", (reason, cause) => causes.push(reason, cause));
    port.vanish(Object.assign(new Error("too long"), { code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" }));
    await settle();
    expect(causes).toEqual(["transport error", expect.objectContaining({ message: "too long" })]);
    expect(causes[1]).toHaveProperty("code", "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
  });

  it("by the session lets what was sent before still leave", async () => {
    const { port, session, settle } = await openRelayed();
    port.take();
    session.send("last");
    session.connection.close();
    await settle();
    expect([port.take(), port.closes]).toEqual([["4last"], 1]);
  });

  it("comes with the node of the session", async () => {
    const { port, nodes } = await openRelayed();
    nodes.kill("aaaa");
    expect(port.closes).toBe(1);
  });

  it("comes with the node of the client", async () => {
    const { nodes, heard } = await openRelayed();
    nodes.kill("bbbb");
    expect(heard).toEqual(["closed transport error"]);
  });

  it("comes when the node of the client ends", async () => {
    const { port, engineOf, settle, heard } = await openRelayed();
    engineOf("bbbb").close();
    await settle();
    expect([port.closes, heard]).toEqual([1, ["closed transport close"]]);
  });

  it.each(["aaaa", "bbbb"])("comes when a message to %s was lost, and not with a gap", async (to) => {
    const { port, session, settle, nodes, heard } = await openRelayed();
    port.take();
    nodes.loses = (message) => message.to === to;
    port.receive("41");
    session.send("a");
    await settle();
    nodes.loses = () => false;
    port.receive("42");
    session.send("b");
    await settle();
    expect(heard.at(-1)).toMatch(/^closed/);
    expect([heard.includes("2") && !heard.includes("1"), port.take().includes("4b") && to === "bbbb"]).toEqual([
      false,
      false,
    ]);
    expect(port.closes).toBe(1);
  });

  it("comes when nothing can be sent between the nodes", async () => {
    const { port, settle, nodes } = await openRelayed();
    nodes.isUp = false;
    port.receive("41");
    await settle();
    expect(port.closes).toBe(1);
  });
});

describe("a client that takes nothing", () => {
  it("has the session wait with more, and go on once it takes something", async () => {
    const { port, session, settle } = await openRelayed();
    port.take();
    port.holdsWrites = true;
    session.send("x".repeat(300_000));
    await settle();
    session.send("y");
    await settle();
    expect([session.connection.writable, port.take().length]).toEqual([false, 1]);
    port.written();
    await settle();
    port.written();
    await settle();
    expect(port.take()).toEqual(["4y"]);
  });

  it("costs its session no more than the limit", async () => {
    const { port, session, settle, heard } = await openRelayed({ maxBufferedBytes: 1_000_000 });
    port.holdsWrites = true;
    for (let sent = 0; sent < 20 && session.connection.readyState === "open"; sent++) {
      session.send("x".repeat(100_000));
      await settle();
    }
    expect(heard).toEqual(["closed transport error"]);
  });
});

describe("a client that sends more than the other node takes", () => {
  it("is cut off beyond the limit, where the runtime cannot stop reading", async () => {
    const { port, nodes, settle } = await openRelayed({ maxBufferedBytes: 500_000 });
    nodes.loses = () => true;
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      port.receive(`4${"x".repeat(100_000)}`);
      await settle();
    }
    expect(port.closes).toBe(1);
  });

  it("is not read until the other node has taken some", async () => {
    const { port, nodes, settle } = await openRelayed();
    const told: string[] = [];
    Object.assign(port, { pause: () => told.push("paused"), resume: () => told.push("resumed") });
    port.receive(`4${"x".repeat(300_000)}`);
    const isHeld = nodes.sent.length;
    await settle();
    expect([isHeld > 0, told]).toEqual([true, ["paused", "resumed"]]);
  });
});
