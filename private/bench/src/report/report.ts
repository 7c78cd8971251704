// A result as people read it: the table with ratios and verdicts, what was measured on what, and what to beware of.
// Place: result -> **report** -> output, document
// Rules: what is below its target is listed by name; a load process without time to spare, and processes that were not
//        pinned, are said aloud.

import { NATIVE_PEERS, type PeerName, REFERENCE } from "../peers/peer.ts";
import { type BenchResult, type Machine, peersOf, type ResultRow } from "../result.ts";
import { type Ratio, ratioOf, summarise } from "../statistics.ts";
import { judge, type Verdict } from "../targets.ts";
import { number } from "./numbers.ts";
import { renderTable } from "./table.ts";

const MOST_UTILISATION = 0.9;
const SMALL_PEERS: readonly PeerName[] = ["ws", "JSON"];

/** Minimum and median of a peer. */
export function cell(row: ResultRow, peer: PeerName): string {
  const values = row.values[peer];
  if (values === undefined || values.length === 0) return "";
  const { minimum, median } = summarise(values);
  return `${number(minimum)} / ${number(median)}`;
}

function times(ratio: Ratio): string {
  return `${ratio.median.toFixed(2)}x / ${ratio.ofMinima.toFixed(2)}x`;
}

/** How many times cheaper ours is than the reference. */
export function ratioCell(row: ResultRow): string {
  const ours = row.values.bowline;
  const theirs = row.values[REFERENCE];
  return ours === undefined || theirs === undefined ? "" : times(ratioOf(ours, theirs));
}

/** A demand in words: as a multiple of ours where we shall be cheaper, as a part of theirs where a floor is meant. */
function demand(row: ResultRow, { target }: Verdict): string {
  if (target.kind === "limit") return `at most ${target.most} ${row.unit}`;
  if (target.against !== REFERENCE) return `at most ${(1 / target.must).toFixed(2)} of ${target.against}`;
  return target.stretch === undefined ? `${target.must}x` : `${target.must}x (${target.stretch}x)`;
}

function standing(verdict: Verdict): string {
  if (!("ratio" in verdict) || verdict.target.against === REFERENCE) return verdict.standing;
  const { median, ofMinima } = verdict.ratio;
  return `${verdict.standing} (${(1 / Math.min(median, ofMinima)).toFixed(2)})`;
}

function floorCell(row: ResultRow): string {
  const peer = SMALL_PEERS.find((name) => row.values[name] !== undefined);
  return peer === undefined ? "" : `${peer} ${cell(row, peer)}`;
}

function name(row: ResultRow): string {
  const clients = row.clients === undefined ? "" : ` [${row.clients}]`;
  return `${row.label}${clients}, ${row.unit}`;
}

function tableOf(rows: readonly ResultRow[]): string {
  const head = [
    "[clients], unit",
    "Bowline",
    "socket.io 4.8",
    "socket.io 2.5",
    "floor",
    "times cheaper than 4.8",
    "target",
    "standing",
  ];
  const cells = rows.map((row) => {
    const verdicts = judge(row);
    return [
      name(row),
      cell(row, "bowline"),
      cell(row, "socket.io 4.8"),
      cell(row, "socket.io 2.5"),
      floorCell(row),
      ratioCell(row),
      verdicts.map((verdict) => demand(row, verdict)).join(", "),
      verdicts.map(standing).join(", "),
    ];
  });
  return renderTable(head, cells);
}

/** The rows that have peers on other engines, beside ours on Node; nothing where no such peer was measured. */
function nativeTables(rows: readonly ResultRow[]): readonly string[] {
  const peers = NATIVE_PEERS.filter((peer) => rows.some((row) => row.values[peer] !== undefined));
  if (peers.length === 0) return [];
  const measured = rows.filter((row) => peers.some((peer) => row.values[peer] !== undefined));
  const cells = measured.map((row) => [name(row), cell(row, "bowline"), ...peers.map((peer) => cell(row, peer))]);
  return ["On other engines than Node's:", renderTable(["[clients], unit", "Bowline", ...peers], cells)];
}

/** More wanted to run before the bench began than there are processors. */
function isBusy({ loadAverage, cores }: Machine): boolean {
  return loadAverage[0] > cores;
}

/** What to beware of. */
export function warnings({ rows, machine, mode, absent = {} }: BenchResult): readonly string[] {
  const busy = rows.flatMap((row) =>
    peersOf(row).flatMap((peer) => {
      const utilisation = row.loadUtilisation[peer] ?? 0;
      return utilisation > MOST_UTILISATION
        ? [`${row.label}, ${peer}: the load process was busy for ${(utilisation * 100).toFixed(0)} % of the time`]
        : [];
    }),
  );
  return [
    ...(machine.pinned === null ? ["Server and load process were not pinned to processors of their own."] : []),
    ...(mode === "full" ? [] : [`A ${mode} run: its figures are rough.`]),
    ...(isBusy(machine)
      ? ["Other programs kept the machine busy: latencies are worth nothing, the rest holds as ratios."]
      : []),
    ...Object.entries(absent).map(([what, reason]) => `${what} was not measured: ${reason}`),
    ...busy,
  ];
}

function below(rows: readonly ResultRow[]): string {
  const judged = rows.filter((row) => judge(row).length > 0);
  if (judged.length === 0) return "None of these rows has a target that could be judged.";
  const labels = judged.filter((row) => judge(row).some((verdict) => verdict.standing === "below"));
  if (labels.length === 0) return "Every row with a target reaches it.";
  return `Below their targets: ${labels.map((row) => row.label).join("; ")}.`;
}

/** When and where it was measured, and of what. */
export function circumstances({ date, rounds, durationS, machine, versions }: BenchResult): string {
  const { cpu, cores, system, node, pinned, loadAverage } = machine;
  const where = pinned === null ? "not pinned" : `server on processor ${pinned[0]}, load on ${pinned[1]}`;
  const packages = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
  return [
    `Measured ${date.slice(0, 16).replace("T", " ")} UTC in ${durationS} s, ${rounds} rounds; Node ${node.slice(1)}; ${cpu}, ${cores} cores, ${system};`,
    `${where}; load average ${loadAverage.join(" before, ")} after.`,
    `Packages: ${packages.join(", ")}.`,
  ].join("\n");
}

/** The whole report, as Markdown. */
export function renderReport(result: BenchResult): string {
  const warned = warnings(result).map((text) => `- ${text}`);
  return [
    tableOf(result.rows),
    ...nativeTables(result.rows),
    below(result.rows),
    ...(warned.length === 0 ? [] : [`Beware:\n\n${warned.join("\n")}`]),
    circumstances(result),
  ].join("\n\n");
}
