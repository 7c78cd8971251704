// Programs that make mistakes at the doors of the engine, and clients that know it: ids, CORS, middlewares, allowRequest.
// Place: **bytes -> engine server (cors, middlewares, admission)** -> session
// Rules: the process lives, everybody gets an answer of known words or is let go when they leave, honest clients notice
//        nothing; nothing that a client or a program says breaks out of a header.
// Source: docs/protocol/engine-4.md, "CORS", "Cookies" and "Errors"

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectHonestClients, type HonestClients } from "./honest-clients.ts";
import { endSession, sidsIn } from "./polling-session.ts";
import { converse, faultOf, openRaw, type Reply, readReplies, request } from "./raw-http.ts";
import { upgradeRequest, webSocketTarget } from "./raw-websocket.ts";
import { pollingTarget } from "./traffic.ts";
import { HASTY, startVictim, type Victim } from "./victim-process.ts";

const ORIGIN = "Origin: http://a.test\r\n";
const MEGABYTE = 1_000_000;

let victim: Victim;
let honest: HonestClients;

beforeAll(async () => {
  victim = await startVictim(HASTY, "careless");
  honest = await connectHonestClients(victim.port);
});

afterAll(async () => {
  await honest.another();
  expect(honest.trouble).toEqual([]);
  await honest.leave();
  const left = await victim.settle(({ connections }) => connections === 0);
  expect(left).toMatchObject({ connections: 0, sockets: 0, prototypesAreClean: true });
  expect(await victim.close()).toBe(0);
});

async function ask(bytes: Uint8Array): Promise<Reply | undefined> {
  const said = await converse(victim.port, bytes);
  for (const sid of sidsIn(said)) await endSession(victim.port, 4, sid);
  const [reply] = said.replies;
  if (reply !== undefined) expect(faultOf(reply)).toBeUndefined();
  return reply;
}

/** The statuses of a handshake by polling and by WebSocket; undefined for no answer within a moment. */
async function statuses(wish: string, headers = ORIGIN): Promise<readonly (number | undefined)[]> {
  const polling = await ask(request("GET", `${pollingTarget(4)}&${wish}`, "", headers));
  const webSocket = await ask(upgradeRequest(`${webSocketTarget(4)}&${wish}`, headers));
  return [polling?.status, webSocket?.status];
}

describe("a program's mistake costs the request alone:", () => {
  test.each<[wish: string, polling: number | undefined, webSocket: number | undefined]>([
    ["id=number", 200, 101],
    ["id=proto", 200, 101],
    ["id=nothing", 400, 400],
    ["id=empty", 400, 400],
    ["id=object", 400, 400],
    ["id=throw", 400, 400],
    ["id=reject", 400, 400],
    ["id=never", undefined, undefined],
    ["allow=never", undefined, undefined],
    ["allow=twice", 200, 101],
    ["allow=no", 403, 400],
    ["cors=throw", 400, 400],
    ["cors=fail", 400, 400],
    ["cors=twice", 200, 101],
    ["middleware=twice", 200, 101],
    ["middleware=throw", 400, 400],
    ["middleware=throw+nothing", 400, 400],
    ["middleware=reject", 400, 400],
    ["middleware=next+and+reject", 200, 101],
    ["middleware=answer", 200, 200],
    ["middleware=answer+and+go+on", 200, 200],
  ])("%s is answered with %s by polling and %s by WebSocket", async (wish, polling, webSocket) => {
    expect(await statuses(wish)).toEqual([polling, webSocket]);
    expect(victim.causeOfDeath).toBeUndefined();
  });

  test("an id that is given twice belongs to the first, who goes on", async () => {
    const first = await converse(victim.port, request("GET", `${pollingTarget(4)}&id=same`));
    expect(sidsIn(first)).toEqual(["same"]);
    expect(await statuses("id=same")).toEqual([400, 400]);
    const post = await ask(request("POST", pollingTarget(4, "same"), "40"));
    expect(post?.body).toBe("ok");
    await endSession(victim.port, 4, "same");
  });

  test("an id that is full of quotes, lines and markup stays inside its cookie and its JSON", async () => {
    const { replies } = await converse(victim.port, request("GET", `${pollingTarget(4)}&id=breakout`));
    const [reply] = replies;
    expect(reply?.head.match(/^set-cookie:.*$/gim)).toEqual([
      "Set-Cookie: io=x%22%3C%2Fscript%3E%0D%0ASet-Cookie%3A%20a%3Db%3B%20%E2%80%A8; Path=/; HttpOnly; SameSite=Lax",
    ]);
    const parsed: unknown = JSON.parse(reply?.body.slice(1) ?? "");
    expect(parsed).toMatchObject({ sid: 'x"</script>\r\nSet-Cookie: a=b; \u2028' });
    const sid = encodeURIComponent('x"</script>\r\nSet-Cookie: a=b; \u2028');
    await endSession(victim.port, 4, sid);
  });
});

