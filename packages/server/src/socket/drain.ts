// Empties a server before it ends: newcomers are refused, everybody else is sent to another server, one after another.
// Place: server (**drain**) -> engine server, connections
// Rules: clients are sent away by the end of their connection and not of their sockets, since that is what clients of
//        every generation come back from by themselves; who waits for an answer, or owes one, is left in peace until
//        the time is up; one timer for all.
// Source: docs/errors.md, "A server that is drained"

import type { Clock, Random, TracePoint } from "@bowline/protocol/internal";
import type { Connection } from "../engine/connection.ts";
import { EngineServer } from "../engine/server.ts";
import { ClientConnection } from "./connection.ts";
import type { BoundEngine } from "./foreign-connection.ts";
import type { SocketPlatform } from "./runtime.ts";

/** How a server is emptied. */
export interface DrainOptions {
  /** Milliseconds after which whoever is still there is cut off. @default 30000 */
  readonly timeoutMs: number;
  /** Milliseconds over which clients are sent away, so that they do not come to the next server all at once. @default 5000 */
  readonly jitterMs: number;
}

/** The defaults of what a program leaves open. */
export const DRAIN_DEFAULTS: DrainOptions = { timeoutMs: 30_000, jitterMs: 5000 };

/** What became of those who were there. */
export interface DrainReport {
  /** How many connections there were, with those that were just being opened. */
  readonly connections: number;
  /** How many sockets they had in all. */
  readonly sockets: number;
  /** Connections that were sent away, with everything that had been emitted to them. */
  readonly moved: number;
  /** Connections that ended by themselves meanwhile. */
  readonly left: number;
  /** Connections that were cut off since the time was up. */
  readonly forced: number;
  /** Acknowledgements, ours and theirs, that were due when the draining began and came meanwhile. */
  readonly acksFinished: number;
  /** Acknowledgements that were still due when a connection ended. */
  readonly acksAbandoned: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
}

/** Between two looks at who may go, in milliseconds. */
const LOOK_INTERVAL_MS = 50;

/** A connection that is to go. */
interface Leaving {
  readonly goesAtMs: number;
  readonly acksAtFirst: number;
  acksDue: number;
  is: "waiting" | "sent away" | "cut off";
}

/** Completes what a program says. @throws RangeError when a number is not one that can work. */
function resolveDrainOptions(given: Partial<DrainOptions>): DrainOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const options: DrainOptions = { ...DRAIN_DEFAULTS, ...Object.fromEntries(set) };
  for (const name of ["timeoutMs", "jitterMs"] as const) {
    const value = options[name];
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`Cannot drain with ${name} "${value}": give a number of milliseconds from 0 up`);
    }
  }
  return options;
}

/** Empties one server. */
export class Drain {
  readonly #engine: EngineServer;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #point: TracePoint;
  readonly #beganAtMs: number;
  readonly #deadlineMs: number;
  readonly #spreadMs: number;
  readonly #leaving: Map<Connection, Leaving> = new Map();
  readonly #count = { connections: 0, sockets: 0, moved: 0, left: 0, forced: 0, acksFinished: 0, acksAbandoned: 0 };

  /**
   * @throws RangeError when a number is not one that can work.
   * @throws TypeError when the engine is not ours.
   */
  constructor(
    engine: BoundEngine,
    { clock, random, trace }: Pick<SocketPlatform, "clock" | "random" | "trace">,
    given: Partial<DrainOptions>,
  ) {
    const { timeoutMs, jitterMs } = resolveDrainOptions(given);
    if (!(engine instanceof EngineServer)) {
      throw new TypeError("Cannot drain the server: its engine is not ours, and keeps its doors open; call close()");
    }
    this.#engine = engine;
    this.#clock = clock;
    this.#random = random;
    this.#point = trace("server.drain");
    this.#beganAtMs = clock.now();
    this.#deadlineMs = this.#beganAtMs + timeoutMs;
    this.#spreadMs = Math.min(jitterMs, timeoutMs);
  }

  /** Begins. @returns settles when nobody is there any more. */
  run(): Promise<DrainReport> {
    this.#engine.refuseNewcomers();
    if (this.#point.active) this.#point.publish({ step: "begun", connections: this.#engine.clientsCount });
    return new Promise((resolve) => this.#look(resolve));
  }

  #look(done: (report: DrainReport) => void): void {
    // Who had been admitted before may only now have a connection.
    for (const connection of this.#engine.sessions) {
      if (!this.#leaving.has(connection)) this.#meet(connection);
    }
    const now = this.#clock.now();
    for (const [connection, leaving] of this.#leaving) {
      if (connection.readyState !== "closed") this.#step(connection, leaving, now);
      if (connection.readyState === "closed") this.#settle(connection, leaving);
    }
    if (this.#leaving.size > 0) {
      this.#clock.after(LOOK_INTERVAL_MS, () => this.#look(done));
      return;
    }
    const report: DrainReport = { ...this.#count, durationMs: now - this.#beganAtMs };
    if (this.#point.active) this.#point.publish({ step: "done", ...report });
    done(report);
  }

  #meet(connection: Connection): void {
    const client = clientOf(connection);
    const acksDue = client?.unfinished ?? 0;
    const goesAtMs = this.#beganAtMs + this.#random.fraction() * this.#spreadMs;
    this.#leaving.set(connection, { goesAtMs, acksAtFirst: acksDue, acksDue, is: "waiting" });
    this.#count.connections += 1;
    this.#count.sockets += client?.joinedSockets().length ?? 0;
  }

  #step(connection: Connection, leaving: Leaving, now: number): void {
    const client = clientOf(connection);
    if (leaving.is === "waiting") leaving.acksDue = client?.unfinished ?? 0;
    const isLate = now >= this.#deadlineMs;
    if (!isLate && (leaving.is !== "waiting" || now < leaving.goesAtMs || leaving.acksDue > 0)) return;
    leaving.is = isLate ? "cut off" : "sent away";
    if (client === undefined) connection.close(isLate);
    else client.shutDown(isLate);
  }

  #settle(connection: Connection, { is, acksAtFirst, acksDue }: Leaving): void {
    this.#leaving.delete(connection);
    if (is === "waiting") this.#count.left += 1;
    else if (is === "cut off") this.#count.forced += 1;
    else this.#count.moved += 1;
    this.#count.acksFinished += Math.max(0, acksAtFirst - acksDue);
    this.#count.acksAbandoned += acksDue;
  }
}

/** Nobody is there who would have to go. */
export const NOBODY_THERE: DrainReport = {
  connections: 0,
  sockets: 0,
  moved: 0,
  left: 0,
  forced: 0,
  acksFinished: 0,
  acksAbandoned: 0,
  durationMs: 0,
};

function clientOf({ listener }: Connection): ClientConnection | undefined {
  return listener instanceof ClientConnection ? listener : undefined;
}
