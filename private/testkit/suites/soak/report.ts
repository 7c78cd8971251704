// What a soak has shown, as a table and a chart.
// Place: result, verdict -> **report** -> output, docs/reliability.md

import { renderTable } from "../../../bench/src/report/table.ts";
import { renderTimeChart, type TimeLine } from "../../../bench/src/report/time-chart.ts";
import type { Trend } from "../../src/trend.ts";
import { handlesBeside, type SoakVerdict } from "./judge.ts";
import { WRONGS } from "./ledger.ts";
import type { Sample, SoakResult } from "./result.ts";

const MEGABYTE = 1_000_000;
const SECONDS_PER_MINUTE = 60;

const whole = (count: number): string => Math.round(count).toLocaleString("en-GB");
const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);
const milliseconds = (ms: number): string => ms.toFixed(ms < 10 ? 1 : 0);

/** A slope with its interval, as people read it. */
export function slopeText(trend: Trend | undefined, unit: string, digits: number): string {
  if (trend === undefined) return "too short to tell";
  const [low, high] = trend.interval.map((end) => end.toFixed(digits));
  return `${trend.slope.toFixed(digits)} ${unit} (95 %: ${low} to ${high}; ${trend.points} samples)`;
}

function renderDeliveries({ tallies }: SoakResult): string {
  const head = ["who to whom", "owed", "lost", "told as missed", "doubled", "out of order", "to the wrong one"];
  const rows = Object.entries(tallies)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([direction, tally]) => {
      const { owed, lost, told, duplicated, reordered, phantom, leaked } = tally;
      return [direction, ...[owed, lost, told, duplicated, reordered, phantom + leaked].map(whole)];
    });
  return renderTable(head, rows);
}

function worst(samples: readonly Sample[], value: (sample: Sample) => number): number {
  return samples.reduce((most, sample) => Math.max(most, value(sample)), 0);
}

/** What was counted and measured. */
export function renderFacts(result: SoakResult, verdict: SoakVerdict): string {
  const { samples, before, after, counts, latency, attacks, losses } = result;
  const sum = (record: Readonly<Record<string, number>>): number =>
    Object.values(record).reduce((total, count) => total + count, 0);
  const rows: string[][] = [
    ["clients that came and went", whole(counts.visitors)],
    ["messages that arrived", whole(counts.received)],
    ["faults of networks", whole(counts.faults)],
    ["connections lost", whole(sum(losses))],
    ["sessions recovered; begun anew", `${whole(counts.recovered)}; ${whole(counts.beganAnew)}`],
    ["messages of clients heard again, as they may be", whole(counts.heardAgain)],
    ["throws of official clients that had kept half of a packet", whole(counts.threw)],
    ["attacks", whole(sum(attacks))],
    [
      "time of an answer, clients without faults: median; 99 %; longest",
      `${milliseconds(latency.p50)}; ${milliseconds(latency.p99)}; ${milliseconds(latency.longest)} ms`,
    ],
    [
      "delay of the event loop, the worst sample: 99 %; longest",
      `${milliseconds(worst(samples, ({ delayMs }) => delayMs.p99))}; ${milliseconds(worst(samples, ({ delayMs }) => delayMs.longest))} ms`,
    ],
    ["slope of heap and buffers under load", slopeText(verdict.heap, "MB/h", 2)],
    ["slope of handles beside connections", slopeText(verdict.handles, "per hour", 1)],
    [
      "heap and buffers with nobody there: before; after",
      `${megabytes(before.heapBytes + before.externalBytes)}; ${megabytes(after.heapBytes + after.externalBytes)} MB`,
    ],
    [
      "resident memory with nobody there: before; after",
      `${megabytes(before.rssBytes)}; ${megabytes(after.rssBytes)} MB`,
    ],
    ["handles left when everybody had gone", after.leftOver.length === 0 ? "none" : after.leftOver.join(", ")],
  ];
  return renderTable(["what", "figure"], rows);
}

/** Where and how it was measured. */
function renderHow({ plan, began, samples }: SoakResult): string {
  const { minutes, connections, seed } = plan;
  const last = samples.at(-1);
  const load =
    last === undefined ? "" : `; the process of the clients held ${megabytes(last.load.heapBytes)} MB at the end`;
  return `${minutes} minutes with ${connections} clients at a time, a tenth of them attackers, seed ${seed}, begun ${began.slice(0, 16).replace("T", " ")} UTC, Node ${process.versions.node}${load}.`;
}

/** What everybody got, and what it cost. */
export function renderSoak(result: SoakResult, verdict: SoakVerdict): string {
  return [renderHow(result), renderDeliveries(result), renderFacts(result, verdict)].join("\n\n");
}

/** What is wrong, for those who look for the cause. */
export function renderTrouble({ examples, attackFaults, losses, attacks }: SoakResult): string {
  const list = (record: Readonly<Record<string, number>>): string[] =>
    Object.entries(record).map(([name, count]) => `  ${name}: ${whole(count)}`);
  return [
    "connections lost:",
    ...list(losses),
    "attacks:",
    ...list(attacks),
    ...[...examples, ...attackFaults].map((line) => `wrong: ${line}`),
  ].join("\n");
}

/** The chart. */
export function renderSoakChart({ samples, plan }: SoakResult): string {
  const isLong = plan.minutes >= 2;
  const line = (name: string, isOurs: boolean, value: (sample: Sample) => number): TimeLine => ({
    name,
    isOurs,
    points: samples.map((sample) => ({ at: sample.atS / (isLong ? SECONDS_PER_MINUTE : 1), value: value(sample) })),
  });
  return renderTimeChart("One server under clients, faults and attackers", isLong ? "minutes" : "seconds", [
    {
      title: "memory, MB",
      lines: [
        line("heap", true, ({ heapBytes }) => heapBytes / MEGABYTE),
        line("buffers", false, ({ externalBytes }) => externalBytes / MEGABYTE),
        line("resident", false, ({ rssBytes }) => rssBytes / MEGABYTE),
      ],
    },
    {
      title: "handles, by kind",
      lines: [line("TCP", true, ({ handles }) => handles["TCPSocketWrap"] ?? 0), line("others", false, handlesBeside)],
    },
    {
      title: "delay of the event loop, ms",
      lines: [
        line("99 %", true, ({ delayMs }) => delayMs.p99),
        line("longest", false, ({ delayMs }) => delayMs.longest),
      ],
    },
    {
      title: "time of an answer, clients without faults, ms",
      lines: [
        line("median", true, ({ latencyMs }) => latencyMs.p50),
        line("99 %", false, ({ latencyMs }) => latencyMs.p99),
      ],
    },
  ]);
}

/** How much was wrong with the messages of all directions, but for what clients were told of. */
export function countWrong({ tallies }: SoakResult): number {
  return Object.values(tallies).reduce(
    (sum, tally) => sum + WRONGS.reduce((part, wrong) => part + (wrong === "told" ? 0 : tally[wrong]), 0),
    0,
  );
}