test.each(["id=late", "allow=late", "middleware=late", "middleware=answer+late", "id=never", "allow=never"])(
  "300 clients that leave before %s is decided leave nothing behind, by polling and by WebSocket",
  async (wish) => {
    const before = await victim.settle(({ connections }) => connections === honest.count);
    const asked = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const connection = await openRaw(victim.port);
        const polling = request("GET", `${pollingTarget(4)}&${wish}`, "", ORIGIN);
        connection.socket.write(index % 2 === 0 ? polling : upgradeRequest(`${webSocketTarget(4)}&${wish}`, ORIGIN));
        return connection;
      }),
    );
    for (const connection of asked) connection.socket.resetAndDestroy();
    await honest.another();
    expect(await victim.growth(before, 3 * MEGABYTE)).toBeLessThan(3 * MEGABYTE);
    expect(victim.causeOfDeath).toBeUndefined();
  },
);

describe("a function for origins", () => {
  test.each<[origin: string, polling: number | undefined, webSocket: number | undefined]>([
    ["http://throws.test", 403, 400],
    ["http://rejects.test", 403, 400],
    ["http://refused.test", 403, 400],
    ["http://twice.test", 200, 101],
    ["http://never.test", undefined, undefined],
  ])(
    "that meets %s answers with %s by polling and %s by WebSocket, and the process lives",
    async (origin, ...answers) => {
      expect(await statuses("", `Origin: ${origin}\r\n`)).toEqual(answers);
      expect(victim.causeOfDeath).toBeUndefined();
    },
  );
});

describe("the Origin header", () => {
  test.each([
    ["null", 200],
    ["http://a.test.evil.example", 200],
    ["http://evil.example/http://a.test", 200],
    ["http://a.test\x7f", 400],
    ["http://a.test\tx", 400],
    ["http://a.test\x80\xff", 200],
    ["", 200],
    [`http://${"a".repeat(12_000)}.test`, 200],
  ])("%j is never echoed, and answered with %i", async (origin, status) => {
    const reply = await ask(request("GET", pollingTarget(4), "", `Origin: ${origin}\r\n`));
    expect(reply?.status).toBe(status);
    expect(reply?.head.match(/^access-control-allow-origin:.*$/gim) ?? []).toEqual(
      status === 200 ? ["Access-Control-Allow-Origin: http://a.test"] : expect.any(Array),
    );
  });
});

test("a preflight is answered once, whatever the program's function does and the client asks for", async () => {
  const asked = "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a, x-b\x80\r\n";
  for (const wish of ["cors=twice", "cors=throw", "cors=fail", ""]) {
    const { replies } = await converse(
      victim.port,
      request("OPTIONS", `${pollingTarget(4)}&${wish}`, "", `${ORIGIN}${asked}`),
    );
    expect([wish, replies.map(({ status }) => status)]).toEqual([
      wish,
      [wish === "" || wish === "cors=twice" ? 204 : 400],
    ]);
  }
});

test("an upgrade whose middleware answers late gets that answer, or none, and no session", async () => {
  const connection = await openRaw(victim.port);
  connection.socket.write(upgradeRequest(`${webSocketTarget(4)}&middleware=answer+late`));
  await connection.quiet((received) => received.length > 0, 1000);
  await connection.end();
  const { replies } = readReplies(connection.received);
  expect(replies.map(({ status, body }) => [status, body.includes("mine")])).toEqual([[200, true]]);
});
