// Rules of nodes that cannot be reached, of limits, and of nodes that end: every request is answered.
import { encodeUtf8 } from "@bowline/protocol/internal";
import { describe, expect, it } from "vitest";
import { createScene, outcomeOf } from "../../../test-support/forwarding-scene.ts";
import { bundle, unbundle } from "./envelopes.ts";
import { decodeForOwner, type EntranceMessage, encodeForward, type OwnerMessage } from "./forward-message.ts";
import { TO_ENTRANCE, TO_OWNER } from "./node-link.ts";
import { cutInParts, PartJoiner } from "./parts.ts";

const UNKNOWN = '400 {"code":1,"message":"Session ID unknown"}';
/** A message as it comes from a node that has not sent many. */
function packed(message: OwnerMessage | EntranceMessage): Uint8Array {
  return cutInParts(1000, bundle([encodeForward(message)]), 100_000)[0] ?? new Uint8Array();
}

/** What a node has sent to the one that has sessions. */
function unpacked(bytes: Uint8Array = new Uint8Array()): (OwnerMessage | undefined)[] {
  return [...unbundle(new PartJoiner(100_000).take("", bytes) ?? bytes)].map(decodeForOwner);
}

const HEAD = { target: "/engine.io/?EIO=4&transport=polling", remoteAddress: "", secure: false, headers: [] };

describe("a client whose node is gone", () => {
  it("is told so at once", async () => {
    const { openSession, request, nodes } = createScene();
    const session = await openSession("aaaa");
    nodes.kill("aaaa");
    expect(outcomeOf(await request("bbbb", session.poll))).toBe(UNKNOWN);
    expect(nodes.sent).toEqual([]);
  });

  it("is told so when the node goes while its poll waits", async () => {
    const { openSession, request, nodes } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    nodes.kill("aaaa");
    expect(outcomeOf(poll)).toBe(UNKNOWN);
  });

  it("is told so while it waits for its WebSocket", async () => {
    const { openSession, engineOf, upgrade, nodes } = createScene();
    const session = await openSession("aaaa");
    nodes.loses = () => true;
    const asked = await upgrade("bbbb", session.socket);
    nodes.kill("aaaa");
    expect([asked.refusals, engineOf("bbbb").clientsCount]).toEqual([["Session ID unknown"], 0]);
  });

  it("is told so where its node does not know the session any more", async () => {
    const { openSession, request } = createScene();
    const { connection, poll } = await openSession("aaaa");
    connection.close(true);
    expect(outcomeOf(await request("bbbb", poll))).toBe(UNKNOWN);
  });

  it("is reported where it has come to, with the reason", async () => {
    const { openSession, request, engineOf, nodes } = createScene();
    const session = await openSession("aaaa");
    const reports: unknown[] = [];
    engineOf("bbbb").on("connection_error", ({ code, context }) => reports.push([code, context]));
    await request("bbbb", session.poll);
    nodes.kill("aaaa");
    expect(reports).toEqual([[1, { name: "OWNER_GONE", node: "aaaa" }]]);
  });
});

describe("a node that cannot be reached", () => {
  it("has its clients begin anew", async () => {
    const { openSession, request, upgrade, nodes } = createScene();
    const session = await openSession("aaaa");
    nodes.isUp = false;
    const poll = await request("bbbb", session.poll);
    const asked = await upgrade("bbbb", session.socket);
    expect([outcomeOf(poll), asked.refusals]).toEqual([UNKNOWN, ["Session ID unknown"]]);
  });

  it("is waited for no longer than ten seconds where an answer is due at once", async () => {
    const { openSession, request, upgrade, nodes, clock } = createScene();
    const session = await openSession("aaaa");
    nodes.loses = () => true;
    const post = await request("bbbb", session.poll, { method: "POST", body: "4x" });
    const asked = await upgrade("bbbb", session.socket);
    clock.advance(9999);
    expect([outcomeOf(post), asked.refusals]).toEqual([undefined, []]);
    clock.advance(1);
    expect([outcomeOf(post), asked.refusals]).toEqual([UNKNOWN, ["Session ID unknown"]]);
  });

  it("is waited for with a poll as long as a session may be silent", async () => {
    const { openSession, request, nodes, clock } = createScene();
    const session = await openSession("aaaa");
    nodes.loses = () => true;
    const poll = await request("bbbb", session.poll);
    clock.advance(44_999);
    expect(outcomeOf(poll)).toBeUndefined();
    clock.advance(1);
    expect(outcomeOf(poll)).toBe(UNKNOWN);
  });
});

describe("a node that a client has come to and that dies", () => {
  it("ends the session whose poll waited there", async () => {
    const { openSession, request, nodes, heard } = createScene();
    const session = await openSession("aaaa");
    await request("bbbb", session.poll);
    nodes.kill("bbbb");
    expect(heard).toEqual(["closed transport error"]);
  });
});

