// Programs of 2.x that let clients name rooms, and read rooms and sockets as objects with what clients say as keys.
// Place: socket -> adapter -> **views of programs of 2.x** -> the program
// Rules: whatever the name, who has joined is found and who has left is not; nobody else notices, and nothing is left behind.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectHonestClients, type HonestClients } from "./honest-clients.ts";
import { frame, joinByWebSocket, type RawWebSocket } from "./raw-websocket.ts";
import { HASTY, startVictim, type Victim } from "./victim-process.ts";

const MEGABYTE = 1_000_000;
/** What a map offers by itself is found in the place of rooms of such names, which are there all the same. */
const SHADOWED = ["__proto__", "constructor", "toString", "hasOwnProperty", "size", "get"];
const NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "size",
  "get",
  "then",
  "toJSON",
  "0",
  "",
];

let victim: Victim;
let honest: HonestClients;

beforeAll(async () => {
  victim = await startVictim({ ...HASTY, pingInterval: 20_000 }, "elder");
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

/** Asks, and gives what the program answered. */
async function ask(webSocket: RawWebSocket, id: number, ...event: readonly unknown[]): Promise<unknown> {
  webSocket.write(frame(`42${id}${JSON.stringify(event)}`));
  const pattern = new RegExp(`^43${id}\\[`);
  expect(await webSocket.heard(pattern)).toBe(true);
  const text = webSocket.texts.find((one) => pattern.test(one)) ?? "";
  const answers: unknown = JSON.parse(text.slice(2 + String(id).length));
  return Array.isArray(answers) ? answers[0] : undefined;
}

describe.each([3, 4] as const)("a client of revision %i", (revision) => {
  test.each(NAMES)("may call a room %j", async (name) => {
    const client = await joinByWebSocket(victim.port, revision);
    expect(await ask(client, 1, "join", name)).toContain(name);
    expect(await ask(client, 2, "look", name)).toEqual([
      SHADOWED.includes(name) ? null : 1,
      expect.arrayContaining([name]),
      true,
    ]);
    client.write(frame(`42${JSON.stringify(["leave", name])}`));
    expect(await ask(client, 3, "look", name)).toEqual([null, expect.not.arrayContaining([name]), false]);
    client.connection.socket.destroy();
    await honest.another();
  });
});

test("a client whose words become keys of the sockets keeps nobody from being found", async () => {
  const client = await joinByWebSocket(victim.port, 4);
  client.write(frame('42["hang","__proto__",{"get":null}]'));
  expect(await ask(client, 1, "join", "a")).toContain("a");
  const other = await joinByWebSocket(victim.port, 4);
  await honest.another();
  expect([honest.trouble, victim.causeOfDeath]).toEqual([[], undefined]);
  for (const { connection } of [client, other]) connection.socket.destroy();
});

test("5,000 rooms of one client go with it", async () => {
  const before = await victim.settle(({ connections }) => connections === honest.count);
  const client = await joinByWebSocket(victim.port, 4);
  for (let from = 0; from < 5_000; from += 1000) {
    client.write(...Array.from({ length: 1000 }, (_, at) => frame(`42["leave","not there ${from + at}"]`)));
  }
  for (let from = 0; from < 5_000; from += 100) {
    client.write(...Array.from({ length: 100 }, (_, at) => frame(`42["join","room ${from + at}"]`)));
  }
  expect(await ask(client, 1, "look", "room 7")).toMatchObject([1, expect.anything(), true]);
  client.connection.socket.destroy();
  expect(await victim.growth(before, 3 * MEGABYTE)).toBeLessThan(3 * MEGABYTE);
});
