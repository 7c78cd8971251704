// How a figure grows with a size: a line for each peer.
// Place: scaling report -> **line chart** -> document
// Rules: sizes on a logarithmic axis, figures from 0 on a linear one, so that what is flat looks flat; medians.

import { number } from "./numbers.ts";
import { renderSvg, textAt } from "./svg.ts";

/** One line. */
export interface Series {
  readonly name: string;
  readonly isOurs: boolean;
  readonly points: readonly { readonly size: number; readonly value: number }[];
}

const WIDTH = 720;
const HEIGHT = 280;
const LEFT = 60;
const RIGHT = 130;
const TOP = 40;
const BOTTOM = 50;

/** The file that shows the lines. */
export function renderLineChart(title: string, of: string, unit: string, series: readonly Series[]): string {
  const points = series.flatMap((line) => line.points);
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b);
  const [first, last] = [Math.log(sizes.at(0) ?? 1), Math.log(sizes.at(-1) ?? 1)];
  const most = Math.max(...points.map(({ value }) => value)) * 1.1;
  const x = (size: number): number =>
    Math.round(LEFT + ((WIDTH - LEFT - RIGHT) * (Math.log(size) - first)) / Math.max(last - first, 1e-9));
  const y = (value: number): number => Math.round(HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / most);
  const lines = series.flatMap(({ name, isOurs, points: own }) => {
    const side = isOurs ? "ours" : "theirs";
    const end = own.at(-1);
    return [
      `<polyline points="${own.map(({ size, value }) => `${x(size)},${y(value)}`).join(" ")}" class="${side} line" style="fill:none"/>`,
      ...own.map(({ size, value }) => `<circle cx="${x(size)}" cy="${y(value)}" r="3" class="${side}"/>`),
      ...(end === undefined ? [] : [textAt(x(end.size) + 10, y(end.value) + 4, `${name} ${number(end.value)}`)]),
    ];
  });
  const floor = HEIGHT - BOTTOM;
  const axes = [
    `<line x1="${LEFT}" y1="${floor}" x2="${WIDTH - RIGHT}" y2="${floor}" class="axis"/>`,
    `<line x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${floor}" class="axis"/>`,
    textAt(LEFT - 8, floor + 4, "0", "small end"),
    textAt(LEFT - 8, TOP + 4, `${number(most)}`, "small end"),
    ...sizes.map((size) => textAt(x(size), floor + 18, size.toLocaleString("en-GB"), "small middle")),
    textAt((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, of, "small middle"),
  ];
  const described = series.map(({ name, points: own }) => {
    const values = own.map(({ size, value }) => `${number(value)} at ${size}`);
    return `${name}: ${values.join(", ")}.`;
  });
  return renderSvg({
    width: WIDTH,
    height: HEIGHT,
    title: `${title}, ${unit}, by the number of ${of}`,
    description: described.join(" "),
    body: [textAt(0, 18, `${title}, ${unit}`, "title"), ...axes, ...lines],
  });
}
