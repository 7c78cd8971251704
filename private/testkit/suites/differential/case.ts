// What a case is: one script that is played with every pairing.
// Place: **cases** -> scene -> peers
// Rules: a case knows no package and no pairing; it drives the scene and writes what user code on each side observes.

import type { ParserName } from "../../src/peers/parsers.ts";
import type { ClientName, ServerName, TransportMode } from "../../src/peers/peer.ts";
import type { Scene } from "./scene.ts";

/** Every way of transport. */
export const ALL_MODES: readonly TransportMode[] = ["polling", "websocket", "upgrade"];

/** A script. */
export interface DifferentialCase {
  /** A rule in words. */
  readonly name: string;
  /** Whose behaviour it shows; pairings where that side is official do not play it. */
  readonly shows: "both" | "server" | "client";
  /** The official parsers that cannot carry it, and with them ours of the same kind. */
  readonly notBy?: readonly ParserName[];
  /** The official peers that cannot play it. */
  readonly notWith?: readonly (ClientName | ServerName)[];
  run(scene: Scene): Promise<void>;
}
