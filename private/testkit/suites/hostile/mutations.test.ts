// Two thousand seeded mutations of handshakes, frames and bodies on live connections, while honest clients echo.
// Place: all of it, from bytes to handlers. Rule: a failure names its seed, and a seed alone can be run again with
// BOWLINE_HOSTILE_SEED.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { ASSAULTS } from "./assaults.ts";
import { connectHonestClients, type HonestClients } from "./honest-clients.ts";
import { startVictim, type Victim, type VictimReport } from "./victim-process.ts";

const PER_ASSAULT = 250;
const AT_ONCE = 24;
const FIRST_SEED = 20_260_000;
/** Room for caches and the allocator; 250 leaked sessions or buffers would be far more. */
const ALLOWED_GROWTH_BYTES = 4_000_000;

const only = process.env["BOWLINE_HOSTILE_SEED"];

function seedsOf(batch: number): readonly number[] {
  const first = FIRST_SEED + batch * PER_ASSAULT;
  const all = Array.from({ length: PER_ASSAULT }, (_, index) => first + index);
  return only === undefined ? all : all.filter((seed) => seed === Number(only));
}

/** Runs one attempt per seed, a few at a time; gives a line for each that went wrong. */
async function attack(seeds: readonly number[], attempt: (seed: number) => Promise<void>): Promise<readonly string[]> {
  const failures: string[] = [];
  const queue = [...seeds];
  const work = async () => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      try {
        await attempt(seed);
      } catch (error) {
        failures.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failures;
}

describe("a server under 2,000 mutations", () => {
  let victim: Victim;
  let honest: HonestClients;
  let atStart: VictimReport;

  beforeAll(async () => {
    victim = await startVictim();
    honest = await connectHonestClients(victim.port);
    atStart = await victim.report();
  });

  afterAll(async () => {
    await honest?.leave();
    await victim?.close();
  });

  test.each([...ASSAULTS.keys()].map((name, batch) => ({ name, batch })))(
    "lives through $name, answers in known words, and harms nobody else",
    async ({ name, batch }) => {
      const assault = ASSAULTS.get(name);
      const failures = await attack(seedsOf(batch), async (seed) => {
        await assault?.(victim.port, createSeededRandom(seed));
      });
      expect(victim.causeOfDeath).toBeUndefined();
      expect(failures).toEqual([]);

      await honest.another();
      expect(honest.trouble).toEqual([]);
      const left = await victim.settle(
        ({ connections, sockets, middlewaresRunning }) =>
          connections === honest.count && sockets === honest.count && middlewaresRunning === 0,
      );
      expect(left).toMatchObject({
        connections: honest.count,
        sockets: honest.count,
        middlewaresRunning: 0,
        prototypesAreClean: true,
      });
      expect(await victim.growth(atStart, ALLOWED_GROWTH_BYTES)).toBeLessThan(ALLOWED_GROWTH_BYTES);
    },
  );

  test("keeps nothing alive once everybody has left", async () => {
    await honest.leave();
    const left = await victim.settle(({ connections }) => connections === 0);
    expect(left).toMatchObject({ connections: 0, sockets: 0 });
    expect(await victim.close()).toBe(0);
  });
});
