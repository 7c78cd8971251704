// Nodes of one cluster behind nginx that sends each request to the next of them: no session fails, whatever the client.
// Rules: BOWLINE_FULL=1 plays a thousand sessions for each bus.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import { missingProxy } from "../../src/peers/reverse-proxy.ts";
import { within } from "../../src/peers/wait-for.ts";
import { whyMissing } from "../brokers/broker-packages.ts";
import { memory, redis } from "./no-sticky-buses.ts";
import { type Fleet, startFleet } from "./no-sticky-nodes.ts";
import { asked, connected, placeOf, playSessions } from "./no-sticky-sessions.ts";

const PLAYS_EVERYTHING = process.env["BOWLINE_FULL"] === "1";
const noNginx = missingProxy("nginx");
const noRedis = noNginx ?? (await whyMissing("redis"));

/** The title of a group of tests, with the reason where they are skipped. */
function titled(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (skipped: ${reason})`;
}

describe.each([
  { name: "memory", maker: memory, reason: noNginx, sessions: PLAYS_EVERYTHING ? 1000 : 60 },
  { name: "Redis", maker: redis, reason: noRedis, sessions: PLAYS_EVERYTHING ? 1000 : 150 },
])("nodes over $name", ({ name, maker, reason, sessions }) => {
  describe.skipIf(reason !== undefined)(titled(`over ${name}, without sticky sessions`, reason), () => {
    let fleet: Fleet;

    beforeAll(async () => {
      fleet = await startFleet(maker());
    });
    afterAll(() => fleet?.close());

    test(`lose none of ${sessions} sessions of three clients, over polling and moved to a WebSocket`, async () => {
      expect(await playSessions(sessions, fleet.front.port)).toEqual([]);
    }, 300_000);

    test("leave nothing behind of sessions that have ended", async () => {
      await expect
        .poll(() => fleet.nodes.map(({ io }) => io.engine.clientsCount), { timeout: 10_000 })
        .toEqual([0, 0, 0]);
    });

    test("bring a broadcast to clients whose WebSocket came to another node", async () => {
      const peer = await clientPeer("client 4.8");
      const clients = Array.from({ length: 6 }, () =>
        peer.connect(`http://127.0.0.1:${fleet.front.port}`, { mode: "upgrade" }),
      );
      const heard = clients.map((client) => new Promise((resolve) => client.on("news", (...args) => resolve(args))));
      await Promise.all(clients.map(async (client) => connected(client).then(() => client.upgraded())));
      fleet.nodes[0]?.io.to("all").emit("news", "text", Buffer.from([1, 255]));
      expect(await within(Promise.all(heard), 10_000, "the broadcast")).toEqual(
        clients.map(() => ["text", Buffer.from([1, 255])]),
      );
      for (const client of clients) client.dispose();
    });

    test("answer a request for a session that nobody has at once", async () => {
      const base = `http://127.0.0.1:${fleet.front.port}/socket.io/?EIO=4&transport=polling&sid=`;
      const names = fleet.nodes.map(({ cluster }) => cluster.name);
      const answers = await Promise.all(
        [...names, "none"].map(async (name) => fetch(`${base}${name}1234567890123456`).then((answer) => answer.text())),
      );
      expect(new Set(answers)).toEqual(new Set(['{"code":1,"message":"Session ID unknown"}']));
    });
  });
});

describe.skipIf(noNginx !== undefined)(titled("nodes that cannot find sessions by their ids", noNginx), () => {
  test("lose them, as the program makes the ids", async () => {
    let made = 0;
    const fleet = await startFleet(memory(), { generateId: () => `session-${++made}` });
    try {
      expect((await playSessions(6, fleet.front.port)).length).toBeGreaterThan(0);
    } finally {
      await fleet.close();
    }
  });
});

describe.skipIf(noNginx !== undefined)(titled("a node without sticky sessions that dies", noNginx), () => {
  let fleet: Fleet | undefined;

  afterEach(() => fleet?.close());

  test("has its clients back at the others, and the sessions of the others go on", async () => {
    fleet = await startFleet(memory(), {}, 1500);
    const { nodes, front } = fleet;
    const peer = await clientPeer("client 4.8");
    const clients = Array.from({ length: 12 }, () =>
      peer.connect(`http://127.0.0.1:${front.port}`, { mode: "polling", reconnection: true }),
    );
    await Promise.all(clients.map(connected));
    const places = await Promise.all(clients.map((client) => asked(client, "where")));
    const [victim] = nodes;
    const ids = clients.map(({ id }) => id);
    const survivors = new Set(nodes.slice(1).map(({ cluster }) => cluster.name));
    await victim?.kill();
    await expect
      .poll(async () => new Set(await Promise.all(clients.map(placeOf))), { timeout: 20_000 })
      .toEqual(survivors);
    expect(new Set(places).size).toBe(3);
    expect(clients.map(({ id }) => id)).not.toEqual(ids);
    for (const client of clients) client.dispose();
  });
});
