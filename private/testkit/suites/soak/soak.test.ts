// Half a minute of what runs for an hour elsewhere: clients of every generation, networks that fail, attackers, and a server
// that keeps nothing of them.
// Rules: what a slope says needs an hour; here it is what is left when everybody has gone.
import { expect, test } from "vitest";
import { judge } from "./judge.ts";
import { renderSoak } from "./report.ts";
import { playSoak } from "./soak.ts";

const TIME_LIMIT_MS = 120_000;

test("a server under clients, faults and attackers loses nothing, and keeps nothing of them", {
  timeout: TIME_LIMIT_MS,
}, async () => {
  const result = await playSoak({ server: "our server", minutes: 0.3, seed: 20261128, connections: 40 });
  const verdict = judge(result);
  console.info(renderSoak(result, verdict));
  expect(verdict.complaints).toEqual([]);
  expect(Object.keys(result.tallies).sort()).toEqual([
    "client 2.5 to our server",
    "client 3.1 to our server",
    "client 4.8 to our server",
    "our client to our server",
    "our server to client 2.5",
    "our server to client 3.1",
    "our server to client 4.8",
    "our server to our client",
  ]);
  expect(Object.values(result.tallies).filter(({ owed }) => owed === 0)).toEqual([]);
  const { counts, attacks } = result;
  expect([counts.recovered > 0, counts.faults > 20, Object.keys(attacks).length > 8]).toEqual([true, true, true]);
});
