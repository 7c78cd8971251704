// Rules of broadcasts over several servers: whom they reach, with what, and in which order.
// Place: adapter suite -> **rules** -> stage

import { expect } from "vitest";
import type { Rule } from "../rule.ts";

/** How many events each server sends where their order is looked at. */
const SERIES = 200;

/** Names that mean something to one broker or another, or to JavaScript. */
const ODD_NAMES = [
  "a b",
  "a.b",
  "a:b#c/d",
  "*",
  ">",
  "?[a-z]",
  "ä€😀",
  `'; DROP TABLE rooms; --"`,
  "__proto__",
  "x".repeat(300),
];

/** What every way of writing has to keep. */
const VALUES: readonly unknown[] = [
  null,
  [],
  [null, {}],
  { text: "ä€😀\u0000", empty: "", list: [1, -1, 1.5, 2 ** 40, -(2 ** 31)], bytes: Buffer.from([0, 255]) },
  true,
];

/** Of which clients get something else than what was sent, wherever they are. */
const makeOddValues = (): unknown[] => [
  [undefined, Number.NaN, 2 ** 63, -0],
  { when: new Date(1_700_000_000_000), none: undefined, toJSON: undefined },
  { toJSON: () => "told" },
];

/** Each sender's numbers, in the order in which a client got them. */
function bySender(got: readonly unknown[]): Readonly<Record<string, readonly unknown[]>> {
  const senders: Record<string, unknown[]> = {};
  for (const pair of got) {
    const parts: readonly unknown[] = Array.isArray(pair) ? pair : [];
    const [sender, number] = parts;
    const numbers = senders[String(sender)] ?? [];
    senders[String(sender)] = numbers;
    numbers.push(number);
  }
  return senders;
}

