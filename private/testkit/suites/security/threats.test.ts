// What the threats of docs/security.md may cost our server: each has a pass mark for what is held, kept and delayed.
// Place: attacker -> **bytes, connections** -> the server under attack
// Rules: memory is compared with what the server held before, once it has come to know its own code; marks in milliseconds
//        are the best of three, since a collection of garbage may come at any time, and what a server does for too long it
//        does each time.
// Source: docs/security.md, "Threats"

import { afterAll, describe, expect, test } from "vitest";
import { startVictim, type Victim } from "../hostile/victim-process.ts";
import { type Cost, excess, measure, PROGRAM, THREATS, type Threat } from "./threats.ts";

const ATTEMPTS = 3;

async function cheapest(threat: Threat, victim: Victim): Promise<Cost> {
  const costs: Cost[] = [];
  const { stallMs: stallMark } = threat.marks(threat.count.gate);
  while (
    costs.length < ATTEMPTS &&
    (costs.length === 0 || costs.every(({ stallMs }) => stallMs > (stallMark ?? Number.POSITIVE_INFINITY)))
  ) {
    costs.push(await measure(threat, victim));
  }
  const [best] = costs.sort((a, b) => a.stallMs - b.stallMs);
  if (best === undefined) throw new Error("Cannot judge the threat: it was not played");
  return best;
}

/** Servers by their options; most threats have the same. */
const victims = new Map<string, Promise<Victim>>();

function victimFor({ options }: Threat): Promise<Victim> {
  const key = JSON.stringify(options);
  const victim = victims.get(key) ?? startVictim(options, PROGRAM);
  victims.set(key, victim);
  return victim;
}

afterAll(async () => {
  for (const victim of await Promise.all(victims.values())) victim.kill();
});

describe.each(THREATS)("$name", (threat) => {
  test("costs no more than its mark, and others are served", async () => {
    const victim = await victimFor(threat);
    expect(excess(threat.marks(threat.count.gate), await cheapest(threat, victim))).toEqual({});
    expect(victim.causeOfDeath).toBe(undefined);
  });
});
