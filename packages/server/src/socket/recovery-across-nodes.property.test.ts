// Rules of recovery across nodes, whatever happens when: nodes die without a word, clients come back elsewhere.
import { createSeededRandom } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { Fleet, type FleetClient, type FleetNode } from "../../test-support/recovery-fleet.ts";

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed + 1);
const STEPS = 40;

/** Plays one story of deaths. @returns what the one client got that never lost anything, and the others. */
async function play(
  seed: number,
): Promise<{ truth: FleetClient; clients: FleetClient[]; sent: number[]; deaths: number }> {
  const fleet = new Fleet(seed);
  const random = createSeededRandom(seed);
  const draw = (below: number): number => Math.floor(random.fraction() * below);
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] ?? list[0] ?? expect.fail("nothing to pick from");
  const steady = fleet.start();
  const alive: FleetNode[] = [steady, fleet.start(), fleet.start()];
  await fleet.pass(10);
  const truth = fleet.connect(steady);
  const clients = Array.from({ length: 4 }, () => fleet.connect(pick(alive)));
  await fleet.pass(30);
  for (const client of [truth, ...clients]) client.read();
  const sent: number[] = [];
  let deaths = 0;
  for (let step = 0; step < STEPS; step++) {
    const sender = pick(alive);
    for (let left = draw(4); left > 0; left--) {
      // What a node has not handed over when it dies is lost to all: only those of the steady one have to arrive.
      const number = step * 10 + left;
      sender.emit("n", number);
      if (sender === steady) sent.push(number);
    }
    if (draw(6) === 0) {
      const victim = pick(alive.slice(1));
      victim.kill();
      deaths++;
      alive.splice(alive.indexOf(victim), 1, fleet.start());
      await fleet.pass(draw(8));
      for (const client of clients) if (client.node === victim) client.comeBack(pick(alive));
    }
    await fleet.pass(draw(6));
    for (const client of clients) if (draw(2) === 0) client.read();
  }
  // A broker this slow is far behind by now.
  await fleet.pass(1000, 5);
  for (const client of [truth, ...clients]) client.read();
  expect(alive.flatMap(({ uncaught }) => uncaught)).toEqual([]);
  return { truth, clients, sent, deaths };
}

describe("clients whose nodes die without a word", () => {
  it("get everything once and in the same order on another node, whenever it happens", async () => {
    let deaths = 0;
    for (const seed of SEEDS) {
      const story = await play(seed);
      deaths += story.deaths;
      for (const client of story.clients) {
        expect([seed, client.received]).toEqual([seed, story.truth.received]);
        expect([seed, client.recovered.includes(false)]).toEqual([seed, false]);
      }
      const arrived = new Set(story.truth.received);
      expect([seed, story.sent.filter((number) => !arrived.has(number))]).toEqual([seed, []]);
    }
    expect(deaths).toBeGreaterThan(SEEDS.length);
  }, 60_000);
});
