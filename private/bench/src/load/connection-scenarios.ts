// The scenarios that are about connections themselves: clients that come and go, all come back at once, or do nothing.
// Place: load process -> **connection scenarios** -> lines
// Rules: a scenario ends its lines; who comes next is driven by who came before.

import { setTimeout as delay } from "node:timers/promises";
import type { Measurement } from "./job.ts";
import { destroyAll, openLines, type Surroundings } from "./lines.ts";
import { greeting, target } from "./speech.ts";
import { type LineOwner, WebSocketLine } from "./web-socket-line.ts";

/** Connections before memory is counted: what a server makes once is there by then. */
const FIRST_CLIENTS = 100;
const SETTLE_MS = 200;
/** In a storm more come at a time than a server takes in one turn. */
const STORMING_AT_ONCE = 200;

const nothing = (): void => undefined;

/** So many clients at a time connect, join, say goodbye and are replaced. */
export async function connect({ job, meter, failed }: Surroundings): Promise<Measurement> {
  const lines = new Set<WebSocketLine>();
  let isOver = false;
  const owner: LineOwner = {
    ready(line) {
      meter.done(1);
      line.close();
    },
    message: nothing,
    closed(line) {
      lines.delete(line);
      if (!isOver) openOne();
    },
    failed,
  };
  const openOne = (): void => {
    lines.add(new WebSocketLine(job.port, target(job.language, "websocket"), greeting(job.language), owner));
  };
  for (let i = 0; i < job.clients; i += 1) openOne();
  const measurement = await meter.run(job);
  isOver = true;
  destroyAll(lines);
  return measurement;
}

/** All clients are cut off at once and come back: what that takes the server for each, and how long until all are there. */
export async function storm(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const before = await openLines(surroundings, job.clients, nothing);
  await delay(SETTLE_MS);
  let after: readonly WebSocketLine[] = [];
  const measurement = await meter.during(job.clients, async () => {
    destroyAll(before);
    after = await openLines(surroundings, job.clients, nothing, STORMING_AT_ONCE);
  });
  destroyAll(after);
  return measurement;
}

/** Connected clients that do nothing: what the server's memory grows by for each. */
export async function idle(surroundings: Surroundings): Promise<Measurement> {
  const { job, factsAfterGarbageCollection } = surroundings;
  const first = await openLines(surroundings, FIRST_CLIENTS, nothing);
  await delay(SETTLE_MS);
  const before = await factsAfterGarbageCollection();
  const lines = await openLines(surroundings, job.clients, nothing);
  await delay(SETTLE_MS);
  const after = await factsAfterGarbageCollection();
  destroyAll(first);
  destroyAll(lines);
  return {
    figures: {
      rssKib: (after.rssBytes - before.rssBytes) / 1024 / job.clients,
      heapKib: (after.heapBytes - before.heapBytes) / 1024 / job.clients,
    },
    loadUtilisation: 0,
  };
}
