// The live figures: round trip, transport, protocol revision, moment of the upgrade, reconnections, events in and out.
// Place in the flow: a handler at its end, on `connection` events. The round trip is that of an event with an ack,
// so it is what a program would feel, not the transport's own heartbeat.

import { openChart } from "./chart.ts";
import type { Connection } from "./connection.ts";
import { find, inWords } from "./dom.ts";
import { transportLabel } from "./log.ts";

const ECHO_INTERVAL_MS = 1_500;
// A moment after connecting, when the page is not busy with the welcome any more.
const FIRST_ECHO_AFTER_MS = 300;

export interface Figures {
  showRevision(revision: number): void;
}

export function openFigures(connection: Connection): Figures {
  const trip = find("figure-trip", HTMLOutputElement);
  const transport = find("figure-transport", HTMLElement);
  const protocol = find("figure-protocol", HTMLElement);
  const upgrade = find("figure-upgrade", HTMLElement);
  const reconnections = find("figure-reconnections", HTMLElement);
  const out = find("figure-out", HTMLElement);
  const into = find("figure-in", HTMLElement);
  const chart = openChart(find("chart", HTMLElement));

  let echoSentAt: number | undefined;
  function echo(): void {
    if (connection.state.kind !== "connected" || echoSentAt !== undefined) return;
    const sentAt = performance.now();
    echoSentAt = sentAt;
    connection.ask("echo", [], () => {
      if (echoSentAt !== sentAt) return;
      echoSentAt = undefined;
      const tookMs = performance.now() - sentAt;
      trip.value = inWords(tookMs);
      chart.add(tookMs);
    });
  }

  connection.watch((event) => {
    const { state } = connection;
    transport.textContent = state.kind === "connected" ? transportLabel(state.transport) : "none";
    reconnections.textContent = String(connection.counts.reconnections);
    if (event.type === "upgraded") upgrade.textContent = `after ${inWords(event.afterMs)}`;
    if (event.type === "connected" || event.type === "back") {
      upgrade.textContent = event.transport === "websocket" ? "from the start" : "not yet";
      setTimeout(echo, FIRST_ECHO_AFTER_MS);
    }
    if (event.type === "lost") {
      echoSentAt = undefined;
      trip.value = "–";
      upgrade.textContent = "–";
      protocol.textContent = "–";
      chart.breakOff();
    }
  });
  connection.watchTraffic(() => {
    out.textContent = connection.counts.out.toLocaleString();
    into.textContent = connection.counts.in.toLocaleString();
  });
  setInterval(echo, ECHO_INTERVAL_MS);

  return {
    showRevision(revision) {
      protocol.textContent = `Engine.IO ${revision}`;
    },
  };
}
