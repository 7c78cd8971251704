// The round trip of the last 90 seconds as a small line, with the time offline left open and shaded.
// Place in the flow: beside it. uPlot draws; colours come from the style sheet and follow light and dark.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const WINDOW_S = 90;
const REDRAW_MS = 1_000;
const LEAST_TOP_MS = 5;

export interface Chart {
  add(roundTripMs: number): void;
  /** Opens a gap that lasts until the next value. */
  breakOff(): void;
}

export function openChart(host: HTMLElement): Chart {
  const times: number[] = [];
  const values: (number | null)[] = [];
  const outages: { from: number; to: number | undefined }[] = [];
  let plot = build();

  function size(): { width: number; height: number } {
    return { width: Math.max(120, host.clientWidth), height: Math.max(80, host.clientHeight) };
  }

  function build(): uPlot {
    const style = getComputedStyle(host);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--text-soft"), font: `11px ${style.fontFamily}`, ticks: { show: false } };
    return new uPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 6, 0, 0],
        scales: {
          x: { time: false, range: () => [nowSeconds() - WINDOW_S, nowSeconds()] },
          y: { range: (_, __, most) => [0, Math.max(LEAST_TOP_MS, (most || 0) * 1.25)] },
        },
        axes: [
          {
            ...axis,
            size: 24,
            grid: { show: false },
            splits: () => [-90, -60, -30, 0].map((ago) => nowSeconds() + ago),
            values: () => ["", "60 s ago", "30 s ago", ""],
          },
          {
            ...axis,
            size: 44,
            space: 34,
            grid: { stroke: colour("--hairline"), width: 1 },
            values: (_, splits) => splits.map((value) => `${value} ms`),
          },
        ],
        series: [
          {},
          { stroke: colour("--sea"), width: 2, fill: colour("--sea-wash"), points: { show: false }, spanGaps: false },
        ],
        hooks: { drawClear: [(drawn) => shadeOutages(drawn, colour("--alarm-wash"))] },
      },
      [times, values],
      host,
    );
  }

  function shadeOutages({ ctx, bbox, valToPos }: uPlot, fill: string): void {
    ctx.fillStyle = fill;
    for (const { from, to } of outages) {
      const left = Math.max(bbox.left, valToPos(from, "x", true));
      const right = Math.min(bbox.left + bbox.width, valToPos(to ?? nowSeconds(), "x", true));
      if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
  }

  function push(value: number | null): void {
    times.push(nowSeconds());
    values.push(value);
    while ((times[0] ?? 0) < nowSeconds() - WINDOW_S - 5) {
      times.shift();
      values.shift();
    }
    plot.setData([times, values]);
  }

  function rebuild(): void {
    plot.destroy();
    plot = build();
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", rebuild);
  new ResizeObserver(() => plot.setSize(size())).observe(host);
  setInterval(() => {
    if (!document.hidden) plot.setData([times, values]);
  }, REDRAW_MS);

  return {
    add(roundTripMs) {
      const last = outages.at(-1);
      if (last !== undefined) last.to ??= nowSeconds();
      push(roundTripMs);
    },
    breakOff() {
      push(null);
      outages.push({ from: nowSeconds(), to: undefined });
      if (outages.length > 20) outages.shift();
    },
  };
}

function nowSeconds(): number {
  return performance.now() / 1000;
}
