// What a soak is asked for, and what it gives: as it is kept in a file.
// Place: soak -> **result** -> judge, report

import type { Latency, Tally } from "./ledger.ts";
import type { Look, SoakedServer } from "./server-process.ts";

/** How far a soak is. */
export interface Progress {
  readonly what: string;
  readonly atS: number;
  readonly ofS: number;
  readonly sample: Sample;
  /** How much is wrong so far. */
  readonly wrong: number;
}

/** What is played. */
export interface SoakPlan {
  /** How long, after warming up. */
  readonly minutes: number;
  readonly seed: number;
  readonly server: SoakedServer;
  /** Clients at a time, a tenth of them attackers. */
  readonly connections: number;
  readonly progress?: (progress: Progress) => void;
}

/** One look at the server and its clients. */
export interface Sample extends Look {
  /** Seconds since the beginning. */
  readonly atS: number;
  readonly honest: number;
  /** Messages that arrived anywhere since the last look. */
  readonly received: number;
  /** Of clients whose networks do not fail. */
  readonly latencyMs: Latency;
  /** The process that the honest clients and the checker are in. */
  readonly load: { readonly heapBytes: number; readonly rssBytes: number; readonly followed: number };
}

/** What is left of a server that nobody is connected to. */
export interface Idle {
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly clients: number;
  readonly sockets: number;
  readonly rooms: number;
  /** Handles that were not there before anybody came. */
  readonly leftOver: readonly string[];
  readonly addedNamespaces: number;
}

/** What came of it. */
export interface SoakResult {
  /** When, as ISO 8601. */
  readonly began: string;
  readonly plan: SoakPlan;
  readonly samples: readonly Sample[];
  /** After warming up, and at the end. */
  readonly before: Idle;
  readonly after: Idle;
  readonly tallies: Readonly<Record<string, Tally>>;
  readonly examples: readonly string[];
  readonly losses: Readonly<Record<string, number>>;
  readonly latency: Latency;
  readonly counts: {
    readonly visitors: number;
    readonly faults: number;
    readonly received: number;
    readonly recovered: number;
    readonly beganAnew: number;
    readonly garbled: number;
    /** How often official clients of 2.x and 3.x threw as they read, since they had kept half of a packet. */
    readonly threw: number;
    /** Messages of clients that were heard again, as they may be. */
    readonly heardAgain: number;
  };
  readonly attacks: Readonly<Record<string, number>>;
  readonly attackFaults: readonly string[];
  readonly causeOfDeath: string | undefined;
}
