// The scenarios over WebSocket: clients that ask for an echo, hear broadcasts, come and go, or do nothing.
// Place: load process -> **scenarios** -> WebSocket line
// Rules: a scenario ends its lines; each step is driven by the one before, so that a slow server is never flooded; only
//        the scenario with a rate keeps to the clock.

import { setTimeout as delay } from "node:timers/promises";
import type { LoadJob, Measurement, ProcessFacts } from "./job.ts";
import type { Meter } from "./meter.ts";
import { echoFrames, greeting, publishFrame, target } from "./speech.ts";
import { type LineOwner, WebSocketLine } from "./web-socket-line.ts";

const OPENING_AT_ONCE = 100;
/** Connections before memory is counted: what a server makes once is there by then. */
const FIRST_CLIENTS = 100;
const SETTLE_MS = 200;

/** What a scenario works with. */
export interface Surroundings {
  readonly job: LoadJob;
  readonly meter: Meter;
  /** Ends the measurement: something went wrong that it cannot go on with. */
  readonly failed: (reason: string) => void;
  /** What the server tells of itself after its garbage was collected. */
  readonly factsAfterGarbageCollection: () => Promise<ProcessFacts>;
}

type Received = LineOwner["message"];

/** Opens lines until there are `count`; `message` hears what they receive. */
function openLines({ job, failed }: Surroundings, count: number, message: Received): Promise<readonly WebSocketLine[]> {
  return new Promise((resolve) => {
    const lines: WebSocketLine[] = [];
    let ready = 0;
    const openOne = (): void => {
      if (lines.length < count) {
        lines.push(new WebSocketLine(job.port, target(job.language, "websocket"), greeting(job.language), owner));
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
    for (let i = 0; i < OPENING_AT_ONCE; i += 1) openOne();
  });
}

function destroyAll(lines: readonly WebSocketLine[]): void {
  for (const line of lines) line.destroy();
}

/** Every client has `inFlight` events under way and sends the next one when an answer comes. */
export async function echo(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const frames = echoFrames(Math.max(1, job.inFlight));
  const one = frames.at(1) ?? Buffer.alloc(0);
  // Answers that came in one chunk are followed by events in one write.
  const due = new Map<WebSocketLine, number>();
  let isScheduled = false;
  const sendDue = (): void => {
    isScheduled = false;
    for (const [line, count] of due) line.write(frames.at(count) ?? one);
    due.clear();
  };
  const isPipelined = job.inFlight > 1;
  const lines = await openLines(surroundings, job.clients, (line) => {
    const now = performance.now();
    meter.done(1);
    meter.took(now - line.sentAt);
    line.sentAt = now;
    if (isPipelined) {
      due.set(line, (due.get(line) ?? 0) + 1);
      if (!isScheduled) queueMicrotask(sendDue);
      isScheduled = true;
    } else {
      line.write(one);
    }
  });
  for (const line of lines) {
    line.sentAt = performance.now();
    line.write(frames.at(job.inFlight) ?? one);
  }
  const measurement = await meter.run(job);
  destroyAll(lines);
  return measurement;
}

/** Events are sent at a fixed rate, each by the next client that waits for nothing. */
export async function echoAtRate(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const one = echoFrames(1).at(1) ?? Buffer.alloc(0);
  const lines = await openLines(surroundings, job.clients, (line) => {
    meter.done(1);
    meter.took(performance.now() - line.sentAt);
    line.sentAt = 0;
  });
  for (const line of lines) line.sentAt = 0;
  let turn = 0;
  const nextIdle = (): WebSocketLine | undefined => {
    for (let tried = 0; tried < lines.length; tried += 1) {
      turn = (turn + 1) % lines.length;
      const line = lines[turn];
      if (line?.sentAt === 0) return line;
    }
    return undefined; // every client waits: the server cannot keep up, which the latency shows
  };
  let dueUntil = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    for (; dueUntil < now; dueUntil += 1000 / job.ratePerSecond) {
      const line = nextIdle();
      if (line === undefined) continue;
      line.sentAt = now;
      line.write(one);
    }
  }, 1);
  const measurement = await meter.run(job, job.ratePerSecond);
  clearInterval(timer);
  destroyAll(lines);
  return measurement;
}

/** The first client has the server send to everybody; when everybody has heard, it does so again. */
export async function broadcast(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const publish = publishFrame(job.language, job.perTurn);
  const perRound = job.clients * job.perTurn;
  let missing = perRound;
  let publisher: WebSocketLine | undefined;
  let publishedAt = 0;
  const send = (): void => {
    missing = perRound;
    publishedAt = performance.now();
    publisher?.write(publish);
  };
  const lines = await openLines(surroundings, job.clients, () => {
    meter.done(1);
    missing -= 1;
    if (missing > 0) return;
    meter.took(performance.now() - publishedAt);
    send();
  });
  publisher = lines[0];
  send();
  const measurement = await meter.run(job);
  destroyAll(lines);
  return measurement;
}

/** So many clients at a time connect, join, say goodbye and are replaced. */
export async function connect({ job, meter, failed }: Surroundings): Promise<Measurement> {
  const lines = new Set<WebSocketLine>();
  let isOver = false;
  const owner: LineOwner = {
    ready(line) {
      meter.done(1);
      meter.took(performance.now() - line.sentAt);
      line.close();
    },
    message: () => undefined,
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
  destroyAll([...lines]);
  return measurement;
}

/** Connected clients that do nothing: what the server's memory grows by for each. */
export async function idle(surroundings: Surroundings): Promise<Measurement> {
  const { job, factsAfterGarbageCollection } = surroundings;
  const nothing = () => undefined;
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
