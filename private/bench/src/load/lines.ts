// What all scenarios work with, and the lines that most of them open before they measure.
// Place: load process -> scenario -> **lines** -> WebSocket line
// Rules: so many clients connect at the same time, and each that is ready makes room for the next.

import type { LoadJob, ProcessFacts } from "./job.ts";
import type { Meter } from "./meter.ts";
import { greeting, target } from "./speech.ts";
import { type LineOwner, WebSocketLine } from "./web-socket-line.ts";

const OPENING_AT_ONCE = 100;

/** What a scenario works with. */
export interface Surroundings {
  readonly job: LoadJob;
  readonly meter: Meter;
  /** Ends the measurement: something went wrong that it cannot go on with. */
  readonly failed: (reason: string) => void;
  /** What the server tells of itself after its garbage was collected. */
  readonly factsAfterGarbageCollection: () => Promise<ProcessFacts>;
}

/** Hears what lines receive. */
export type Received = LineOwner["message"];

/**
 * Opens lines until there are `count`.
 *
 * @param message - Hears what they receive.
 * @param atOnce - How many connect at the same time.
 * @param joinOf - What the line of a number says to join, where that is not the main namespace.
 */
export function openLines(
  { job, failed }: Surroundings,
  count: number,
  message: Received,
  atOnce: number = OPENING_AT_ONCE,
  joinOf: (line: number) => Buffer | undefined = () => undefined,
): Promise<readonly WebSocketLine[]> {
  return new Promise((resolve) => {
    const lines: WebSocketLine[] = [];
    let ready = 0;
    const openOne = (): void => {
      if (lines.length < count) {
        const [path, join] = [target(job.language, "websocket"), joinOf(lines.length)];
        lines.push(new WebSocketLine(job.port, path, greeting(job.language), owner, join));
      }
    };
    const owner: LineOwner = {
      ready() {
        ready += 1;
        if (ready === count) resolve(lines);
        else openOne();
      },
      message,
      closed: () => undefined,
      failed,
    };
    for (let i = 0; i < atOnce; i += 1) openOne();
  });
}

/** Ends lines without a word. */
export function destroyAll(lines: Iterable<WebSocketLine>): void {
  for (const line of lines) line.destroy();
}
