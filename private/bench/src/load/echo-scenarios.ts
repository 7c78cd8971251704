// The scenarios in which clients ask and the server answers: as fast as it does, or at a fixed rate.
// Place: load process -> **echo scenarios** -> lines
// Rules: each event is driven by the answer before, so that a slow server is never flooded; only the scenario with a rate
//        keeps to the clock.

import { breathe } from "./breath.ts";
import { BINARY, TEXT } from "./frames.ts";
import type { Measurement } from "./job.ts";
import { destroyAll, openLines, type Surroundings } from "./lines.ts";
import { binaryEchoFrames, echoFrames, namespaceFrames, serveFrame } from "./speech.ts";
import type { WebSocketLine } from "./web-socket-line.ts";

/** Every client has `inFlight` events under way and sends the next one when an answer comes. */
export async function echo(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  const isBinary = job.payloadBytes > 0;
  const frames = isBinary
    ? [Buffer.alloc(0), binaryEchoFrames(job.language, job.payloadBytes)]
    : echoFrames(Math.max(1, job.inFlight));
  const one = frames.at(1) ?? Buffer.alloc(0);
  // An answer with bytes is whole when they are there.
  const answerOpcode = isBinary ? BINARY : TEXT;
  // Answers that came in one chunk are followed by events in one write.
  const due = new Map<WebSocketLine, number>();
  let isScheduled = false;
  const sendDue = (): void => {
    isScheduled = false;
    for (const [line, count] of due) line.write(frames.at(count) ?? one);
    due.clear();
  };
  const isPipelined = job.inFlight > 1;
  const lines = await openLines(surroundings, job.clients, (line, opcode) => {
    if (opcode !== answerOpcode) return;
    meter.done(1);
    if (isPipelined) {
      due.set(line, (due.get(line) ?? 0) + 1);
      if (!isScheduled) queueMicrotask(sendDue);
      isScheduled = true;
    } else {
      line.write(one);
    }
  });
  for (const line of lines) line.write(frames.at(job.inFlight) ?? one);
  const stopBreathing = isPipelined ? breathe() : undefined;
  const measurement = await meter.run(job);
  stopBreathing?.();
  destroyAll(lines);
  return measurement;
}

/** The same with the clients spread over namespaces, which the server makes first; each has one event under way. */
export async function echoInNamespaces(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  let answered: () => void = () => undefined;
  const [first] = await openLines(surroundings, 1, () => answered(), 1);
  await new Promise<void>((resolve) => {
    answered = resolve;
    first?.write(serveFrame(job.language, job.namespaces));
  });
  const frames = Array.from({ length: job.namespaces }, (_, number) => namespaceFrames(number));
  const nothing = Buffer.alloc(0);
  const echoes = new Map<WebSocketLine, Buffer>();
  const ask = (line: WebSocketLine): void => line.write(echoes.get(line) ?? nothing);
  const framesOf = (line: number) => frames[line % frames.length];
  const heard = (line: WebSocketLine): void => {
    meter.done(1);
    ask(line);
  };
  const lines = await openLines(surroundings, job.clients, heard, undefined, (line) => framesOf(line)?.join);
  for (const [number, line] of lines.entries()) echoes.set(line, framesOf(number)?.echo ?? nothing);
  for (const line of lines) ask(line);
  const measurement = await meter.run(job);
  destroyAll(lines);
  first?.destroy();
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
  const measurement = await meter.run(job, true);
  clearInterval(timer);
  destroyAll(lines);
  return measurement;
}
