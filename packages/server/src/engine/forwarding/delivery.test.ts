// Rules of what is lost, doubled or late between two nodes: nothing comes twice, and nothing is missing without a word.
import { FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { createScene, outcomeOf } from "../../../test-support/forwarding-scene.ts";

const UNKNOWN = '400 {"code":1,"message":"Session ID unknown"}';
const LOST = "closed transport error";

describe("an answer that has left its session", () => {
  it("is confirmed once it is on the client's connection, and the session goes on", async () => {
    const { openSession, request, heard, nodes } = createScene();
    const session = await openSession("aaaa");
    session.send("one");
    const first = await request("bbbb", session.poll);
    session.send("two");
    nodes.kill("bbbb");
    const second = await request("cccc", session.poll);
    expect([outcomeOf(first), outcomeOf(second), heard]).toEqual(["200 4one", "200 4two", []]);
  });

  it("and is lost with the node of the client ends the session: a proxy asks again elsewhere, and nobody would notice", async () => {
    const { openSession, request, nodes, settle, heard } = createScene();
    const session = await openSession("aaaa");
    session.send("one");
    nodes.loses = ({ to }) => to === "bbbb";
    await request("bbbb", session.poll);
    const again = await request("cccc", session.poll);
    session.send("two");
    nodes.kill("bbbb");
    await settle();
    expect([outcomeOf(again), heard]).toEqual(["200 1", [LOST]]);
  });

  it.each(["aaaa", "cccc"] as const)(
    "has the next poll wait until it is confirmed, if that comes to %s",
    async (at) => {
      const { openSession, request, nodes, settle, heard, platform } = createScene();
      const session = await openSession("aaaa");
      const poll = await request("bbbb", session.poll);
      session.send("one");
      nodes.holds = ({ from, to }) => from === "bbbb" && to === "aaaa";
      await settle();
      session.send("two");
      const next = await request(at, session.poll);
      const early = outcomeOf(next);
      nodes.holds = () => false;
      await settle();
      platform.clock.advance(20_000);
      expect([outcomeOf(poll), early, outcomeOf(next), heard]).toEqual(["200 4one", undefined, "200 4two", []]);
    },
  );

  it("is not answered over by what releases polls for an upgrade", async () => {
    const { openSession, request, upgrade, nodes, settle, clock } = createScene();
    const session = await openSession("aaaa");
    session.send("one");
    const { port } = await upgrade("cccc", session.socket);
    nodes.loses = ({ to }) => to === "bbbb";
    await request("bbbb", session.poll);
    const again = await request("cccc", session.poll);
    port.receive("2probe");
    await settle();
    clock.advance(500);
    await settle();
    expect(outcomeOf(again)).toBeUndefined();
  });

  it("and is lost on its way is told as lost after ten seconds, at both ends", async () => {
    const { openSession, request, nodes, clock, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    nodes.loses = ({ to }) => to === "bbbb";
    session.send("one");
    await settle();
    nodes.loses = () => false;
    clock.advance(9_999);
    await settle();
    expect([outcomeOf(poll), heard]).toEqual([undefined, []]);
    clock.advance(1);
    await settle();
    expect([outcomeOf(poll), heard]).toEqual([UNKNOWN, [LOST]]);
  });

  it("is told as lost where its client has left before it came", async () => {
    const { openSession, request, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    session.send("one");
    poll.abort();
    await settle();
    expect(heard).toEqual([LOST]);
  });

  it("and cannot be sent is told as lost at once", async () => {
    const { openSession, request, settle, nodes, heard } = createScene();
    const session = await openSession("aaaa");
    await request("bbbb", session.poll);
    nodes.isUp = false;
    session.send("one");
    await settle();
    expect(heard).toEqual([LOST]);
  });

  it("leaves nothing behind where its confirmation comes for something else", async () => {
    const { openSession, request, settle, engineOf, heard } = createScene({ maxForwarded: 1 });
    const session = await openSession("aaaa");
    session.send("one");
    await request("bbbb", session.poll);
    await request("bbbb", session.poll, { method: "POST", body: "4x" });
    const poll = await request("bbbb", session.poll);
    engineOf("bbbb").close();
    await settle();
    expect([outcomeOf(poll), heard]).toEqual(["200 6", ["x"]]);
  });
});

describe("a broker that says everything twice", () => {
  it("has no packet heard twice", async () => {
    const { openSession, request, nodes, heard } = createScene();
    const session = await openSession("aaaa");
    nodes.repeats = true;
    const post = await request("bbbb", session.poll, { method: "POST", body: "4one" });
    session.send("x");
    const poll = await request("cccc", session.poll);
    expect([outcomeOf(post), outcomeOf(poll), heard]).toEqual(["200 ok", "200 4x", ["one"]]);
  });

  it("harms no WebSocket", async () => {
    const { openSession, upgrade, settle, nodes, heard } = createScene({ pingInterval: 1_000_000 });
    const session = await openSession("aaaa");
    nodes.repeats = true;
    const { port } = await upgrade("bbbb", session.socket);
    port.receive("2probe");
    await settle();
    port.receive("5", "4one");
    session.send("x");
    await settle();
    expect([port.take(), heard, port.closes]).toEqual([["3probe", "4x"], ["one"], 0]);
  });

  it("later has no old request heard again", async () => {
    const { openSession, request, nodes, settle, heard } = createScene();
    const session = await openSession("aaaa");
    await request("bbbb", session.poll, { method: "POST", body: "4one" });
    const [said] = nodes.sent.slice(-2);
    await request("bbbb", session.poll, { method: "POST", body: "4two" });
    if (said !== undefined) nodes.forge(said);
    await settle();
    expect([said?.to, heard]).toEqual(["aaaa", ["one", "two"]]);
  });
});

describe("a request that is late", () => {
  it("is answered as lost, and its packets are heard once at most", async () => {
    const { openSession, request, nodes, clock, settle, heard } = createScene();
    const session = await openSession("aaaa");
    nodes.holds = ({ to }) => to === "aaaa";
    const post = await request("bbbb", session.poll, { method: "POST", body: "4late" });
    clock.advance(10_000);
    nodes.holds = () => false;
    await settle();
    expect([outcomeOf(post), post.answers.length, heard]).toEqual([UNKNOWN, 1, ["late"]]);
  });

  it("overlaps with the one that came by another node meanwhile, as at home", async () => {
    const { openSession, request, nodes, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const [one, other] = [
      await request("bbbb", session.poll, { method: "POST", body: "4x", holdsBody: true }),
      await request("aaaa", session.poll, { method: "POST", body: "4y", holdsBody: true }),
    ];
    one.arrive();
    await settle();
    expect([outcomeOf(one), other.destroyed, heard, nodes.sent.length > 0]).toEqual(["400", true, [LOST], true]);
  });
});

describe("a program that throws over a message", () => {
  it("is told of by the platform, and costs nobody his message, by a WebSocket or a poll", async () => {
    const { openSession, upgrade, request, settle, heard, platform } = createScene({ pingInterval: 1_000_000 });
    const [session, other] = [await openSession("aaaa"), await openSession("aaaa")];
    const { port } = await upgrade("bbbb", session.socket);
    port.receive("2probe");
    await settle();
    session.connection.on("message", (data) => {
      if (data === "bad") throw new Error("from a handler");
    });
    other.connection.on("message", (data) => {
      if (data === "worse") throw new Error("from another one");
    });
    port.receive("5", "4bad", "4good");
    await settle();
    const post = await request("bbbb", other.poll, { method: "POST", body: "4worse" });
    expect([heard, outcomeOf(post)]).toEqual([["bad", "good", "worse"], "200 ok"]);
    expect(platform.uncaught).toEqual([new Error("from a handler"), new Error("from another one")]);
  });
});

describe("what a client asks", () => {
  it("is nothing to its neighbours where its session's node does not believe it", async () => {
    const { openSession, engineOf, settle, heard, nodes } = createScene();
    const session = await openSession("aaaa");
    const before = nodes.sent.length;
    const target = `/engine.io/?${session.poll}`;
    const strange = new FakeExchange(target, { headers: { "a b": "no runtime takes that" } });
    const post = new FakeExchange(target, { method: "POST", body: "4x" });
    for (const exchange of [strange, post]) engineOf("bbbb").handleRequest(exchange);
    await settle();
    expect([outcomeOf(strange), outcomeOf(post), heard]).toEqual([undefined, "200 ok", ["x"]]);
    expect(nodes.sent.slice(before).filter(({ to }) => to === "aaaa")).toHaveLength(1);
  });

  it("may have a target with anything but what ends a line", async () => {
    const { openSession, request } = createScene();
    const session = await openSession("aaaa");
    session.send("x");
    expect(outcomeOf(await request("bbbb", `${session.poll}&a=\u00a0\u00e9\u2028`))).toBe("200 4x");
  });
});
