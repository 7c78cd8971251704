// Rules of the servers themselves: namespaces, events from one to another, who sends from outside, and who comes and goes.
// Place: adapter suite -> **rules** -> stage

import { expect } from "vitest";
import type { Rule } from "../rule.ts";
import { SERVERS, type Stage } from "../stage.ts";

type Answer = (...args: unknown[]) => void;

export const NAMESPACES: readonly Rule[] = [
  {
    name: "namespaces are apart",
    async play(stage) {
      const [main, desk] = [await stage.join(0, "", ["same"]), await stage.join(2, "/desk", ["same"])];
      const got = stage.collect([main, desk], "news");
      stage.ioAt(1).of("/desk").to("same").emit("news", "desk");
      stage.ioAt(1).to("same").emit("news", "main");
      await stage.until(() => expect(got).toEqual([["main"], ["desk"]]));
    },
  },
  {
    name: "namespaces that are made on demand reach the servers that have made them",
    async play(stage) {
      for (const { io } of stage.members) io.of(/^\/made-\d+$/);
      const clients = [
        await stage.join(0, "/made-1", ["r"]),
        await stage.join(2, "/made-1"),
        await stage.join(2, "/made-2"),
      ];
      const got = stage.collect(clients, "news");
      // Some count the servers that have the namespace, others all there are.
      for (const index of [0, 2]) {
        const { adapter } = stage.ioAt(index).of("/made-1");
        await stage.until(async () => expect(await adapter.serverCount?.()).toBeGreaterThanOrEqual(2));
      }
      stage.ioAt(2).of("/made-1").to("r").emit("news", 1);
      stage
        .ioAt(0)
        .of("/made-1")
        .except("r")
        .emit("news", Buffer.from([2]));
      await stage.until(() => expect(got).toEqual([[1], [Buffer.from([2])], []]));
      const sockets = await stage.ioAt(0).of("/made-1").fetchSockets();
      expect(sockets.map(({ id }) => id).sort()).toEqual([clients[0]?.id, clients[1]?.id].sort());
    },
  },
];

export const TALKING: readonly Rule[] = [
  {
    name: "an event goes to the other servers, and is answered by each of them",
    async play(stage) {
      const told: number[] = [];
      for (const [index, { io }] of stage.members.entries()) {
        io.on("reload", (what: string) => told.push(index + what.length));
        io.on("who", (answer: (value: number) => void) => answer(index));
      }
      stage.ioAt(1).serverSideEmit("reload", "ten chars.");
      await stage.until(() => expect([...told].sort()).toEqual([10, 12]));
      const answers: unknown[] = await stage.ioAt(1).serverSideEmitWithAck("who");
      expect(answers.sort()).toEqual([0, 2]);
    },
  },
  {
    name: "events between servers and their answers may be bytes",
    async play(stage) {
      for (const { io } of stage.members) {
        // What comes as something else than bytes has no length, and is no mistake of this handler.
        io.on("weigh", (bytes: Uint8Array, answer: Answer) =>
          answer(Buffer.from([bytes.byteLength, ...Array.from(bytes)])),
        );
      }
      const answers = await stage.ioAt(0).serverSideEmitWithAck("weigh", Buffer.from([5, 6]));
      expect(answers).toEqual([Buffer.from([2, 5, 6]), Buffer.from([2, 5, 6])]);
    },
  },
  {
    name: "events between servers stay in their namespace",
    async play(stage) {
      const told: string[] = [];
      for (const [index, { io }] of stage.members.entries()) {
        io.on("apart", () => told.push(`main ${index}`));
        io.of("/desk").on("apart", () => told.push(`desk ${index}`));
      }
      stage.ioAt(2).of("/desk").serverSideEmit("apart");
      await stage.until(() => expect([...told].sort()).toEqual(["desk 0", "desk 1"]));
    },
  },
  {
    name: "a server that does not answer is told by an error that has the answers of the others",
    async play(stage) {
      stage.ioAt(1).on("mute", (answer: Answer) => answer("one"));
      stage.ioAt(2).on("mute", () => undefined);
      const failure: unknown = await stage
        .ioAt(0)
        .serverSideEmitWithAck("mute")
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(failure).toMatchObject({ responses: ["one"] });
    },
  },
];

