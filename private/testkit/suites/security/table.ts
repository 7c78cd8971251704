// Measures the threats on our server and on socket.io 4.8, one after the other in one run, and prints them as a table.
// Place: attacker -> **bytes, connections** -> ours, and theirs
// Rules: both get the same load from the same code; a server of its own for each threat.
// Usage: npm run test:security -- --table [part of a name] [--ours]

import { createRequire } from "node:module";
import { startVictim } from "../hostile/victim-process.ts";
import { type Cost, measure, PROGRAM, THREATS, type Threat } from "./threats.ts";

const UPSTREAM = createRequire(import.meta.url).resolve("socket.io-v4");
const MEGABYTE = 1_000_000;
/** Twice the load of the gate. */
const SCALE = 2;

async function costOf(threat: Threat, server?: string): Promise<Cost> {
  const victim = await startVictim(threat.options, PROGRAM, server);
  try {
    return await measure(threat, victim, SCALE);
  } finally {
    victim.kill();
  }
}

function cells({ heldBytes, keptBytes, stallMs, connections }: Cost): string {
  const inMegabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);
  return `${inMegabytes(heldBytes)} | ${inMegabytes(keptBytes)} | ${stallMs.toFixed(0)} | ${connections}`;
}

const [part = ""] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
console.log("| load | ours: MB held | kept | ms | open | 4.8: MB held | kept | ms | open |");
console.log("|---|---|---|---|---|---|---|---|---|");
const isOursAlone = process.argv.includes("--ours");
for (const threat of THREATS.filter(({ name }) => name.includes(part))) {
  const ours = await costOf(threat);
  const theirs = isOursAlone ? "" : ` ${cells(await costOf(threat, UPSTREAM))} |`;
  console.log(`| ${threat.name} | ${cells(ours)} |${theirs}`);
}
process.exit();
