// Requests that broke servers before, and the words in which they are refused.
// Place: **bytes -> engine server -> polling carrier** -> session
// Rules: each test says what it defends against; a refusal is a documented answer and costs nobody else anything.
// Source: docs/protocol/engine-4.md, "Errors", "Polling" and "Concurrency"

import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { within } from "../../src/peers/wait-for.ts";
import { openPolling, sidsIn } from "./polling-session.ts";
import { converse, faultOf, openRaw, type Reply, readReplies, request } from "./raw-http.ts";
import { upgradeRequest, webSocketTarget } from "./raw-websocket.ts";
import { pollingTarget, REVISIONS, type Revision, textBody } from "./traffic.ts";
import { HASTY, startVictim, type Victim, type VictimOptions } from "./victim-process.ts";

const LIMIT = 1_000_000;
const SWIFT: VictimOptions = { ...HASTY, pingInterval: 600, pingTimeout: 1400, connectTimeout: 1000 };
const OCTETS = "Content-Type: application/octet-stream\r\n";
const UNKNOWN_SESSION = '{"code":1,"message":"Session ID unknown"}';

let victim: Victim;

beforeAll(async () => {
  victim = await startVictim(SWIFT);
});

afterAll(async () => {
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
  expect(await victim.close()).toBe(0);
});

async function ask(bytes: Uint8Array | string): Promise<Reply> {
  const { replies } = await converse(victim.port, bytes);
  const [reply] = replies;
  if (reply === undefined) throw new Error("Cannot read an answer: the connection ended without one");
  expect(faultOf(reply)).toBeUndefined();
  return reply;
}

async function statusAndBody(bytes: Uint8Array | string): Promise<readonly [number, string]> {
  const { status, body } = await ask(bytes);
  return [status, body];
}

/** Polls until the session is unknown, for what was queued and the goodbye leave first; tells how many polls that took. */
async function pollsUntilGone(target: string): Promise<number> {
  for (let polls = 1; polls <= 4; polls++) {
    const { status, body } = await ask(request("GET", target));
    if (status === 400 && body === UNKNOWN_SESSION) return polls;
  }
  return Number.POSITIVE_INFINITY;
}

/** The longest event that fits into a body of a size. */
function eventOf(revision: Revision, bodyLength: number): Buffer {
  const start = '421["echo","';
  const room = revision === 3 ? bodyLength - `${bodyLength}:`.length + (bodyLength === LIMIT ? 1 : 0) : bodyLength;
  return textBody(revision, [`${start}${"x".repeat(room - start.length - 2)}"]`]);
}