export const SENDING: readonly Rule[] = [
  {
    name: "who sends from outside reaches clients, rooms, namespaces and servers",
    needs: "sends",
    async play(stage) {
      const sender = await stage.connection.emitter?.();
      if (sender === undefined) throw new Error("Cannot send from outside: the connection has no emitter");
      const all = await stage.joinAll("outside");
      const got = stage.collect([...all, await stage.join(1, "/desk")], "news");
      const told: unknown[] = [];
      stage.ioAt(0).on("told", (what: unknown) => told.push(what));
      sender.emit("news", 1, Buffer.from([1]));
      sender.to("outside").emit("news", 2);
      sender.of("/desk").emit("news", 3);
      sender.serverSideEmit("told", "settings");
      const whole = [1, Buffer.from([1]), 2];
      await stage.until(() => expect([got, told]).toEqual([[whole, whole, whole, [3]], ["settings"]]));
      sender.in("outside").socketsJoin("inside");
      await stage.until(async () => expect(await stage.ioAt(0).in("inside").fetchSockets()).toHaveLength(SERVERS));
      sender.in("outside").socketsLeave("inside");
      await stage.until(async () => expect(await stage.ioAt(0).in("inside").fetchSockets()).toEqual([]));
      const gone = Promise.all(all.map((client) => stage.heard(client, "disconnect")));
      sender.in("outside").disconnectSockets();
      expect((await gone).map(([reason]) => reason)).toEqual(Array.from(all, () => "io server disconnect"));
    },
  },
];

/** Plays with one more server, which goes again however it ends. */
async function withLateServer(stage: Stage, play: () => Promise<void>): Promise<void> {
  await stage.startServer();
  try {
    await stage.counted(SERVERS + 1);
    await play();
  } finally {
    await stage.endLastServer();
  }
}

export const COMING_AND_GOING: readonly Rule[] = [
  {
    name: "a server that comes late takes part, and is missed by nobody once it has ended",
    async play(stage) {
      await withLateServer(stage, async () => {
        const all = await stage.joinAll("late");
        const got = stage.collect(all, "news");
        stage.ioAt(3).to("late").emit("news", 1);
        stage.ioAt(0).to("late").emit("news", 2);
        await stage.until(() => expect(got.map((one) => [...one].sort())).toEqual(Array.from(all, () => [1, 2])));
        expect(await stage.ioAt(3).in("late").fetchSockets()).toHaveLength(SERVERS + 1);
      });
      await stage.counted(SERVERS);
      expect(await stage.ioAt(0).in("late").fetchSockets()).toHaveLength(SERVERS);
    },
  },
  {
    name: "a server that is cut off is waited for no more, and serves its own clients",
    needs: "severs",
    async play(stage) {
      const late = await stage.startServer();
      try {
        await stage.counted(SERVERS + 1);
        const own = await stage.join(3, "", ["island"]);
        await stage.connection.sever?.(3);
        await stage.counted(SERVERS, stage.members.slice(0, SERVERS));
        expect(await stage.ioAt(0).in("island").fetchSockets()).toEqual([]);
        const heard = stage.heard(own, "news");
        late.io.local.to("island").emit("news", 1);
        expect((await heard)[0]).toBe(1);
      } finally {
        await stage.endLastServer();
      }
    },
  },
  {
    name: "a client that is lost finds its session on another server",
    needs: "recovers",
    async play(stage) {
      const client = await stage.join(0, "", ["lost"]);
      const before = client.id;
      const got = stage.collect([client], "news")[0];
      stage.ioAt(1).to("lost").emit("news", 1);
      await stage.until(() => expect(got?.[0]).toBe(1));
      const lost = stage.heard(client, "disconnect");
      client.io.engine.close();
      await lost;
      stage.ioAt(2).to("lost").emit("news", 2);
      await new Promise((resolve) => setImmediate(resolve));
      const { url } = stage.memberAt(2);
      Reflect.set(client.io, "uri", url);
      Reflect.set(client.io.opts, "port", new URL(url).port);
      client.connect();
      await stage.heard(client, "connect");
      await stage.until(() => expect([client.recovered, client.id, got?.includes(2)]).toEqual([true, before, true]));
    },
  },
];

/** Takes one of the servers away, and is played last. */
export const LAST_RULE: Rule = {
  name: "a server that ends is waited for no more",
  async play(stage) {
    await stage.endLastServer();
    await stage.counted(SERVERS - 1);
    for (const [index, { io }] of stage.members.entries()) io.on("last", (answer: Answer) => answer(index));
    expect(await stage.ioAt(0).serverSideEmitWithAck("last")).toEqual([1]);
  },
};
