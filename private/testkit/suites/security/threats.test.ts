// What the threats of docs/security.md may cost our server: each has a pass mark for what is held, kept and delayed.
// Place: attacker -> **bytes, connections** -> the server under attack
// Rules: a server of its own for each, so that its memory is its own; marks in milliseconds are the best of three, since a
//        busy machine stands still by itself, and what a server does for too long it does each time.
// Source: docs/security.md, "Threats"

import { describe, expect, test } from "vitest";
import { startVictim, type Victim } from "../hostile/victim-process.ts";
import { type Cost, measure, THREATS, type Threat } from "./threats.ts";

const ATTEMPTS = 3;

/** What is beyond the marks. */
function excess({ marks }: Threat, cost: Cost): Partial<Record<keyof Cost, number>> {
  const names = ["heldBytes", "keptBytes", "delayMs", "connections"] as const;
  return Object.fromEntries(
    names.filter((name) => cost[name] > (marks[name] ?? Number.POSITIVE_INFINITY)).map((name) => [name, cost[name]]),
  );
}

async function cheapest(threat: Threat, victim: Victim): Promise<Cost> {
  const costs: Cost[] = [];
  while (
    costs.length < ATTEMPTS &&
    (costs.length === 0 || costs.every(({ delayMs }) => delayMs > (threat.marks.delayMs ?? Number.POSITIVE_INFINITY)))
  ) {
    costs.push(await measure(threat, victim));
  }
  const [best] = costs.sort((a, b) => a.delayMs - b.delayMs);
  if (best === undefined) throw new Error("Cannot judge the threat: it was not played");
  return best;
}

describe.each(THREATS)("$name", (threat) => {
  test("costs no more than its mark, and others are served", async () => {
    const victim = await startVictim(threat.options, threat.program);
    try {
      expect(excess(threat, await cheapest(threat, victim))).toEqual({});
      expect(victim.causeOfDeath).toBe(undefined);
    } finally {
      victim.kill();
    }
  });
});