function chunked(target: string, chunks: readonly Buffer[]): Buffer {
  // Kept open: a connection that is closed while a body still comes is reset, and the answer may be lost with it.
  const head = `POST ${target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const body = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]);
  return Buffer.concat([Buffer.from(head), ...body, Buffer.from("0\r\n\r\n")]);
}

describe.each(REVISIONS.map((revision) => ({ revision })))("bodies in revision $revision", ({ revision }) => {
  test("a body of exactly the limit is taken", async () => {
    const session = await openPolling(victim.port, revision);
    const body = eventOf(revision, LIMIT);
    expect(body.length).toBe(LIMIT);
    expect((await session.post(body)).replies).toMatchObject([{ status: 200, body: "ok" }]);
    await session.leave();
  });

  test("a declared length above the limit is refused before a byte of it is kept, and the session goes on (CVE-2020-36048)", async () => {
    const session = await openPolling(victim.port, revision);
    const head = `POST ${session.target} HTTP/1.1\r\nHost: a\r\nContent-Length: `;
    expect(await statusAndBody(`${head}${LIMIT + 1}\r\n\r\nx`)).toEqual([413, ""]);
    expect(await statusAndBody(`${head}${Number.MAX_SAFE_INTEGER}\r\n\r\nx`)).toEqual([413, ""]);
    expect((await session.post(textBody(revision, ['421["echo","on"]']))).replies).toMatchObject([{ body: "ok" }]);
    await session.leave();
  });

  test("a body that grows beyond the limit without having said so is refused, and its memory comes back (CVE-2020-36048)", async () => {
    const before = await victim.report();
    const session = await openPolling(victim.port, revision);
    const chunks = Array.from({ length: 40 }, () => Buffer.alloc(250_000, "x"));
    expect(await statusAndBody(chunked(session.target, chunks))).toEqual([413, ""]);
    await session.leave();
    expect(await victim.growth(before, 3_000_000)).toBeLessThan(3_000_000);
  });

  test.each(["one byte cut off", "garbage behind it"])(
    "a malformed body (%s) is taken, ends its session, and no other",
    async (damage) => {
      const session = await openPolling(victim.port, revision);
      const bystander = await openPolling(victim.port, revision);
      const valid = textBody(revision, ['421["echo","on"]']);
      const body =
        damage === "one byte cut off" ? valid.subarray(0, -1) : Buffer.concat([valid, Buffer.from("\x1e\x1e;")]);
      expect((await session.post(body)).replies).toMatchObject([{ status: 200, body: "ok" }]);
      expect(await pollsUntilGone(session.target)).toBeLessThanOrEqual(3);
      expect((await bystander.post(valid)).replies).toMatchObject([{ status: 200, body: "ok" }]);
      await bystander.leave();
    },
  );

  test.each(["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])(
    "%s on an open session is answered with 500 and the session goes on",
    async (method) => {
      const session = await openPolling(victim.port, revision);
      expect(await statusAndBody(request(method, session.target))).toEqual([500, ""]);
      expect((await session.post(textBody(revision, ['421["echo","on"]']))).replies).toMatchObject([{ body: "ok" }]);
      await session.leave();
    },
  );

  test("a second GET is refused, and the session ends with an answer to the first", async () => {
    const session = await openPolling(victim.port, revision);
    if (revision === 4) await session.get();
    const first = await openRaw(victim.port);
    first.socket.write(request("GET", session.target));
    await first.quiet();
    expect(await statusAndBody(request("GET", session.target))).toEqual([400, ""]);
    await first.quiet((received) => received.length > 0);
    expect(readReplies(first.received).replies).toMatchObject([{ status: 200, body: revision === 3 ? "1:1" : "1" }]);
    await first.end();
    expect(await statusAndBody(request("GET", session.target))).toEqual([400, UNKNOWN_SESSION]);
  });

  test("a second POST is refused, and the session ends with the connection of the first", async () => {
    const session = await openPolling(victim.port, revision);
    const first = await openRaw(victim.port);
    first.socket.write(`POST ${session.target} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n1`);
    await first.quiet();
    expect(await statusAndBody(request("POST", session.target, "x"))).toEqual([400, ""]);
    await first.end();
    expect(await pollsUntilGone(session.target)).toBeLessThanOrEqual(3);
  });

  test("a session of one revision is no session of the other, on any transport", async () => {
    const session = await openPolling(victim.port, revision);
    const other = revision === 3 ? 4 : 3;
    const refusal = '{"code":3,"message":"Bad request"}';
    expect(await statusAndBody(request("GET", pollingTarget(other, session.sid)))).toEqual([400, refusal]);
    expect(await statusAndBody(upgradeRequest(webSocketTarget(other, session.sid)))).toEqual([400, "Bad request"]);
    expect((await session.post(textBody(revision, ['421["echo","on"]']))).replies).toMatchObject([{ body: "ok" }]);
    await session.leave();
  });
});

test("a binary body in revision 4 ends its session and leaves no request behind", async () => {
  const session = await openPolling(victim.port, 4);
  expect((await session.post(Uint8Array.of(4, 1), OCTETS)).replies).toMatchObject([{ status: 400, body: "" }]);
  expect(await pollsUntilGone(session.target)).toBeLessThanOrEqual(3);
});

describe("what a query may hold", () => {
  const strange = ["__proto__", "constructor", "toString", "hasOwnProperty", "webtransport", "Polling", "%00", ""];

  test.each(strange)(
    'the transport "%s" is unknown, with and without an upgrade (CVE-2023-31125)',
    async (transport) => {
      const target = `/socket.io/?EIO=4&transport=${transport}`;
      expect(await statusAndBody(request("GET", target))).toEqual([400, '{"code":0,"message":"Transport unknown"}']);
      expect(await statusAndBody(upgradeRequest(target))).toEqual([400, "Transport unknown"]);
    },
  );

  test.each(strange.filter((sid) => sid !== ""))(
    'the session "%s" is unknown, with and without an upgrade',
    async (sid) => {
      for (const revision of REVISIONS) {
        expect(await statusAndBody(request("GET", pollingTarget(revision, sid)))).toEqual([400, UNKNOWN_SESSION]);
        expect(await statusAndBody(upgradeRequest(webSocketTarget(revision, sid)))).toEqual([
          400,
          "Session ID unknown",
        ]);
      }
    },
  );

  test.each(["__proto__=x", "__proto__[a]=x&constructor=y", "=", "&&&", "EIO=3&EIO=4&sid=", "b64=&j=&t=", "%=%&%zz=1"])(
    'the keys "%s" beside ours change nothing',
    async (keys) => {
      const said = await converse(victim.port, request("GET", `/socket.io/?${keys}&EIO=4&transport=polling`));
      expect(sidsIn(said)).toHaveLength(1);
      expect((await victim.report()).prototypesAreClean).toBe(true);
    },
  );

  test.each(["POST", "PUT", "OPTIONS", "DELETE"])("a handshake by %s is refused", async (method) => {
    const refusal = '{"code":2,"message":"Bad handshake method"}';
    expect(await statusAndBody(request(method, pollingTarget(4)))).toEqual([400, refusal]);
  });

  test("nothing of a query comes back in a header, so that none can be put in", async () => {
    const { head, body } = await ask(
      request("GET", "/socket.io/?EIO=4&transport=x%0d%0aSet-Cookie:%20a=b&sid=%1b[31m"),
    );
    expect(head).not.toMatch(/set-cookie/i);
    expect(body).toBe('{"code":0,"message":"Transport unknown"}');
  });
});

describe("headers and paths", () => {
  test("2,100 headers, which make Node forget the last ones, get an answer (CVE-2024-37890)", async () => {
    const many = Array.from({ length: 2100 }, () => "a:\r\n").join("");
    const lines = upgradeRequest(webSocketTarget(4)).toString().split("\r\n");
    const [first = "", ...rest] = lines;
    expect([200, 400, 431]).toContain((await ask(`${first}\r\n${many}${rest.join("\r\n")}`)).status);
    expect([101, 400, 431]).toContain((await ask(upgradeRequest(webSocketTarget(4), many))).status);
  });

  test("no other origin is let in unless the program says so (CVE-2020-28481)", async () => {
    const origin = "Origin: http://evil.example\r\n";
    expect((await ask(request("GET", pollingTarget(4), "", origin))).head).not.toMatch(/access-control/i);
    expect((await ask(request("OPTIONS", pollingTarget(4), "", origin))).head).not.toMatch(/access-control/i);
  });

  test.each([
    "/socket.io/../../package.json",
    "/socket.io/..%2f..%2fpackage.json",
    "/socket.io/%2e%2e/%2e%2e/package.json",
    "/socket.io/..%5c..%5cpackage.json",
    "/socket.io//etc/passwd",
    "/socket.io/socket.io.js%00.png",
    "/socket.io/socket.io.js/../../index.mjs",
    "/socket.io/constructor",
    `/socket.io/${"a/".repeat(4000)}`,
  ])("the path %s leads to no file", async (path) => {
    expect([400, 404]).toContain((await ask(request("GET", path))).status);
  });

  test("compressed bodies are not inflated: they are read as they are and refused", async () => {
    const session = await openPolling(victim.port, 4);
    const said = await session.post(Buffer.from("1f8b0800000000000003", "hex"), "Content-Encoding: gzip\r\n");
    expect(said.replies).toMatchObject([{ status: 200, body: "ok" }]);
    expect(await pollsUntilGone(session.target)).toBeLessThanOrEqual(3);
  });
});

describe("clients that go away", () => {
  test.each(REVISIONS)(
    "in the middle of a handshake, a poll or a body in revision %i leave nothing behind",
    async (revision) => {
      const honest = await openPolling(victim.port, revision);
      const valid = request("POST", honest.target, textBody(revision, ['421["echo","on"]']));
      for (const bytes of [request("GET", pollingTarget(revision)), request("GET", honest.target), valid]) {
        for (let cut = 0; cut <= bytes.length; cut += 7) {
          const connection = await openRaw(victim.port);
          connection.socket.write(bytes.subarray(0, cut));
          connection.socket.resetAndDestroy();
        }
      }
      const left = await victim.settle(({ connections }) => connections === 0);
      expect(left).toMatchObject({ connections: 0, sockets: 0 });
    },
  );

  test("who never joins a namespace is sent away in time", async () => {
    await openPolling(victim.port, 4, false);
    expect((await victim.report()).connections).toBeGreaterThan(0);
    const left = await victim.settle(({ connections }) => connections === 0);
    expect(left.connections).toBe(0);
  });

  test.each(REVISIONS)("while a middleware decides in revision %i get no socket", async (revision) => {
    const session = await openPolling(victim.port, revision);
    await session.post(textBody(revision, ["40/slow,"]));
    expect((await victim.report()).middlewaresRunning).toBe(1);
    await session.leave();
    const left = await victim.settle(({ middlewaresRunning }) => middlewaresRunning === 0);
    expect(left).toMatchObject({ connections: 0, sockets: 0, middlewaresRunning: 0 });
  });
});

/** Sends bytes and keeps our half open whatever the server does; resolves once the connection is gone, and fails if it stays. */
async function keepHalfOpen(port: number, bytes: Uint8Array): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  socket.resume();
  const ended = new Promise((resolve) => socket.once("end", resolve));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(bytes);
  await within(ended, 2000, "the server's goodbye");
  // A connection that is gone answers a byte with a reset; one that is half open swallows it.
  const prodding = setInterval(() => socket.write("x"), 50);
  try {
    await within(closed, 1000, "the end of a connection that was refused");
  } finally {
    clearInterval(prodding);
    socket.destroy();
  }
}

test.each([
  ["of ours", "/socket.io/?EIO=4&transport=smoke"],
  ["that nobody answers", "/elsewhere"],
])(
  "a refused upgrade %s is gone within a second although its peer keeps its half open, and close() calls back",
  async (_, target) => {
    const server = await startVictim(HASTY);
    try {
      await keepHalfOpen(server.port, upgradeRequest(target));
    } finally {
      expect(await server.close()).toBe(0);
    }
  },
);
