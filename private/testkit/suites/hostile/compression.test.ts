// Compression on every transport, and JSONP: bombs, aborts, bits that nobody agreed on, forms without end.
// Place: **bytes** <-> node exchange, WebSocket -> polling carrier -> session
// Rules: what is inflated is bounded like what is not; a client that leaves in the middle of an answer costs nobody else
//        anything; a form is read in time that grows with its length, and its payload runs in no page.
// Source: docs/protocol/engine-4.md, "Compression", and docs/protocol/engine-3.md, "JSONP"

import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectHonestClients, type HonestClients } from "./honest-clients.ts";
import { endSession, openPolling, sidsIn } from "./polling-session.ts";
import { converse, openRaw, readReplies, request } from "./raw-http.ts";
import { frame, openRawWebSocket, type RawWebSocket, upgradeRequest, webSocketTarget } from "./raw-websocket.ts";
import { pollingTarget, REVISIONS, textBody } from "./traffic.ts";
import { startVictim, type Victim, type VictimReport } from "./victim-process.ts";

const MEGABYTE = 1_000_000;
const RSV1 = 0x40;
const TOO_LARGE = 1009;
const BAD_DATA = 1007;
const PROTOCOL_ERROR = 1002;
const FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
const OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

let victim: Victim;
let honest: HonestClients;
let before: VictimReport;

beforeAll(async () => {
  victim = await startVictim({ pingInterval: 20_000 }, "compressing");
  honest = await connectHonestClients(victim.port);
});

beforeEach(async () => {
  before = await victim.settle(({ connections }) => connections === honest.count);
});

afterAll(async () => {
  await honest.another();
  expect(honest.trouble).toEqual([]);
  await honest.leave();
  expect((await victim.settle(({ connections }) => connections === 0)).connections).toBe(0);
  expect(await victim.close()).toBe(0);
});

/** A WebSocket with permessage-deflate agreed on. */
async function openCompressed(): Promise<RawWebSocket> {
  const webSocket = await openRawWebSocket(victim.port, webSocketTarget(4), OFFER);
  expect(readReplies(webSocket.connection.received).replies[0]?.head).toMatch(/permessage-deflate/);
  return webSocket;
}

/** The payload of a compressed message. */
function deflated(data: string | Uint8Array): Buffer {
  return deflateRawSync(data, { level: 9 });
}

