// Draws the board: finished strokes and those in motion, in the board's own coordinates, at the screen's resolution.
// Place in the flow: beside it. Ink is a number on the wire and a colour of the style sheet here, so it suits light and dark.

import type { Stroke } from "./wire.ts";

export const BOARD_WIDTH = 3_000;
export const BOARD_HEIGHT = 2_000;
export const INKS = ["ink", "sea", "rope", "weed", "berry"] as const;

export interface BoardCanvas {
  /** Asks for a redraw with the next frame. */
  touch(): void;
  /** Where a pointer is on the board. */
  locate(event: PointerEvent): [number, number];
  toBlob(): Promise<Blob | null>;
}

export function openBoardCanvas(canvas: HTMLCanvasElement, strokes: () => Iterable<Stroke>): BoardCanvas {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("Cannot draw the board: this browser gives no 2d context");
  let asked = false;

  function touch(): void {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  }

  function draw(): void {
    if (context === null) return;
    const style = getComputedStyle(canvas);
    const scale = canvas.width / BOARD_WIDTH;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = style.getPropertyValue("--sheet");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const { ink, width, points } of strokes()) {
      context.strokeStyle = style.getPropertyValue(`--ink-${INKS[ink] ?? INKS[0]}`);
      context.lineWidth = width;
      context.stroke(smoothPath(points));
    }
  }

  new ResizeObserver(() => {
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    canvas.width = width;
    canvas.height = Math.round((width * BOARD_HEIGHT) / BOARD_WIDTH);
    draw();
  }).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", touch);

  return {
    touch,
    locate(event) {
      const box = canvas.getBoundingClientRect();
      return [
        clamp(((event.clientX - box.left) / box.width) * BOARD_WIDTH, BOARD_WIDTH),
        clamp(((event.clientY - box.top) / box.height) * BOARD_HEIGHT, BOARD_HEIGHT),
      ];
    },
    toBlob() {
      draw();
      return new Promise((done) => canvas.toBlob(done, "image/png"));
    },
  };
}

/** Whole numbers within the board: what the server takes. */
export function clamp(value: number, most: number): number {
  return Math.round(Math.min(most, Math.max(0, value)));
}

/** A curve through the middles of the segments, which takes the corners out of a hand-drawn line. */
function smoothPath(points: readonly number[]): Path2D {
  const path = new Path2D();
  const at = (index: number): number => points[index] ?? 0;
  path.moveTo(at(0), at(1));
  for (let index = 2; index < points.length - 2; index += 2) {
    path.quadraticCurveTo(
      at(index),
      at(index + 1),
      (at(index) + at(index + 2)) / 2,
      (at(index + 1) + at(index + 3)) / 2,
    );
  }
  path.lineTo(at(points.length - 2), at(points.length - 1));
  return path;
}