describe("a node that ends", () => {
  it("has the polls that wait at others answered, and their sessions go on", async () => {
    const { openSession, request, engineOf, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    engineOf("bbbb").close();
    await settle();
    session.send("x");
    expect([outcomeOf(poll), outcomeOf(await request("cccc", session.poll)), heard]).toEqual(["200 6", "200 4x", []]);
  });

  it("waits until they are", async () => {
    const { openSession, request, engineOf, settle } = createScene();
    const session = await openSession("aaaa");
    await request("bbbb", session.poll);
    let isOver = false;
    engineOf("bbbb").close();
    void engineOf("bbbb")
      .goodbyesSaid()
      .then(() => {
        isOver = true;
      });
    await Promise.resolve();
    expect(isOver).toBe(false);
    await settle();
    expect(isOver).toBe(true);
  });

  it("waits no longer than a second", async () => {
    const { openSession, request, engineOf, nodes, clock, settle } = createScene();
    const session = await openSession("aaaa");
    await request("bbbb", session.poll);
    nodes.loses = () => true;
    engineOf("bbbb").close();
    let isOver = false;
    void engineOf("bbbb")
      .goodbyesSaid()
      .then(() => {
        isOver = true;
      });
    clock.advance(1000);
    await settle();
    expect(isOver).toBe(true);
  });

  it("lets no further poll wait", async () => {
    const { openSession, request, engineOf } = createScene();
    const session = await openSession("aaaa");
    engineOf("bbbb").close();
    expect(outcomeOf(await request("bbbb", session.poll))).toBe("200 6");
    engineOf("bbbb").reopen();
    expect(outcomeOf(await request("bbbb", session.poll))).toBeUndefined();
  });

  it("refuses WebSockets, and lets go of one that it was about to have", async () => {
    const { openSession, upgrade, engineOf, nodes, settle } = createScene();
    const session = await openSession("aaaa");
    nodes.holds = ({ to }) => to === "bbbb";
    const early = await upgrade("bbbb", session.socket);
    engineOf("bbbb").close();
    nodes.holds = () => false;
    await settle();
    const late = await upgrade("bbbb", session.socket);
    const shuttingDown = ["503 Server shutting down"];
    expect([early.accepted, early.refusals, late.refusals]).toEqual([false, shuttingDown, shuttingDown]);
    expect((await upgrade("cccc", session.socket)).accepted).toBe(true);
  });

  it("waits for bodies that are still coming", async () => {
    const { openSession, request, engineOf, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const post = await request("bbbb", session.poll, { method: "POST", body: "4x", holdsBody: true });
    const told: string[] = [];
    engineOf("bbbb").close();
    void engineOf("bbbb")
      .goodbyesSaid()
      .then(() => told.push("over"));
    await settle();
    told.push("not yet");
    post.arrive();
    await settle();
    expect([told, outcomeOf(post), heard]).toEqual([["not yet", "over"], "200 ok", ["x"]]);
  });

  it("sends its own clients their goodbye where they have come to another one", async () => {
    const { openSession, request, engineOf } = createScene();
    const session = await openSession("aaaa");
    engineOf("aaaa").close();
    expect(outcomeOf(await request("bbbb", session.poll))).toBe("200 6\u001e1");
  });
});

describe("a flood", () => {
  it("of ids that name no node reaches nobody", async () => {
    const { request, nodes, openSession } = createScene();
    await openSession("aaaa");
    const sids = [
      "x",
      "dddd1234567890123456",
      "bbbb1234567890123456",
      "aaaa",
      "aaaa12345678901234567",
      "aaaa/../567890123456",
    ];
    const outcomes = [];
    for (const sid of sids)
      outcomes.push(outcomeOf(await request("bbbb", `EIO=4&transport=polling&sid=${encodeURIComponent(sid)}`)));
    expect(new Set(outcomes)).toEqual(new Set([UNKNOWN]));
    expect(nodes.sent).toEqual([]);
  });

  it("of ids that were made up is answered by the node that they name", async () => {
    const { request, nodes } = createScene();
    expect(outcomeOf(await request("bbbb", "EIO=4&transport=polling&sid=aaaa1234567890123456"))).toBe(UNKNOWN);
    expect(nodes.sent).toHaveLength(2);
  });

  it("of requests finds a limit, beyond which clients are told to come again", async () => {
    const { openSession, request, upgrade, engineOf } = createScene({ maxForwarded: 1 });
    const [one, other] = [await openSession("aaaa"), await openSession("aaaa")];
    const refused: unknown[] = [];
    engineOf("bbbb").on("connection_error", ({ context }) => refused.push(context));
    const poll = await request("bbbb", one.poll);
    const late = await request("bbbb", other.poll);
    const asked = await upgrade("bbbb", other.socket);
    expect([outcomeOf(poll), outcomeOf(late), asked.refusals]).toEqual([
      undefined,
      '503 {"code":3,"message":"Server busy"}',
      ["503 Server busy"],
    ]);
    expect(refused).toEqual(Array(2).fill({ name: "TOO_MANY_FORWARDED", node: "aaaa" }));
  });

  it("of bodies that are still coming counts as well", async () => {
    const { openSession, request } = createScene({ maxForwarded: 1 });
    const session = await openSession("aaaa");
    await request("bbbb", session.poll, { method: "POST", holdsBody: true });
    expect(outcomeOf(await request("bbbb", session.poll))).toBe('503 {"code":3,"message":"Server busy"}');
  });

  it("of bytes that the broker does not take finds a limit", async () => {
    const { openSession, request, nodes } = createScene({ maxBufferedBytes: 1000 });
    const session = await openSession("aaaa");
    nodes.confirms = false;
    await request("bbbb", session.poll, { method: "POST", body: `4${"x".repeat(1000)}` });
    expect(outcomeOf(await request("bbbb", session.poll))).toBe('503 {"code":3,"message":"Server busy"}');
  });

  it("of a node that knows no limit finds one here", async () => {
    const { openSession, request, upgrade, engineOf } = createScene();
    const [one, other] = [await openSession("aaaa"), await openSession("aaaa")];
    Object.assign(engineOf("aaaa").opts, { maxForwarded: 1 });
    await request("bbbb", one.poll);
    expect(outcomeOf(await request("bbbb", other.poll))).toBe("503");
    expect((await upgrade("bbbb", other.socket)).refusals).toEqual(["503 Server busy"]);
    expect(outcomeOf(await request("cccc", other.poll))).toBeUndefined();
  });
});

describe("a message of another node", () => {
  /** Has a node say something to the one that has sessions. */
  async function say(message: OwnerMessage | Uint8Array) {
    const scene = createScene();
    const before = scene.nodes.sent.length;
    const bytes = message instanceof Uint8Array ? message : packed(message);
    scene.nodes.forge({ from: "bbbb", to: "aaaa", kind: TO_OWNER, bytes });
    await scene.settle();
    return { ...scene, answers: scene.nodes.sent.slice(before) };
  }

  it("opens no session", async () => {
    const head = { ...HEAD, method: "GET" };
    const { opened, answers } = await say({ type: "request", id: 1, head, body: new Uint8Array() });
    expect([opened, answers.length]).toEqual([[], 1]);
  });

  it("opens no WebSocket", async () => {
    const head = { ...HEAD, target: "/engine.io/?EIO=4&transport=websocket", method: "GET" };
    const { opened, answers } = await say({ type: "upgrade", id: 1, head });
    expect([opened, answers.length]).toEqual([[], 1]);
  });

  it("is never sent on", async () => {
    const target = "/engine.io/?EIO=4&transport=polling&sid=cccc1234567890123456";
    const { answers } = await say({
      type: "request",
      id: 1,
      head: { ...HEAD, target, method: "GET" },
      body: new Uint8Array(),
    });
    expect(answers.map(({ to }) => to)).toEqual(["bbbb"]);
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["too little", Uint8Array.of(1, 0, 0)],
    ["no message", cutInParts(1, new Uint8Array(), 100)[0] ?? new Uint8Array()],
    ["no bundle", cutInParts(1, Uint8Array.of(0, 0, 0, 9, 1), 100)[0] ?? new Uint8Array()],
    ["another method", { type: "request", id: 1, head: { ...HEAD, method: "DELETE" }, body: new Uint8Array() }],
    ["a header that splits", { type: "upgrade", id: 1, head: { ...HEAD, method: "GET", headers: ["x", "a\r\nb: c"] } }],
    ["a target with a space", { type: "upgrade", id: 1, head: { ...HEAD, method: "GET", target: "/ HTTP/1.1" } }],
  ] as const)("with %s is not believed", async (_what, message) => {
    const { answers, opened } = await say(message);
    expect([answers, opened]).toEqual([[], []]);
  });

  it.each([
    ["aaaa", "200 4forged"],
    ["cccc", undefined],
  ])("that a client's request is over is believed of the node that was asked, alone: of %s", async (from, outcome) => {
    const { openSession, request, nodes, settle } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    const body = encodeUtf8("4forged");
    const answer = { status: 200, added: {}, headers: {}, compression: undefined, isConfirmed: false, body };
    const [asked] = unpacked(nodes.sent.at(-1)?.bytes);
    nodes.forge({
      from,
      to: "bbbb",
      kind: TO_ENTRANCE,
      bytes: packed({ type: "answer", id: asked?.id ?? -1, answer }),
    });
    await settle();
    expect(outcomeOf(poll)).toBe(outcome);
  });
});
