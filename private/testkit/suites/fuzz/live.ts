// Fuzzing of live connections: the assaults of the hostile suite with other seeds at our server, and an evil server with other
// seeds for our client, in every runtime that is installed.
// Place: command.ts -> **live** -> hostile/assaults.ts -> a server; hostile/evil-server.ts -> clients
// Rules: the gate plays the same with seeds of its own; half of the time is for either side; a seed alone is played again with
//        `--inputs 1`.

import { createSeededRandom } from "../../src/seeded-random.ts";
import { ASSAULTS } from "../hostile/assaults.ts";
import { type EvilServer, startEvilServer } from "../hostile/evil-server.ts";
import { connectHonestClients } from "../hostile/honest-clients.ts";
import { huntMutated } from "../hostile/mutated-hunt.ts";
import { startPrey } from "../hostile/prey-process.ts";
import { startVictim } from "../hostile/victim-process.ts";
import { type Runtime, readRuntimes } from "../runtimes/runtimes.ts";

const MINUTE_MS = 60_000;
const ASSAULTS_AT_ONCE = 24;
const HUNTS_AT_ONCE = 12;
/** How many assaults are looked back at together. */
const BATCH = 250;
/** More than this many are all of one kind, and a run ends. */
const MOST_FAILURES = 20;
const ALLOWED_GROWTH_BYTES = 4_000_000;

/** What a run is told. */
export interface LivePlan {
  readonly firstSeed: number;
  readonly minutes: number;
  /** How many connections of each kind, in the place of a time. */
  readonly inputs: number | undefined;
  /** The name of the one runtime that the client runs in; all that are installed by default. */
  readonly runtime: string | undefined;
  print(text: string): void;
}

/** Hands out seeds until the time is over, or as many as there should be. */
function seedsOf({ firstSeed, minutes, inputs }: LivePlan): { next(): number | undefined; readonly given: number } {
  const untilMs = performance.now() + (minutes * MINUTE_MS) / 2;
  let given = 0;
  return {
    next() {
      const isOver = inputs === undefined ? performance.now() > untilMs : given >= inputs;
      return isOver ? undefined : firstSeed + given++;
    },
    get given() {
      return given;
    },
  };
}

/** Does something for seeds, a few at a time. @returns a line for each that went wrong. */
async function forSeeds(
  next: () => number | undefined,
  atOnce: number,
  attempt: (seed: number) => Promise<readonly string[]>,
): Promise<string[]> {
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    for (let seed = next(); seed !== undefined && failures.length < MOST_FAILURES; seed = next()) {
      try {
        for (const fault of await attempt(seed)) failures.push(`seed ${seed}: ${fault}`);
      } catch (error) {
        failures.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures;
}

/** Attacks our server. @returns what went wrong. */
async function attackServer(plan: LivePlan): Promise<string[]> {
  const victim = await startVictim();
  const honest = await connectHonestClients(victim.port);
  const assaults = [...ASSAULTS.entries()];
  const seeds = seedsOf(plan);
  const failures: string[] = [];
  try {
    const atStart = await victim.report();
    for (let isOver = false; !isOver && failures.length === 0; ) {
      let left = BATCH;
      const next = (): number | undefined => {
        const seed = left-- > 0 ? seeds.next() : undefined;
        isOver ||= left >= 0 && seed === undefined;
        return seed;
      };
      const found = await forSeeds(next, ASSAULTS_AT_ONCE, async (seed) => {
        const [name, assault] = assaults[seed % assaults.length] ?? ["", undefined];
        try {
          await assault?.(victim.port, createSeededRandom(seed));
          return [];
        } catch (error) {
          return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
        }
      });
      failures.push(...found);
      if (victim.causeOfDeath !== undefined) {
        failures.push(`the server died: ${victim.causeOfDeath}`);
        break;
      }
      await honest.another();
      failures.push(...honest.trouble);
      const grown = await victim.growth(atStart, ALLOWED_GROWTH_BYTES);
      if (grown >= ALLOWED_GROWTH_BYTES) failures.push(`the server holds ${grown} bytes more than before`);
      const report = await victim.report();
      if (!report.prototypesAreClean) failures.push("a prototype has changed");
    }
    await honest.leave();
    const left = await victim.settle(({ connections }) => connections === 0);
    if (left.connections + left.sockets > 0) failures.push(`${left.connections} connections are left`);
    if ((await victim.close()) !== 0) failures.push("the server does not end by itself");
  } finally {
    victim.kill();
  }
  plan.print(
    `our server: ${seeds.given.toLocaleString("en")} assaults from seed ${plan.firstSeed} on, ${failures.length} findings`,
  );
  return failures.map((failure) => `our server: ${failure}\n  again: npm run fuzz -- --live --seed SEED --inputs 1`);
}

/** The program of a runtime, with what lets it read this language. */
function commandOf({ name, command }: Runtime): readonly string[] {
  return name === "Node 20" ? [...command, "--import", "tsx"] : command;
}

/** Has our client meet an evil server in one runtime. @returns what went wrong. */
async function deceiveClient(plan: LivePlan, runtime: Runtime, evil: EvilServer): Promise<string[]> {
  const prey = await startPrey(commandOf(runtime));
  const seeds = seedsOf(plan);
  const failures = await forSeeds(
    () => seeds.next(),
    HUNTS_AT_ONCE,
    async (seed) => (await huntMutated(evil, prey, seed)).faults,
  );
  if ((await prey.close()) !== 0) failures.push("the client's process does not end by itself");
  plan.print(
    `our client on ${runtime.name}: ${seeds.given.toLocaleString("en")} evil servers, ${failures.length} findings`,
  );
  const how = `\n  again: npm run fuzz -- --live --seed SEED --inputs 1 --runtime "${runtime.name}"`;
  return failures.map((failure) => `our client on ${runtime.name}: ${failure}${how}`);
}

async function deceiveClients(plan: LivePlan): Promise<string[]> {
  const evil = await startEvilServer();
  const failures: string[] = [];
  const runtimes = readRuntimes().filter(({ name }) => plan.runtime === undefined || name === plan.runtime);
  if (runtimes.length === 0) throw new TypeError(`Cannot fuzz on "${plan.runtime}": no runtime has that name`);
  try {
    const present = runtimes.filter(({ name, missing }) => {
      if (missing !== undefined) plan.print(`our client on ${name}: skipped, ${missing}`);
      return missing === undefined;
    });
    const shared = { ...plan, minutes: plan.minutes / Math.max(1, present.length) };
    for (const runtime of present) failures.push(...(await deceiveClient(shared, runtime, evil)));
  } finally {
    await evil.close();
  }
  return failures;
}

/** Runs both sides. @returns whether nothing was found. */
export async function playLive(plan: LivePlan): Promise<boolean> {
  // One runtime alone is for playing a client's finding again.
  const failures = [...(plan.runtime === undefined ? await attackServer(plan) : []), ...(await deceiveClients(plan))];
  for (const failure of failures) plan.print(`FOUND ${failure}`);
  return failures.length === 0;
}
