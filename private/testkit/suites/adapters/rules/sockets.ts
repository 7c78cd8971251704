// Rules of sockets that are on other servers: they are found, moved into rooms and out of them, and sent away.
// Place: adapter suite -> **rules** -> stage

import { expect } from "vitest";
import type { Rule } from "../rule.ts";
import { SERVERS } from "../stage.ts";

export const SOCKETS: readonly Rule[] = [
  {
    name: "sockets of all servers join and leave rooms",
    async play(stage) {
      const got = stage.collect(await stage.joinAll("joiners"), "news");
      const { ioAt } = stage;
      ioAt(2).in("joiners").socketsJoin(["j1", "j2"]);
      await stage.until(async () => expect(await ioAt(0).in("j2").fetchSockets()).toHaveLength(SERVERS));
      ioAt(0).in("joiners").socketsLeave("j1");
      await stage.until(async () => expect(await ioAt(1).in("j1").fetchSockets()).toEqual([]));
      ioAt(1).to("j1").emit("news", 1);
      ioAt(1).to("j2").emit("news", 2);
      await stage.until(() => expect(got).toEqual([[2], [2], [2]]));
    },
  },
  {
    name: "sockets of all servers join but those of a room",
    async play(stage) {
      const all = await stage.joinAll("crowd");
      const { ioAt } = stage;
      await ioAt(2)
        .sockets.sockets.get(all[2]?.id ?? "")
        ?.join("spared crowd");
      ioAt(0).in("crowd").except("spared crowd").socketsJoin("chosen");
      const chosen = [all[0]?.id, all[1]?.id].sort();
      await stage.until(async () => {
        expect((await ioAt(1).in("chosen").fetchSockets()).map(({ id }) => id).sort()).toEqual(chosen);
      });
    },
  },
  {
    name: "sockets of all servers are found, with what they have",
    async play(stage) {
      const all = await stage.joinAll("found");
      const { ioAt } = stage;
      const own = ioAt(0).sockets.sockets.get(all[0]?.id ?? "");
      const other = ioAt(1).sockets.sockets.get(all[1]?.id ?? "");
      if (other !== undefined) other.data = { name: "ann" };
      const sockets = await ioAt(0).in("found").fetchSockets();
      expect(sockets.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
      expect(sockets).toContain(own);
      const afar = sockets.find(({ id }) => id === all[1]?.id);
      expect([afar?.data, afar?.rooms, afar?.handshake.query]).toMatchObject([
        { name: "ann" },
        new Set([other?.id, "found"]),
        { transport: "websocket" },
      ]);
      expect(await ioAt(0).local.in("found").fetchSockets()).toEqual([own]);
    },
  },
  {
    name: "sockets that have gone are found no more",
    async play(stage) {
      const all = await stage.joinAll("going");
      all[1]?.disconnect();
      const left = [all[0]?.id, all[2]?.id].sort();
      await stage.until(async () => {
        const sockets = await stage.ioAt(0).in("going").fetchSockets();
        expect(sockets.map(({ id }) => id).sort()).toEqual(left);
      });
    },
  },
  {
    name: "a socket of another server is sent to, joins, and is sent away",
    async play(stage) {
      const client = await stage.join(1, "", ["afar"]);
      const [found] = await stage.ioAt(0).in("afar").fetchSockets();
      const hello = stage.heard(client, "hello");
      found?.emit("hello", 1);
      expect((await hello)[0]).toBe(1);
      void found?.join("afar2");
      await stage.until(async () => expect(await stage.ioAt(2).in("afar2").fetchSockets()).toHaveLength(1));
      const gone = stage.heard(client, "disconnect");
      found?.disconnect();
      expect((await gone)[0]).toBe("io server disconnect");
    },
  },
  {
    name: "allSockets knows the ids on all servers",
    async play(stage) {
      const all = await stage.joinAll("listed");
      expect(await stage.ioAt(2).in("listed").allSockets()).toEqual(new Set(all.map(({ id }) => id)));
    },
  },
  {
    name: "sockets of all servers are counted, and whether there are any is known",
    needs: "counts",
    async play(stage) {
      const all = await stage.joinAll("counted");
      const { ioAt } = stage;
      await ioAt(2)
        .sockets.sockets.get(all[2]?.id ?? "")
        ?.join("counted twice");
      expect(await ioAt(0).in(["counted", "counted twice"]).count()).toBe(SERVERS);
      expect(await ioAt(0).in("counted").except("counted twice").count()).toBe(SERVERS - 1);
      expect(await ioAt(0).in("counted twice").exists()).toBe(true);
      expect(await ioAt(0).in("counted by nobody").exists()).toBe(false);
      expect(await ioAt(1).local.in("counted").count()).toBe(1);
    },
  },
  {
    name: "sockets of all servers are sent away",
    async play(stage) {
      const all = await stage.joinAll("leavers");
      const gone = Promise.all(all.map((client) => stage.heard(client, "disconnect")));
      stage.ioAt(1).in("leavers").disconnectSockets(true);
      expect((await gone).map(([reason]) => reason)).toEqual(Array.from(all, () => "io server disconnect"));
    },
  },
];