describe("a WebSocket with compression", () => {
  /** 100 MB, a tenth of one when compressed. */
  const BOMB = deflated(Buffer.alloc(100 * MEGABYTE));

  test.each([
    ["in one frame", 1],
    ["in frames of one byte each", 0],
  ])("that sends a bomb of 100 MB %s is closed with 1009, and the memory stays", async (_, pieces) => {
    const senders = await Promise.all(Array.from({ length: 4 }, openCompressed));
    for (const sender of senders) {
      if (pieces === 1) sender.write(frame(BOMB, { opcode: 1, reserved: RSV1 }));
      else sender.write(...inPieces(BOMB.subarray(0, 5000)));
    }
    expect(await Promise.all(senders.map((sender) => sender.dismissed()))).not.toContain(false);
    expect(senders.map(({ closeCode }) => closeCode)).toEqual(senders.map(() => TOO_LARGE));
    await Promise.all(senders.map((sender) => sender.connection.end()));
    expect(await victim.growth(before, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
    expect((await victim.report()).rssBytes - before.rssBytes).toBeLessThan(80 * MEGABYTE);
  });

  function inPieces(bytes: Buffer): readonly Buffer[] {
    return Array.from({ length: bytes.length }, (_, at) =>
      frame(bytes.subarray(at, at + 1), {
        opcode: at === 0 ? 1 : 0,
        reserved: at === 0 ? RSV1 : 0,
        isFinal: at === bytes.length - 1,
      }),
    );
  }

  test.each<[string, Buffer, number]>([
    ["garbage", frame("\xff\xff\xffgarbage", { reserved: RSV1 }), BAD_DATA],
    ["a text that is cut off", frame(deflated(Uint8Array.of(0xf0, 0x9f)), { opcode: 1, reserved: RSV1 }), BAD_DATA],
    ["a second reserved bit", frame(deflated("40"), { opcode: 1, reserved: 0x60 }), PROTOCOL_ERROR],
    ["a compressed ping", frame(deflated("x"), { opcode: 9, reserved: RSV1 }), PROTOCOL_ERROR],
    [
      "a fragment that says again that it is compressed",
      Buffer.concat([
        frame(deflated("40"), { opcode: 1, reserved: RSV1, isFinal: false }),
        frame("x", { opcode: 0, reserved: RSV1 }),
      ]),
      PROTOCOL_ERROR,
    ],
  ])("that sends %s is closed", async (_, bytes, code) => {
    const webSocket = await openCompressed();
    webSocket.write(bytes);
    expect(await webSocket.dismissed()).toBe(true);
    expect(webSocket.closeCode).toBe(code);
    await webSocket.connection.end();
  });

  test.each([
    "permessage-deflate; server_max_window_bits=99",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; client_max_window_bits=constructor",
    "permessage-deflate; server_max_window_bits=8; server_max_window_bits=9",
    "permessage-deflate; __proto__=1",
    "permessage-deflate; constructor",
    `permessage-deflate${"; client_max_window_bits".repeat(500)}`,
  ])("that offers %j gets a refusal or no compression", async (offer) => {
    const said = await converse(
      victim.port,
      upgradeRequest(webSocketTarget(4), `Sec-WebSocket-Extensions: ${offer}\r\n`),
    );
    const [reply] = said.replies;
    expect([101, 400]).toContain(reply?.status);
    expect(reply?.head).not.toMatch(/sec-websocket-extensions/i);
    expect((await victim.report()).prototypesAreClean).toBe(true);
  });
});

describe("answers to polls that are compressed", () => {
  const GZIP = "Accept-Encoding: gzip\r\n";

  test("1,000 clients that leave in the middle of one leave nothing behind", async () => {
    const attackers = Array.from({ length: 20 }, async () => {
      for (let times = 0; times < 50; times++) {
        const session = await openPolling(victim.port, 4, false);
        await session.post('40\x1e42["large"]');
        const connection = await openRaw(victim.port);
        connection.socket.write(request("GET", session.target, "", GZIP));
        await new Promise((resolve) => setTimeout(resolve, times % 4));
        connection.socket.resetAndDestroy();
        await session.leave();
      }
    });
    await Promise.all(attackers);
    await honest.another();
    expect(await victim.growth(before, 4 * MEGABYTE)).toBeLessThan(4 * MEGABYTE);
  });

  test("go on for a session whose poll was compressed and taken", async () => {
    const session = await openPolling(victim.port, 4);
    await session.post('42["large"]');
    const { replies } = await converse(victim.port, request("GET", session.target, "", GZIP));
    expect(replies[0]?.head).toMatch(/content-encoding: gzip/i);
    await session.post('421["echo","on"]');
    expect((await session.get()).replies).toMatchObject([{ body: '431["on"]' }]);
    await session.leave();
  });

  test.each([
    ["of 15,000 commas", ",".repeat(15_000), false],
    ["of thousands of parameters", `gzip${";q=1".repeat(3000)}`, true],
    ["with weights that are none", "gzip;q=1e999, deflate;q=-1, *;q=__proto__", true],
    ["with keys of prototypes", "constructor, __proto__;q=1, toString", false],
  ])("are no trouble with an Accept-Encoding %s", async (_, header, isCompressed) => {
    const session = await openPolling(victim.port, 4);
    await session.post('42["large"]');
    const asked = request("GET", session.target, "", `Accept-Encoding: ${header}\r\n`);
    const { replies } = await converse(victim.port, asked);
    expect(replies[0]?.status).toBe(200);
    expect(/content-encoding: gzip/i.test(replies[0]?.head ?? "")).toBe(isCompressed);
    await session.leave();
  });

  test("are not given where the header has 64 kB", async () => {
    const { replies } = await converse(
      victim.port,
      request("GET", pollingTarget(4), "", `Accept-Encoding: ${"gzip,".repeat(13_000)}\r\n`),
    );
    expect(replies[0]?.status).toBe(431);
  });
});

describe("clients that poll by script elements", () => {
  async function openScript(j = "0") {
    const target = `${pollingTarget(3)}&j=${j}`;
    const opened = await converse(victim.port, request("GET", target));
    const body = opened.replies[0]?.body ?? "";
    const sid = /\\"sid\\":\\"([\w-]+)\\"/.exec(body)?.[1] ?? "";
    const post = (form: string, headers = FORM) =>
      converse(victim.port, request("POST", `${target}&sid=${sid}`, form, headers));
    const leave = () => post("d=1:1");
    return { body, post, leave, head: opened.replies[0]?.head ?? "" };
  }

  test.each([
    "</script><script>alert(1)</script>",
    "1];alert(1)//",
    "%E2%80%A8alert(1)",
    "0%0d%0aX-A:b",
    "__proto__",
    "1".repeat(10_000),
  ])("get nothing but digits of the index %j", async (j) => {
    const { body, head, leave } = await openScript(encodeURI(j));
    expect(body).toMatch(/^___eio\[\d*\]\("[^\u2028\u2029\r\n]*"\);$/);
    expect(head).toMatch(/x-content-type-options: nosniff/i);
    expect(head).not.toMatch(/^x-a:/im);
    await leave();
  });

  test.each<[string, string]>([
    ["of a megabyte of &", "&".repeat(999_000)],
    ["of a megabyte of %", `d=${"%".repeat(999_000)}`],
    ["of a megabyte of +", `d=${"+".repeat(999_000)}`],
    ["of a megabyte of \\n", `d=${"\\n".repeat(499_000)}`],
    ["that names d 100,000 times", "d=1:1&".repeat(100_000)],
    ["whose percent signs are cut off", "d=5:42%5B%22%"],
    ["whose percent signs are no hexadecimal", "d=%zz%u0031:1"],
    ["without d", "__proto__=1&constructor=2"],
    ["that is empty", ""],
  ])("may post a form %s, which is answered and read in no time", async (_, form) => {
    const { post, leave } = await openScript();
    await victim.report();
    const said = await post(form);
    expect(said.replies).toMatchObject([{ status: 200, body: "ok" }]);
    const { longestDelayMs } = await victim.report();
    expect(longestDelayMs).toBeLessThan(1000);
    await leave();
  });

  test.each(["application/json", "multipart/form-data; boundary=x", "text/plain", "", "application/octet-stream"])(
    "may post a form as %j without harm to others",
    async (type) => {
      const { post, leave } = await openScript();
      const said = await post("d=1:2", `Content-Type: ${type}\r\n`);
      expect([200, 400]).toContain(said.replies[0]?.status);
      await leave();
    },
  );

  test("are none where the client speaks revision 4", async () => {
    const opened = await converse(victim.port, request("GET", `${pollingTarget(4)}&j=0`));
    expect(opened.replies[0]?.body).toMatch(/^0\{/);
    for (const sid of sidsIn(opened)) await endSession(victim.port, 4, sid);
  });
});

test.each(REVISIONS)(
  "a session that another form of polling asks for in revision %i is the same session",
  async (revision) => {
    const session = await openPolling(victim.port, revision);
    const said = await converse(
      victim.port,
      request("POST", `${session.target}&j=1`, textBody(revision, ['421["echo",1]'])),
    );
    expect(said.replies).toMatchObject([{ status: 200, body: "ok" }]);
    await session.leave();
  },
);
