// The status pill and the line between this tab and the server: whole, dashed (long-polling) or parted (offline).
// Place in the flow: a handler at its end, on `connection` events. Rule: the pill says the state in words, to screen
// readers too; the line only illustrates it.

import type { Connection } from "./connection.ts";
import { find, make } from "./dom.ts";
import { transportLabel } from "./log.ts";

const WHOLE = { left: "M0 20 Q100 20 200 20", right: "M400 20 Q300 20 200 20" };
const PARTED = { left: "M0 20 Q110 16 150 38", right: "M400 20 Q290 16 250 38" };
const PULSE_GAP_MS = 90;
const COUNTDOWN_STEP_MS = 100;

export function showStatus(connection: Connection): void {
  const top = find("top", HTMLElement);
  const pill = find("status", HTMLElement);
  const cord = find("cord", HTMLElement);
  const label = find("cord-label", HTMLElement);
  const halves = { left: find("cord-left", SVGPathElement), right: find("cord-right", SVGPathElement) };
  const count = make("span", "countdown");
  // Read out once per attempt, not at each step of the countdown.
  count.setAttribute("aria-hidden", "true");

  let shown = "";
  function show(): void {
    const { state } = connection;
    top.dataset["link"] = state.kind;
    top.dataset["transport"] = state.kind === "connected" ? state.transport : "";
    const shape = state.kind === "waiting" || state.kind === "trying" ? PARTED : WHOLE;
    halves.left.setAttribute("d", shape.left);
    halves.right.setAttribute("d", shape.right);

    const words = inWords();
    if (words !== shown) {
      shown = words;
      pill.replaceChildren(words, count);
    }
    count.textContent = state.kind === "waiting" ? ` in ${secondsUntil(state.until)} s` : "";
    label.textContent = state.kind === "connected" ? transportLabel(state.transport) : "";
  }

  function inWords(): string {
    const { state } = connection;
    switch (state.kind) {
      case "connecting":
        return "Connecting";
      case "connected":
        return "Connected";
      case "waiting":
        return `Reconnecting, attempt ${state.attempt}`;
      case "trying":
        return `Reconnecting, attempt ${state.attempt} now`;
      default:
        return state satisfies never;
    }
  }

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let lastPulseAt = 0;
  connection.watchTraffic((direction) => {
    const now = performance.now();
    const unseen = connection.state.kind !== "connected" || document.hidden || still.matches;
    if (unseen || now - lastPulseAt < PULSE_GAP_MS) return;
    lastPulseAt = now;
    const pulse = make("span", `pulse ${direction}`);
    pulse.addEventListener("animationend", () => pulse.remove());
    cord.append(pulse);
  });

  connection.watch(show);
  setInterval(() => {
    if (connection.state.kind === "waiting") show();
  }, COUNTDOWN_STEP_MS);
  show();
}

function secondsUntil(at: number): string {
  return (Math.max(0, at - performance.now()) / 1000).toFixed(1);
}
