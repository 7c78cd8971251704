// The shared board: one's own pen, the strokes of the others, in motion and finished.
// Place in the flow: handlers at its end. Rules: a stroke in motion goes volatile, in short pieces, and may get lost;
// the finished one is posted whole, so every board ends up the same; who joins late gets all finished strokes.

import { BOARD_HEIGHT, BOARD_WIDTH, clamp, INKS, openBoardCanvas } from "./board-canvas.ts";
import type { Connection } from "./connection.ts";
import { find, make } from "./dom.ts";
import { freshId } from "./identity.ts";
import type { Log } from "./log.ts";
import type { Outbox } from "./outbox.ts";
import { type RoomView, readStroke, type Stroke, text } from "./wire.ts";

const PIECE_EVERY_MS = 40;
const LEAST_STEP = 8;
const KEY_STEP = 40;
const MOST_NUMBERS = 1_800;
const MOTION_FADES_AFTER_MS = 4_000;

interface OwnStroke {
  readonly id: string;
  readonly ink: number;
  readonly width: number;
  readonly points: number[];
  sent: number;
}

export interface Board {
  show(view: RoomView): void;
}

export function openBoard(connection: Connection, outbox: Outbox, log: Log, share: (image: Blob) => void): Board {
  const canvas = find("board", HTMLCanvasElement);
  const penWidth = find("pen-width", HTMLInputElement);
  const clear = find("board-clear", HTMLButtonElement);
  const hint = find("board-hint", HTMLElement);
  const finished = new Map<string, Stroke>();
  const moving = new Map<string, { stroke: Stroke; until: number }>();
  let own: OwnStroke | undefined;
  let room = "";
  const pen = { ink: 0, x: BOARD_WIDTH / 2, y: BOARD_HEIGHT / 2, shown: false };

  const drawing = openBoardCanvas(canvas, function* () {
    yield* finished.values();
    for (const { stroke } of moving.values()) yield stroke;
    if (own !== undefined) yield own;
    // Who draws with the keyboard has no pointer that shows where the pen is.
    if (pen.shown) yield { id: "pen", ink: pen.ink, width: 36, points: [pen.x, pen.y, pen.x, pen.y + 1] };
  });

  function begin(x: number, y: number): void {
    own = { id: freshId(), ink: pen.ink, width: Number(penWidth.value), points: [x, y], sent: 0 };
    extend(x, y + 1);
  }

  function extend(x: number, y: number): void {
    if (own === undefined) return;
    own.points.push(clamp(x, BOARD_WIDTH), clamp(y, BOARD_HEIGHT));
    changed();
    if (own.points.length < MOST_NUMBERS) return;
    end();
    begin(x, y);
  }

  function end(): void {
    if (own === undefined) return;
    const { id, ink, width, points } = own;
    own = undefined;
    finished.set(id, { id, ink, width, points });
    outbox.post({
      event: "stroke",
      values: [{ id, ink, width, points }],
      queued: () => {},
      answered(answer) {
        if (answer.ok) return;
        finished.delete(id);
        log.add("bad", answer.error);
        changed();
      },
    });
  }

  function changed(): void {
    hint.hidden = finished.size + moving.size > 0 || own !== undefined;
    drawing.touch();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || room === "") return;
    canvas.setPointerCapture(event.pointerId);
    pen.shown = false;
    begin(...drawing.locate(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (own === undefined) return;
    const [x, y] = drawing.locate(event);
    const [lastX = 0, lastY = 0] = own.points.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) >= LEAST_STEP) extend(x, y);
  });
  for (const over of ["pointerup", "pointercancel"] as const) canvas.addEventListener(over, end);

  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step === undefined || room === "") return;
    event.preventDefault();
    const [stepX = 0, stepY = 0] = step;
    pen.shown = true;
    if (event.shiftKey && own === undefined) begin(pen.x, pen.y);
    pen.x = clamp(pen.x + stepX * KEY_STEP, BOARD_WIDTH);
    pen.y = clamp(pen.y + stepY * KEY_STEP, BOARD_HEIGHT);
    extend(pen.x, pen.y);
    changed();
  });
  canvas.addEventListener("keyup", (event) => {
    if (event.key === "Shift") end();
  });
  canvas.addEventListener("blur", () => {
    end();
    pen.shown = false;
    changed();
  });

  setInterval(() => {
    const now = performance.now();
    for (const [id, { until }] of moving) {
      if (until > now) continue;
      moving.delete(id);
      changed();
    }
    if (own === undefined || own.points.length === own.sent) return;
    // Each piece begins with the point the one before ended with, so that pieces join.
    const points = own.points.slice(Math.max(0, own.sent - 2));
    own.sent = own.points.length;
    connection.hint("stroke:moving", { id: own.id, ink: own.ink, width: own.width, points });
  }, PIECE_EVERY_MS);

  connection.on("stroke:moving", (value) => {
    const piece = readStroke(value);
    // A piece that was overtaken by its finished stroke has nothing to add.
    if (finished.has(piece.id)) return;
    const before = moving.get(piece.id)?.stroke.points ?? [];
    moving.set(piece.id, {
      stroke: { ...piece, points: [...before, ...piece.points] },
      until: performance.now() + MOTION_FADES_AFTER_MS,
    });
    changed();
  });
  connection.on("stroke", (value) => {
    const stroke = readStroke(value);
    moving.delete(stroke.id);
    finished.set(stroke.id, stroke);
    changed();
  });
  connection.on("board:clear", (value) => {
    finished.clear();
    moving.clear();
    log.add("plain", `${text(value, "name")} cleared the board`);
    changed();
  });

  clear.addEventListener("click", () => {
    if (connection.state.kind === "connected" && room !== "") connection.ask("board:clear", [], () => {});
  });
  find("board-share", HTMLButtonElement).addEventListener("click", () => {
    drawing.toBlob().then(
      (image) => {
        if (image !== null && room !== "") share(image);
      },
      (error: unknown) => log.add("bad", `Cannot share the board: ${String(error)}`),
    );
  });
  showInks((ink) => {
    pen.ink = ink;
  });

  return {
    show(view) {
      // The same room again is a reconnection: what is drawn here and not yet delivered stays.
      if (view.room !== room || outbox.waiting === 0) finished.clear();
      room = view.room;
      moving.clear();
      hint.textContent =
        room === "" ? "Join a room to draw." : "Draw here. Everyone in the room sees it while you move.";
      for (const stroke of view.strokes) finished.set(stroke.id, stroke);
      canvas.classList.toggle("resting", room === "");
      changed();
    },
  };
}

function showInks(chosen: (ink: number) => void): void {
  const group = find("inks", HTMLFieldSetElement);
  for (const [index, name] of INKS.entries()) {
    const choice = make("input", "");
    choice.type = "radio";
    choice.name = "ink";
    choice.checked = index === 0;
    choice.addEventListener("change", () => chosen(index));
    const label = make("label", `ink ink-${name}`, choice, make("span", "unseen", `${name} ink`));
    group.append(label);
  }
}
