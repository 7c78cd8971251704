// A client of a server under test, played by the test: it opens a WebSocket without a network and speaks in raw frames.
// Place: **bytes** -> engine server -> carrier -> session -> socket codec -> connection / namespace / socket
// Rules: what the test writes is what the server reads; nothing is answered unless the test does it.

import { parseHandshake } from "@bowline/protocol";
import type { Random } from "@bowline/protocol/internal";
import { SILENT, type Trace } from "@bowline/protocol/internal";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { type FakeHead, type FakeHeadFacts, FakeUpgrade, type FakeWebSocket, fakeHeadOf } from "./fake-http.ts";
import { createSeededRandom } from "./seeded-random.ts";

/** The surroundings of a server under test: all that it would ask of a runtime. */
export interface FakePlatform {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly trace: Trace;
  /** What handlers threw. */
  readonly uncaught: unknown[];
  /** Codes and texts of the warnings. */
  readonly warnings: (readonly [code: string, text: string])[];
  wallTimeMs(): number;
  timeText(wallTimeMs: number): string;
  warn(code: string, text: string): void;
  reportUncaught(error: unknown): void;
  toNativeBytes(bytes: Uint8Array): Uint8Array;
  headOf(facts: FakeHeadFacts): FakeHead;
}

/** Makes surroundings in which nothing moves by itself. */
export function createFakePlatform(): FakePlatform {
  const clock = createFakeClock();
  const uncaught: unknown[] = [];
  const warnings: (readonly [code: string, text: string])[] = [];
  return {
    clock,
    random: createSeededRandom(1),
    trace: SILENT,
    uncaught,
    warnings,
    wallTimeMs: () => 1_700_000_000_000 + clock.now(),
    timeText: (wallTimeMs) => `at ${wallTimeMs}`,
    warn: (code, text) => void warnings.push([code, text]),
    reportUncaught: (error) => void uncaught.push(error),
    toNativeBytes: (bytes) => bytes,
    headOf: fakeHeadOf,
  };
}

/** The door of an engine under test. */
export interface FakeEngineDoor {
  handleUpgrade(upgrade: FakeUpgrade): void;
}

/** What a test decides about its client. */
export interface FakeClientOptions {
  /** Generation of the engine protocol, 4 by default. */
  readonly protocol?: 3 | 4;
  /** More of the query, such as `&token=x`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client on a WebSocket. */
export class FakeClient {
  readonly port: FakeWebSocket;
  /** The id of its session. */
  readonly sid: string;
  readonly #clock: FakeClock;

  /** @throws SyntaxError when the server does not open a session. */
  constructor(engine: FakeEngineDoor, clock: FakeClock, options: FakeClientOptions = {}) {
    const { protocol = 4, query = "", headers = {} } = options;
    const upgrade = new FakeUpgrade(`/socket.io/?EIO=${protocol}&transport=websocket${query}`, { headers });
    this.#clock = clock;
    this.port = upgrade.port;
    engine.handleUpgrade(upgrade);
    clock.endTurn();
    const open = this.port.messages[0];
    this.sid = parseHandshake(typeof open === "string" ? open.slice(1) : undefined).sid;
    // A client of the elder generation is in the main namespace by now, and has read that too.
    this.port.take();
  }

  /** Sends socket packets, each in an engine packet of its own; bytes travel as attachments. */
  send(...packets: readonly (string | Uint8Array)[]): void {
    this.port.receive(...packets.map((packet) => (typeof packet === "string" ? `4${packet}` : packet)));
  }

  /** Asks for a namespace and drops what the server answers. @returns this client. */
  join(namespace: string = "/"): this {
    this.send(namespace === "/" ? "0" : `0${namespace},`);
    this.take();
    return this;
  }

  /** Ends the turn and reads what came since the last look: socket packets without the engine's digit, or bytes. */
  take(): (string | Uint8Array)[] {
    this.#clock.endTurn();
    return this.port.take().map((frame) => (typeof frame === "string" && frame[0] === "4" ? frame.slice(1) : frame));
  }

  /** The connection breaks. */
  vanish(error?: Error): void {
    this.port.vanish(error);
  }
}