export const BROADCASTING: readonly Rule[] = [
  {
    name: "a broadcast reaches the clients of all servers, bytes and all",
    async play(stage) {
      const got = stage.collect(await stage.joinAll(), "news");
      stage.ioAt(1).emit("news", 1, Buffer.from([1, 2]), { deep: Buffer.from([3]) });
      const whole = [1, Buffer.from([1, 2]), { deep: Buffer.from([3]) }];
      await stage.until(() => expect(got).toEqual([whole, whole, whole]));
    },
  },
  {
    name: "a broadcast reaches the members of rooms, once, and not those of others",
    async play(stage) {
      const [a, b] = [await stage.join(0, "", ["ra", "rb"]), await stage.join(1, "", ["ra"])];
      const got = stage.collect([a, b, await stage.join(2, "", ["rb", "rc"])], "news");
      stage.ioAt(0).to(["ra", "rb"]).except("rc").emit("news", 1);
      stage.ioAt(2).to("rc").emit("news", 2);
      stage.ioAt(1).to("ra").emit("news", 3);
      // What different servers send comes in any order.
      await stage.until(() => expect(got.map((one) => [...one].sort())).toEqual([[1, 3], [1, 3], [2]]));
    },
  },
  {
    name: "a socket's broadcast spares the socket",
    async play(stage) {
      const all = await stage.joinAll("spared");
      const got = stage.collect(all, "news");
      const sender = stage.ioAt(0).sockets.sockets.get(all[0]?.id ?? "");
      sender?.to("spared").emit("news", 1);
      stage.ioAt(0).to("spared").emit("news", 2);
      await stage.until(() => expect(got.map((one) => one.length).sort()).toEqual([1, 2, 2]));
      expect(got[0]).toEqual([2]);
    },
  },
  {
    name: "a local broadcast stays on its server",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("near"), "news");
      stage.ioAt(1).local.to("near").emit("news", 1);
      stage.ioAt(1).to("near").emit("news", 2);
      await stage.until(() => expect(got).toEqual([[2], [1, 2], [2]]));
    },
  },
  {
    name: "a volatile broadcast reaches clients that have nothing to do, on every server",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("idle"), "news");
      stage
        .ioAt(0)
        .volatile.to("idle")
        .emit("news", Buffer.from([7]));
      await stage.until(() => expect(got).toEqual(Array.from(got, () => [Buffer.from([7])])));
    },
  },
  {
    name: "a broadcast finds a socket of another server by its id",
    async play(stage) {
      const all = await stage.joinAll();
      const got = stage.collect(all, "whisper");
      stage
        .ioAt(0)
        .to(all[2]?.id ?? "")
        .emit("whisper", 1);
      stage.ioAt(0).emit("whisper", 2);
      await stage.until(() => expect(got.map((one) => [...one].sort())).toEqual([[2], [2], [1, 2]]));
    },
  },
  {
    name: "a room's name may be any text",
    async play(stage) {
      const members = await Promise.all(ODD_NAMES.map((name) => stage.join(1, "", [`odd ${name}`, name])));
      const got = stage.collect(members, "news");
      for (const name of ODD_NAMES) stage.ioAt(0).to(name).emit("news", name);
      for (const name of ODD_NAMES) stage.ioAt(2).to(`odd ${name}`).emit("news", "again");
      const expected = ODD_NAMES.map((name) => ["again", name].sort());
      await stage.until(() => expect(got.map((one) => [...one].sort())).toEqual(expected));
    },
  },
  {
    name: "values come from other servers as they come from one's own",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("values"), "values");
      const { io } = stage.memberAt(0);
      io.to("values").emit("values", ...VALUES);
      await stage.until(() => expect(got).toEqual([VALUES, VALUES, VALUES]));
    },
  },
  {
    name: "values that JSON changes are changed alike for clients of all servers",
    needs: "alike",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("odd values"), "values");
      const { io } = stage.memberAt(0);
      io.to("odd values").emit("values", ...makeOddValues());
      await stage.until(() => expect(got.map((one) => one.length)).toEqual([3, 3, 3]));
      expect(got.slice(1)).toEqual([got[0], got[0]]);
      expect(got[0]).toEqual([[null, null, 2 ** 63, 0], { when: "2023-11-14T22:13:20.000Z" }, "told"]);
    },
  },
  {
    name: "an event may be large",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("large"), "large");
      const whole = ["ä".repeat(100_000), Buffer.alloc(100_000, 7)];
      stage
        .ioAt(2)
        .to("large")
        .emit("large", ...whole);
      await stage.until(() => expect(got.map((one) => one.length)).toEqual([2, 2, 2]));
      for (const [text, bytes] of got) {
        expect(text).toBe(whole[0]);
        expect(Buffer.compare(Buffer.from(bytes instanceof Uint8Array ? bytes : []), Buffer.alloc(100_000, 7))).toBe(0);
      }
    },
  },
  {
    name: "what one server sends to a room comes in its order, each event once",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("ordered"), "number");
      const numbers = Array.from({ length: SERIES }, (_, number) => number);
      for (const number of numbers) {
        for (const [sender, { io }] of stage.members.entries()) io.to("ordered").emit("number", [sender, number]);
        if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      const expected = { 0: numbers, 1: numbers, 2: numbers };
      await stage.until(() => expect(got.map(bySender)).toEqual([expected, expected, expected]));
    },
  },
  {
    name: "who has left a room gets nothing for it any more, wherever it is sent",
    async play(stage) {
      const [stays, leaves] = [await stage.join(2, "", ["quitting"]), await stage.join(2, "", ["quitting"])];
      const got = stage.collect([stays, leaves], "news");
      stage.ioAt(0).to("quitting").emit("news", 1);
      await stage.until(() => expect(got).toEqual([[1], [1]]));
      await stage
        .ioAt(2)
        .sockets.sockets.get(leaves.id ?? "")
        ?.leave("quitting");
      stage.ioAt(0).to("quitting").emit("news", 2);
      stage.ioAt(1).to("quitting").emit("news", 3);
      await stage.until(() => expect(got[0]?.slice().sort()).toEqual([1, 2, 3]));
      expect(got[1]).toEqual([1]);
    },
  },
  {
    name: "a room that empties and fills again is heard again",
    async play(stage) {
      for (const round of [1, 2, 3]) {
        const client = await stage.join(1, "", ["tidal"]);
        const heard = stage.heard(client, "news");
        stage.ioAt(0).to("tidal").emit("news", round);
        expect((await heard)[0]).toBe(round);
        await stage
          .ioAt(1)
          .sockets.sockets.get(client.id ?? "")
          ?.leave("tidal");
        client.disconnect();
      }
    },
  },
];
