// What each case of client-cases.mjs has to observe.
// Place: beside the cases; the page suite and the runtimes suite compare with it.
// Rules: the same everywhere, but for what a transport is called, the protocol, and what bytes are on a platform.

import type { TransportMode } from "../peers/peer.ts";

/** The cases there are. */
export const CASE_NAMES = [
  "text",
  "binary",
  "blobs",
  "large",
  "order",
  "acks",
  "namespaces",
  "ends",
  "lost",
  "restart",
] as const;

export type CaseName = (typeof CASE_NAMES)[number];

/** The ways to connect. */
export const MODES: readonly TransportMode[] = ["polling", "websocket", "upgrade"];

/** Where a case is played. */
export interface CaseSetting {
  readonly mode: TransportMode;
  /** The Engine.IO protocol of the server. */
  readonly protocol: 3 | 4;
  readonly platform: "browser" | "process";
}

/**
 * Gives what a case has to observe.
 * @param name the case
 * @param setting where it is played
 */
export function expectationOf(name: CaseName, { mode, protocol, platform }: CaseSetting): unknown {
  const first = mode === "upgrade" ? "polling" : mode;
  const last = mode === "upgrade" ? "websocket" : mode;
  switch (name) {
    case "text":
      return { first, last, protocol, answer: ["naïve 😀 \u2028 \u0000", 1.5, null, { deep: [true, { x: [] }] }] };
    case "binary":
      return {
        pushed: [1, 2, 3],
        plain: [0, 255, 7],
        kind: platform === "browser" ? "[object ArrayBuffer]" : "[object Uint8Array]",
        text: "both",
        nested: [
          [255, 7],
          [0, 255, 7],
        ],
      };
    case "blobs":
      return [["blob", [1, 2, 65]], ["file", [3]], "text after both"];
    case "large":
      return { text: true, bytes: true, size: 200_000 };
    case "order":
      return { last, inOrder: true, count: 60 };
    case "acks":
      return { answer: "asked, answered", promised: "promised", late: "operation has timed out" };
    case "namespaces":
      return { name: "/news", localName: "/news/local", shared: true, own: true, refusal: "no entry" };
    case "ends":
      return { own: "io client disconnect", theirs: "io server disconnect", connected: [false, false] };
    case "lost":
      return { answer: "back again", sameId: false };
    case "restart":
      return { restarts: 1, kept: [0, 1], last };
    default:
      return name satisfies never;
  }
}
