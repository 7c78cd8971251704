// Attackers in a process of their own, who annoy a server while others measure what that costs them.
// Place: parent -> **attackers' process** -> annoyances -> server
// Usage: annoying-process.ts PORT ATTACKERS RATE; tells, on "end", what was done how often.

import { setTimeout as delay } from "node:timers/promises";
import { ANNOYANCES } from "./annoyances.ts";

const [port = 0, attackers = 0, rate = 1] = process.argv.slice(2).map(Number);
const kinds = Object.entries(ANNOYANCES).flatMap(([name, { of10, start }]) =>
  Array.from({ length: of10 }, () => ({ name, start })),
);
const counts: Record<string, number> = {};
let failures = 0;
let isOver = false;

async function annoy(number: number): Promise<void> {
  const kind = kinds[number % kinds.length];
  if (kind === undefined) return;
  const act = kind.start(port);
  // So that they do not act all at once.
  await delay((1000 / rate) * (number / attackers));
  while (!isOver) {
    const next = performance.now() + 1000 / rate;
    try {
      await act();
      counts[kind.name] = (counts[kind.name] ?? 0) + 1;
    } catch {
      failures += 1;
    }
    await delay(Math.max(0, next - performance.now()));
  }
}

for (let number = 0; number < attackers; number++) void annoy(number);
process.on("disconnect", () => process.exit(1));
process.on("message", () => {
  isOver = true;
  process.send?.({ counts, failures }, undefined, {}, () => process.exit(0));
});
process.send?.("ready");
