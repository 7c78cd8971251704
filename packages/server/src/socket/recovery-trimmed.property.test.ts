// Rules of recovery across nodes whose broker lets go of events early: who has a session back has missed nothing.
import { createSeededRandom } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { Fleet, type FleetClient, type FleetNode } from "../../test-support/recovery-fleet.ts";

const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);
const STEPS = 30;
/** The first one is told something often, the second one now and then. */
const ROOMS = ["busy", "quiet"] as const;
const PINGS = { pingInterval: 5_000, pingTimeout: 60_000 };

interface Reader {
  readonly room: string;
  readonly client: FleetClient;
}

/** Plays one story. @returns what each room was told, and who listened to it, not always there. */
async function play(seed: number): Promise<{ told: ReadonlyMap<string, FleetClient>; readers: readonly Reader[] }> {
  const fleet = new Fleet(seed);
  const random = createSeededRandom(seed);
  const draw = (below: number): number => Math.floor(random.fraction() * below);
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] ?? expect.fail("nothing to pick from");
  const steady = fleet.start(PINGS);
  const alive: FleetNode[] = [steady, fleet.start(PINGS), fleet.start(PINGS)];
  await fleet.pass(10);
  const told = new Map(ROOMS.map((room) => [room, fleet.connect(steady)]));
  const readers = ROOMS.flatMap((room) => [1, 2].map(() => ({ room, client: fleet.connect(pick(alive)) })));
  await fleet.pass(30);
  const all: Reader[] = [...[...told].map(([room, client]) => ({ room, client })), ...readers];
  for (const { room, client } of all) {
    client.read();
    void client.node.sockets.sockets.get(client.sid)?.join(room);
  }
  await fleet.pass(30);
  for (let step = 0; step < STEPS; step++) {
    steady.to(draw(8) === 0 ? "quiet" : "busy").emit("n", step);
    if (draw(5) === 0) {
      const victim = pick(alive.slice(1));
      victim.kill();
      alive.splice(alive.indexOf(victim), 1, fleet.start(PINGS));
      fleet.broker.trimLog("bowline:log:/", 1 + draw(12));
      await fleet.pass(200, 20);
      for (const { client } of readers) if (client.node === victim) client.comeBack(pick(alive));
    }
    await fleet.pass(3_000, 100);
    for (const { client } of all) if (told.get("busy") === client || draw(2) === 0) client.read();
  }
  await fleet.pass(3_000, 100);
  for (const { client } of all) client.read();
  return { told, readers };
}

describe("clients whose nodes die while the log forgets what is not old", () => {
  it("have missed nothing where they have their sessions back, also those that were told nothing for long", async () => {
    const back = new Map<string, number>(ROOMS.map((room) => [room, 0]));
    for (const seed of SEEDS) {
      const { told, readers } = await play(seed);
      for (const { room, client } of readers) {
        if (client.recovered.includes(false)) continue;
        expect([seed, room, client.received]).toEqual([seed, room, told.get(room)?.received]);
        back.set(room, (back.get(room) ?? 0) + client.recovered.length);
      }
    }
    for (const count of back.values()) expect(count).toBeGreaterThan(SEEDS.length / 2);
  }, 60_000);
});
