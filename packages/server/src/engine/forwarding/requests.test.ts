// Rules of requests that come to a node which has not their session: they are served as if they had come to the right one.
import { FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { createScene, outcomeOf } from "../../../test-support/forwarding-scene.ts";

describe("the id of a session", () => {
  it("begins with the name of its node and has 16 random characters behind it", async () => {
    const { openSession } = createScene();
    const { connection } = await openSession("bbbb");
    expect(connection.id).toMatch(/^bbbb[\w-]{16}$/);
  });

  it("is what the program makes of it, where it makes ids", async () => {
    const { openSession } = createScene({ generateId: () => "one" });
    expect((await openSession("bbbb")).connection.id).toBe("one");
  });
});

describe("a request for a session of another node", () => {
  it("is answered with what the session has to say", async () => {
    const { openSession, request } = createScene();
    const session = await openSession("aaaa");
    session.send("hello");
    const poll = await request("bbbb", session.poll);
    expect(outcomeOf(poll)).toBe("200 4hello");
    expect(poll.answer?.headers).toMatchObject({ "Content-Type": "text/plain; charset=UTF-8" });
  });

  it("waits there until the session has something to say", async () => {
    const { openSession, request, settle } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    expect(outcomeOf(poll)).toBeUndefined();
    session.send("later");
    await settle();
    expect(outcomeOf(poll)).toBe("200 4later");
  });

  it("brings its packets to the session", async () => {
    const { openSession, request, heard } = createScene();
    const session = await openSession("aaaa");
    const post = await request("cccc", session.poll, { method: "POST", body: "4one\x1e4two" });
    expect([outcomeOf(post), heard]).toEqual(["200 ok", ["one", "two"]]);
  });

  it("may come to another node each time", async () => {
    const { openSession, request, heard } = createScene();
    const session = await openSession("aaaa");
    await request("bbbb", session.poll, { method: "POST", body: "4b" });
    await request("cccc", session.poll, { method: "POST", body: "4c" });
    await request("aaaa", session.poll, { method: "POST", body: "4a" });
    expect(heard).toEqual(["b", "c", "a"]);
  });

  it("carries bytes both ways, for clients of 2.x as they are", async () => {
    const { openSession, request, heard } = createScene();
    const session = await openSession("aaaa", "EIO=3");
    session.send(Uint8Array.of(1, 2, 255));
    const poll = await request("bbbb", session.poll);
    const headers = { "content-type": "application/octet-stream" };
    const body = Uint8Array.of(1, 3, 255, 4, 9, 8);
    await request("bbbb", session.poll, { method: "POST", body, headers });
    expect(poll.answer?.body).toEqual(Uint8Array.of(1, 4, 255, 4, 1, 2, 255));
    expect(poll.answer?.headers).toMatchObject({ "Content-Type": "application/octet-stream" });
    expect(heard).toEqual([Uint8Array.of(9, 8)]);
  });

  it("may bring a heartbeat, which the next one fetches the answer to", async () => {
    const { openSession, request, heard, clock } = createScene();
    const session = await openSession("aaaa", "EIO=3");
    clock.advance(40_000);
    await request("bbbb", session.poll, { method: "POST", body: "1:2" });
    const poll = await request("cccc", session.poll);
    clock.advance(40_000);
    expect([outcomeOf(poll), heard]).toEqual(["200 1:3", []]);
  });

  it("is answered in a script where the client polls by script elements", async () => {
    const { openSession, request, heard } = createScene();
    const session = await openSession("aaaa", "EIO=3&j=7");
    session.send("x");
    const poll = await request("bbbb", session.poll);
    await request("bbbb", session.poll, { method: "POST", body: `d=${encodeURIComponent("2:4y")}` });
    expect([outcomeOf(poll), heard]).toEqual(['200 ___eio[7]("2:4x");', ["y"]]);
  });

  it("is compressed where it came in, as the session asks for it", async () => {
    const { openSession, request } = createScene({ httpCompression: { threshold: 100 } });
    const session = await openSession("aaaa");
    session.send("x".repeat(200));
    expect((await request("bbbb", session.poll)).answer?.compressFrom).toBe(100);
  });

  it("is longer than a message between nodes may be", async () => {
    const { openSession, request, heard, nodes } = createScene({}, 1000);
    const session = await openSession("aaaa");
    const text = "é".repeat(20_000);
    session.send(text);
    const poll = await request("bbbb", session.poll);
    await request("bbbb", session.poll, { method: "POST", body: `4${text}` });
    expect([outcomeOf(poll), heard]).toEqual([`200 4${text}`, [text]]);

    expect(Math.max(...nodes.sent.map(({ bytes }) => bytes.byteLength))).toBeLessThanOrEqual(1000);
  });

  it("shows the address and the headers of the client to who listens for headers", async () => {
    const { openSession, request, engineOf } = createScene();
    const seen: unknown[] = [];
    engineOf("aaaa").on("headers", (headers, head) => {
      seen.push(Reflect.get(head, "remoteAddress"));
      headers["x-node"] = "a";
    });
    const session = await openSession("aaaa");
    const post = await request("bbbb", session.poll, { method: "POST", body: "4x" });
    expect([seen.at(-1), post.answer?.headers["x-node"]]).toEqual(["203.0.113.7", "a"]);
  });
});

describe("a client that leaves", () => {
  it("while its poll waits at another node ends its session, as it would at home", async () => {
    const { openSession, request, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const poll = await request("bbbb", session.poll);
    poll.abort();
    await settle();
    expect(heard).toEqual(["closed transport error"]);
  });

  it("while it sends a body ends its session, too", async () => {
    const { openSession, request, settle, heard } = createScene();
    const session = await openSession("aaaa");
    const post = await request("bbbb", session.poll, { method: "POST", body: "4x", holdsBody: true });
    post.abort();
    await settle();
    expect(heard).toEqual(["closed transport error"]);
  });
});

describe("a rule of polling", () => {
  it("holds whichever nodes two polls have come to", async () => {
    const { openSession, request, heard } = createScene();
    const session = await openSession("aaaa");
    const first = await request("bbbb", session.poll);
    const second = await request("cccc", session.poll);
    expect([outcomeOf(first), outcomeOf(second), heard]).toEqual(["200 1", "400", ["closed transport error"]]);
  });

  it("refuses a body over the limit before it is sent anywhere", async () => {
    const { openSession, request, nodes } = createScene({ maxHttpBufferSize: 100 });
    const session = await openSession("aaaa");
    const post = await request("bbbb", session.poll, { method: "POST", body: `4${"x".repeat(5000)}` });
    expect(outcomeOf(post)).toBe("413");
    expect(Math.max(...nodes.sent.map(({ bytes }) => bytes.byteLength))).toBeLessThan(1000);
  });

  it("has the connection ended for such a body where servers of 2.x did that", async () => {
    const { openSession, request, heard } = createScene({ maxHttpBufferSize: 100, compat: 2 });
    const session = await openSession("aaaa");
    const post = await request("bbbb", session.poll, { method: "POST", body: `4${"x".repeat(5000)}` });
    expect([outcomeOf(post), heard]).toEqual(["destroyed", ["closed parse error"]]);
  });

  it("refuses a request of another revision", async () => {
    const { openSession, request } = createScene();
    const session = await openSession("aaaa");
    expect(outcomeOf(await request("bbbb", session.poll.replace("EIO=4", "EIO=3")))).toBe(
      '400 {"code":3,"message":"Bad request"}',
    );
  });
});

describe("who judges requests", () => {
  it("does so once, where they come in", async () => {
    const { openSession, request, engineOf } = createScene({ cors: { origin: "http://a.test" } });
    const session = await openSession("aaaa");
    const asked: string[] = [];
    for (const name of ["aaaa", "bbbb"] as const) {
      engineOf(name).use((_request, _response, next) => {
        asked.push(name);
        next();
      });
    }
    session.send("x");
    const headers = { origin: "http://a.test" };
    const native = { native: { method: "GET", headers }, response: {}, headers };
    const poll = await request("bbbb", session.poll, native);
    expect([asked, outcomeOf(poll)]).toEqual([["bbbb"], "200 4x"]);
    expect(poll.answer?.headers["Access-Control-Allow-Origin"]).toBe("http://a.test");
  });

  it("refuses them before they are sent anywhere", async () => {
    const { openSession, request, engineOf, nodes } = createScene();
    const session = await openSession("aaaa");
    engineOf("bbbb").use((_request, _response, next) => next(new Error("no")));
    const poll = await request("bbbb", session.poll, { native: {}, response: {} });
    expect([poll.answer?.status, nodes.sent]).toEqual([400, []]);
  });

  it("answers preflights where they come in", async () => {
    const { openSession, request, nodes } = createScene({ cors: true });
    const session = await openSession("aaaa");
    const preflight = await request("bbbb", session.poll, { method: "OPTIONS" });
    expect([outcomeOf(preflight), nodes.sent]).toEqual(["204", []]);
  });

  it("answers preflights as servers of 2.x did", async () => {
    const { openSession, request, nodes } = createScene({ compat: 2 });
    const session = await openSession("aaaa");
    const preflight = await request("bbbb", session.poll, { method: "OPTIONS", headers: { origin: "http://a.test" } });
    expect(preflight.answer).toMatchObject({
      status: 200,
      headers: { "Access-Control-Allow-Headers": "Content-Type" },
    });
    expect(nodes.sent).toEqual([]);
  });

  it("sends no other methods to another node", async () => {
    const { openSession, request, nodes } = createScene();
    const session = await openSession("aaaa");
    expect([outcomeOf(await request("bbbb", session.poll, { method: "PUT" })), nodes.sent]).toEqual(["500", []]);
  });

  it("lets a request pass that is judged by itself", async () => {
    const { openSession, engineOf } = createScene();
    const session = await openSession("aaaa");
    const refusals: unknown[] = [];
    const { head } = new FakeExchange(`/engine.io/?${session.poll}`);
    engineOf("bbbb").examine(head, false, (refusal) => refusals.push(refusal));
    expect(refusals).toEqual([undefined]);
  });
});
