// "What happened": a line for each thing in the connection's life, with the reason and how long it took.
// Place in the flow: a handler at its end, on `connection` events. Rule: a line says what, why and how long.

import type { Connection, LinkEvent } from "./connection.ts";
import { appendAndFollow, counted, find, inWords, make } from "./dom.ts";

export type Tone = "plain" | "good" | "wait" | "bad";

export interface Log {
  add(tone: Tone, line: string): void;
}

const MOST_LINES = 200;

const REASONS: Readonly<Record<string, string>> = {
  "transport close": "the connection broke without a goodbye",
  "transport error": "the transport failed",
  "ping timeout": "the server fell silent",
  "forced close": "this tab closed it",
  "io server disconnect": "the server sent this tab away",
  "io client disconnect": "this tab said goodbye",
};

export function openLog(connection: Connection): Log {
  const list = find("log", HTMLOListElement);

  function add(tone: Tone, line: string): void {
    const now = new Date();
    const time = make(
      "time",
      "",
      `${now.toLocaleTimeString([], { hourCycle: "h23" })}.${Math.floor(now.getMilliseconds() / 100)}`,
    );
    appendAndFollow(list, make("li", `log-line ${tone}`, time, make("span", "", line)));
    if (list.childElementCount > MOST_LINES) list.firstElementChild?.remove();
  }

  connection.watch((event) => {
    const line = describe(event);
    if (line !== undefined) add(...line);
  });
  return { add };
}

export function transportLabel(transport: string): string {
  return transport === "websocket" ? "WebSocket" : "long-polling";
}

function describe(event: LinkEvent): [Tone, string] | undefined {
  switch (event.type) {
    case "connected":
      return ["good", `Connected over ${transportLabel(event.transport)} in ${inWords(event.tookMs)}`];
    case "back":
      return [
        "good",
        `Back over ${transportLabel(event.transport)} after ${inWords(event.awayMs)}, ${counted(event.attempts, "attempt")}`,
      ];
    case "upgraded":
      return ["good", `Upgraded to ${transportLabel(event.transport)} ${inWords(event.afterMs)} after connecting`];
    case "lost":
      return ["bad", `Connection lost: ${REASONS[event.reason] ?? event.reason} (${event.reason})`];
    case "failed":
      return [
        "wait",
        `${event.attempt === 0 ? "First attempt" : `Attempt ${event.attempt}`} failed, next in ${inWords(event.nextInMs)}. ${event.reason}`,
      ];
    case "moved":
      return undefined;
    default:
      return event satisfies never;
  }
}
