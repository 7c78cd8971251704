// What is spoken with servers of 2.x alone: their dialects, and how they are told from the others over a WebSocket.
// Place: bytes -> **engine dialect** -> session -> socket codec + **socket dialect**; pages load this when they meet one.
// Rules: a file of its own, so it holds whatever it needs, and shares nothing that the rest compares by identity.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  createId,
  type ElderSocketDialect,
  eio3Client as eio3,
  type Random,
  sio4Client as sio4,
} from "@bowline/protocol/internal";
import type { Revision } from "./detect-revision.ts";

/** What a packet over a WebSocket gives away. */
export interface Clue {
  readonly revision: Revision;
  /** Whether it is the answer to the probe, and no packet for the program. */
  readonly isAnswer: boolean;
  /** Whether the namespace of the probe exists after all, and has to be left. */
  readonly hasJoined: boolean;
}

/** How servers written in Python refuse a namespace in the newer protocol: with a text, where the others send an object. */
const PYTHON_REFUSAL = ',"Unable to connect"';

/**
 * Reads what a packet gives away; undefined when it tells nothing.
 * @param probe the namespace that the server was asked for, which nobody knows.
 */
export function readClue({ type, data }: Packet, probe: string | undefined): Clue | undefined {
  // Of the two only revision 4 has servers that ping.
  if (type === "ping") return { revision: 4, isAnswer: false, hasJoined: false };
  if (type !== "message" || typeof data !== "string") return undefined;
  if (probe !== undefined && /^[04]/.test(data) && data.startsWith(probe, 1)) {
    const payload = data.slice(1 + probe.length);
    const isNewer = payload.startsWith(",{") || payload === PYTHON_REFUSAL;
    return { revision: isNewer ? 4 : 3, isAnswer: true, hasJoined: data.startsWith("0") };
  }
  // Nobody was asked for the main namespace, so this server joins clients to it, or refuses them, by itself.
  return /^(0$|4(?!\/))/.test(data) ? { revision: 3, isAnswer: false, hasJoined: false } : undefined;
}

/** A session over a WebSocket whose revision is not known yet. */
export interface Doubt {
  /** The packets that have come, in order; answers to the probe are taken out. */
  readonly early: Packet[];
  readonly random: Random;
  send(message: string): void;
  after(ms: number, action: () => void): void;
  /** @param elder the dialect of revision 3, if that is the one. */
  found(elder: EngineDialect | undefined): void;
}

/** What looks for the revision. */
export interface Search {
  /** Whether the server was asked, which one with another parser takes for a fault. */
  readonly isProbing: boolean;
  /** Looks at what has come since. */
  look(): void;
}

/** How long a server of 2.x has to greet unasked before it is probed, in milliseconds. */
const GREETING_MS = 20;

/** Looks at what has come, and asks when nothing tells. */
function search({ early, random, send, after, found }: Doubt): Search {
  let seen = 0;
  let probe: string | undefined;
  let isFound = false;

  function look(): void {
    for (let packet = early[seen]; packet !== undefined && !isFound; packet = early[seen]) {
      const clue = readClue(packet, probe);
      if (clue?.isAnswer === true) early.splice(seen, 1);
      else seen++;
      if (clue === undefined) continue;
      isFound = true;
      if (clue.hasJoined) send(`1${probe},`);
      found(clue.revision === 3 ? eio3 : undefined);
    }
  }

  look();
  if (!isFound) {
    after(GREETING_MS, () => {
      probe = `/__sio_probe_${createId(random)}`;
      send(`0${probe},`);
    });
  }
  return {
    get isProbing() {
      return probe !== undefined;
    },
    look,
  };
}

/** What is needed for servers of 2.x. */
export interface Elder {
  readonly engine: EngineDialect;
  readonly socket: ElderSocketDialect;
  /** Finds the revision of a session out, where only its packets tell. */
  search(doubt: Doubt): Search;
}

/** As its type says. */
export const ELDER: Elder = { engine: eio3, socket: sio4, search };

/**
 * Gives what servers of 2.x need: at once where it is at hand, and once more after it was loaded.
 * @param failed where it could not be loaded; the next call tries again.
 */
export type ElderSource = (use: (elder: Elder) => void, failed: (error: unknown) => void) => void;

/** Where it is part of what was loaded at first. */
export const elderAtHand: ElderSource = (use) => use(ELDER);
