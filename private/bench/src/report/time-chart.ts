// What happened over time: panels below each other with one time axis, each with a unit and a few lines of its own.
// Place: soak -> **time chart** -> document
// Rules: figures from 0 on, so that what is flat looks flat; a line has its name and its last value beside its end.

import { number } from "./numbers.ts";
import { renderSvg, textAt } from "./svg.ts";

/** One line. */
export interface TimeLine {
  readonly name: string;
  /** Drawn in the colour of what matters most; others are grey. */
  readonly isOurs: boolean;
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

/** One panel. */
export interface TimePanel {
  readonly title: string;
  readonly lines: readonly TimeLine[];
}

const WIDTH = 720;
const PANEL_HEIGHT = 130;
const LEFT = 60;
const RIGHT = 150;
const TOP = 34;
const FLOOR = 18;
const BOTTOM = 40;
const LINE_GAP = 15;
const TICKS = 6;

/** Places for labels, at least so far apart that they can be read. */
function spreadOut(places: readonly number[]): readonly number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  const spread = [...places];
  let lowest = Number.NEGATIVE_INFINITY;
  for (const { place, index } of order) {
    lowest = Math.max(place, lowest + LINE_GAP);
    spread[index] = lowest;
  }
  return spread;
}

function renderPanel({ title, lines }: TimePanel, top: number, x: (at: number) => number): string[] {
  const floor = top + PANEL_HEIGHT - FLOOR;
  const ceiling = top + TOP - 10;
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ value }) => value)), 1e-9) * 1.1;
  const y = (value: number): number => Math.round(floor - ((floor - ceiling) * value) / most);
  const ends = lines.map(({ points }) => points.at(-1)).map((end) => (end === undefined ? floor : y(end.value)));
  const labels = spreadOut(ends);
  return [
    textAt(LEFT, top + 12, title, "small"),
    `<line x1="${LEFT}" y1="${floor}" x2="${WIDTH - RIGHT}" y2="${floor}" class="axis"/>`,
    `<line x1="${LEFT}" y1="${ceiling}" x2="${LEFT}" y2="${floor}" class="axis"/>`,
    textAt(LEFT - 8, floor + 4, "0", "small end"),
    textAt(LEFT - 8, ceiling + 4, number(most), "small end"),
    ...lines.flatMap(({ name, isOurs, points }, index) => {
      const path = points.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ");
      const end = points.at(-1);
      if (end === undefined) return [];
      return [
        `<polyline points="${path}" class="${isOurs ? "ours" : "theirs"} line" style="fill:none"/>`,
        textAt(WIDTH - RIGHT + 8, (labels[index] ?? floor) + 4, `${name} ${number(end.value)}`, "small"),
      ];
    }),
  ];
}

/** The file that shows the panels. @param unit of the time axis, as "minutes". */
export function renderTimeChart(title: string, unit: string, panels: readonly TimePanel[]): string {
  const times = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(({ at }) => at)));
  const last = Math.max(...times, 1e-9);
  const x = (at: number): number => Math.round((LEFT + ((WIDTH - LEFT - RIGHT) * at) / last) * 10) / 10;
  const height = TOP + panels.length * PANEL_HEIGHT + BOTTOM;
  const axis = Array.from({ length: TICKS + 1 }, (_, tick) => (last * tick) / TICKS);
  const ranges = panels.flatMap(({ title: of, lines }) =>
    lines.map(({ name, points }) => {
      const values = points.map(({ value }) => value);
      return `${of}, ${name}: from ${number(Math.min(...values))} to ${number(Math.max(...values))}, at the end ${number(values.at(-1) ?? 0)}.`;
    }),
  );
  return renderSvg({
    width: WIDTH,
    height,
    title: `${title}, by ${unit}`,
    description: ranges.join(" "),
    body: [
      textAt(0, 18, title, "title"),
      ...panels.flatMap((panel, index) => renderPanel(panel, TOP + index * PANEL_HEIGHT, x)),
      ...axis.map((at) => textAt(x(at), height - BOTTOM + 10, number(at), "small middle")),
      textAt((LEFT + WIDTH - RIGHT) / 2, height - 8, unit, "small middle"),
    ],
  });
}
