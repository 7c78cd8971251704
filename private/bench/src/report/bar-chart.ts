// A metric as bars: a group for each of its rows, a bar for each peer.
// Place: result -> **bar chart** -> document
// Rules: a bar is as long as the median, with a mark at the minimum; each group has a scale of its own from 0; less is
//        better.

import { peersOf, type ResultRow } from "../result.ts";
import { summarise } from "../statistics.ts";
import { number } from "./numbers.ts";
import { renderSvg, textAt } from "./svg.ts";

const WIDTH = 720;
const LEFT = 150;
const RIGHT = 130;
const BAR = 16;
const STEP = 22;
const HEAD = 30;
const GAP = 14;

function drawGroup(row: ResultRow, top: number): readonly string[] {
  const peers = peersOf(row).flatMap((peer) => {
    const values = row.values[peer] ?? [];
    return values.length === 0 ? [] : [{ peer, ...summarise(values) }];
  });
  const most = Math.max(...peers.map(({ median }) => median));
  const scale = (value: number): number => Math.round(((WIDTH - LEFT - RIGHT) * value) / most);
  const clients = row.clients === undefined ? "" : `, ${row.clients} clients`;
  const bars = peers.flatMap(({ peer, minimum, median }, index) => {
    const y = top + HEAD + index * STEP;
    const least = LEFT + scale(minimum);
    const side = peer.startsWith("bowline") ? "ours" : "theirs";
    return [
      textAt(LEFT - 8, y + 13, peer, "end"),
      `<rect x="${LEFT}" y="${y}" width="${scale(median)}" height="${BAR}" class="${side}"/>`,
      `<line x1="${least}" y1="${y}" x2="${least}" y2="${y + BAR}" class="least"/>`,
      textAt(LEFT + scale(median) + 8, y + 13, `${number(median)} ${row.unit}`),
    ];
  });
  return [textAt(0, top + 18, `${row.label}${clients}`, "title"), ...bars];
}

/** The file that shows the rows of one metric. */
export function renderBarChart(metric: string, rows: readonly ResultRow[]): string {
  const body: string[] = [];
  let top = 0;
  for (const row of rows) {
    body.push(...drawGroup(row, top));
    top += HEAD + peersOf(row).length * STEP + GAP;
  }
  const described = rows.map((row) => {
    const medians = peersOf(row).map((peer) => `${peer} ${number(summarise(row.values[peer] ?? []).median)}`);
    return `${row.label}, ${row.unit}: ${medians.join(", ")}.`;
  });
  return renderSvg({
    width: WIDTH,
    height: top,
    title: `${metric}: less is better`,
    description: `Medians. ${described.join(" ")}`,
    body,
  });
}
