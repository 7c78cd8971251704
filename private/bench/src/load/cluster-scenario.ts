// The scenarios with several servers that are connected: events go in at the first one, and come out at others.
// Place: load process -> **cluster scenarios** -> WebSocket line, polling line
// Rules: where costs and latencies are asked for, one event is under way, so that none shares its way with another, however
//        busy the machine is; nothing is measured before everybody who shall hear has heard.

import { setTimeout as delay } from "node:timers/promises";
import { median } from "../statistics.ts";
import { breathe } from "./breath.ts";
import type { ClusterJob, ClusterNode, Measurement } from "./job.ts";
import type { Meter } from "./meter.ts";
import { PollingLine } from "./polling-line.ts";
import { joinAll, pollOn } from "./polling-scenarios.ts";
import { greeting, joinFrame, publishFrame, target } from "./speech.ts";
import { WebSocketLine } from "./web-socket-line.ts";

const FIRST_WORDS_MS = 50;
const MOST_FIRST_WORDS = 200;
const SETTLE_MS = 200;
const CLOCK_STEP_MS = 0.001;
const ROOM = 0;

/** What the scenarios work with. */
export interface ClusterSurroundings {
  readonly job: ClusterJob;
  readonly meter: Meter;
  readonly failed: (reason: string) => void;
}

/** A client, and what it does when it hears something. */
interface Listener {
  readonly line: WebSocketLine;
  heard: () => void;
}

function listenAt(node: ClusterNode | undefined, { job, failed }: ClusterSurroundings): Promise<Listener> {
  if (node === undefined) throw new Error("Cannot measure: the cluster has too few servers");
  return new Promise((resolve) => {
    const listener: Listener = {
      line: new WebSocketLine(node.port, target(job.language, "websocket"), greeting(job.language), {
        ready: () => resolve(listener),
        message: () => listener.heard(),
        closed: () => undefined,
        failed,
      }),
      heard: () => undefined,
    };
  });
}

/** Has a client join the room; ends when the server says so. */
function join(listener: Listener, language: ClusterJob["language"]): Promise<void> {
  return new Promise((resolve) => {
    listener.heard = resolve;
    listener.line.write(joinFrame(language, ROOM, 1, 1));
  });
}

/** Speaks until all have heard something, and until nothing is under way any more. */
async function firstWords(listeners: readonly Listener[], speak: () => void): Promise<void> {
  const silent = new Set(listeners);
  for (const listener of listeners) listener.heard = () => silent.delete(listener);
  for (let i = 0; silent.size > 0; i += 1) {
    if (i === MOST_FIRST_WORDS) throw new Error("Cannot measure: other servers hear nothing");
    speak();
    await delay(FIRST_WORDS_MS);
  }
  await delay(SETTLE_MS);
}

/** How much later the middle event arrived there than here; what comes in one turn of the loop counts as the clock's step. */
export function addedMs(laterMs: readonly number[]): number {
  return Math.max(CLOCK_STEP_MS, median(laterMs));
}

/** The next event when all have heard the last one. */
async function oneUnderWay(
  { job, meter }: ClusterSurroundings,
  listeners: readonly Listener[],
  speak: () => void,
): Promise<Measurement> {
  const heardAt = listeners.map(() => 0);
  const laterMs: number[] = [];
  let missing = 0;
  let sentAt = 0;
  const send = (): void => {
    missing = listeners.length;
    sentAt = performance.now();
    speak();
  };
  for (const [index, listener] of listeners.entries()) {
    listener.heard = () => {
      heardAt[index] = performance.now();
      missing -= 1;
      if (missing > 0) return;
      const there = heardAt.at(-1) ?? Number.NaN;
      meter.took(there - sentAt);
      laterMs.push(there - (heardAt.at(0) ?? Number.NaN));
      meter.done(1);
      send();
    };
  }
  send();
  const { figures, loadUtilisation } = await meter.run(job, true);
  return { figures: { ...figures, addedMs: addedMs(laterMs) }, loadUtilisation };
}

/** To everybody: a client of the first server hears it, and one of the second; the others have no clients. */
async function across(surroundings: ClusterSurroundings): Promise<Measurement> {
  const { language, nodes } = surroundings.job;
  const listeners = await Promise.all(nodes.slice(0, 2).map((node) => listenAt(node, surroundings)));
  const speak = (): void => listeners[0]?.line.write(publishFrame(language, 1, 0));
  await firstWords(listeners, speak);
  const measurement = await oneUnderWay(surroundings, listeners, speak);
  for (const { line } of listeners) line.destroy();
  return measurement;
}

/** To a room that has its only member at the second server. */
async function interest(surroundings: ClusterSurroundings): Promise<Measurement> {
  const { language, nodes } = surroundings.job;
  const [speaker, member] = [await listenAt(nodes[0], surroundings), await listenAt(nodes[1], surroundings)];
  await join(member, language);
  const speak = (): void => speaker.line.write(publishFrame(language, 1, 0, ROOM));
  await firstWords([member], speak);
  const measurement = await oneUnderWay(surroundings, [member], speak);
  speaker.line.destroy();
  member.line.destroy();
  return measurement;
}

/** To everybody, where clients are on all servers alike and much is under way; an operation is a delivery. */
async function spread(surroundings: ClusterSurroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const { language, nodes, clients, inFlight } = job;
  const listeners = await Promise.all(
    Array.from({ length: clients }, (_, client) => listenAt(nodes[client % nodes.length], surroundings)),
  );
  const frame = publishFrame(language, 1, 0);
  const speak = (): void => listeners[0]?.line.write(frame);
  await firstWords(listeners, speak);
  let missing = clients;
  const heard = (): void => {
    meter.done(1);
    missing -= 1;
    if (missing > 0) return;
    missing = clients;
    speak();
  };
  for (const listener of listeners) listener.heard = heard;
  for (let i = 0; i < inFlight; i += 1) speak();
  const stopBreathing = breathe();
  const measurement = await meter.run(job);
  stopBreathing();
  for (const { line } of listeners) line.destroy();
  return measurement;
}

/** Long-polling sessions of the first server: their requests come there, or all of them to the second one. */
async function polls({ job, meter, failed }: ClusterSurroundings, at: 0 | 1): Promise<Measurement> {
  const [home, other] = [job.nodes[0], job.nodes[at]];
  if (home === undefined || other === undefined) throw new Error("Cannot measure: the cluster has too few servers");
  const sessions = await joinAll(home.port, job, failed);
  const lines = sessions.map((session) => {
    if (at !== 0) session.line.destroy();
    const line = at === 0 ? session.line : new PollingLine(other.port, failed);
    pollOn(session, line, meter);
    return line;
  });
  const measurement = await meter.run(job);
  for (const line of lines) line.destroy();
  return measurement;
}

/** Plays what the job says. */
export function playCluster(surroundings: ClusterSurroundings): Promise<Measurement> {
  const { scenario } = surroundings.job;
  switch (scenario) {
    case "across":
      return across(surroundings);
    case "interest":
      return interest(surroundings);
    case "spread":
      return spread(surroundings);
    case "poll-home":
      return polls(surroundings, 0);
    case "poll-away":
      return polls(surroundings, 1);
    default:
      return scenario satisfies never;
  }
}
