// The scenarios over HTTP: cycles of long-polling, and sessions that begin with it and move to WebSocket.
// Place: load process -> **polling scenarios** -> polling line, WebSocket line
// Rules: a client that upgrades does what those of Socket.IO do: a poll waits while it probes, and its switch comes when
//        the server has let that poll go.
// Source: docs/protocol/engine-4.md, "Upgrade"

import type { Language } from "../peers/peer.ts";
import { clientFrame, TEXT } from "./frames.ts";
import type { Measurement } from "./job.ts";
import type { Surroundings } from "./lines.ts";
import type { Meter } from "./meter.ts";
import { joinByPolling, type PollingLine, type PollingSession } from "./polling-line.ts";
import { ECHO, target } from "./speech.ts";
import { type LineOwner, WebSocketLine } from "./web-socket-line.ts";

const SWITCH_AND_ECHO = Buffer.concat([clientFrame(TEXT, "5"), clientFrame(TEXT, ECHO)]);

/** Joins all clients of a job. */
export function joinAll(
  port: number,
  { language, clients }: { readonly language: Language; readonly clients: number },
  failed: (reason: string) => void,
): Promise<readonly PollingSession[]> {
  const one = () => new Promise<PollingSession>((resolve) => joinByPolling(port, language, failed, resolve));
  return Promise.all(Array.from({ length: clients }, one));
}

/** Has a session post an event and poll for the answer, again and again, over a line of its server or of another one. */
export function pollOn({ poll, post }: PollingSession, line: PollingLine, meter: Meter): void {
  const event = post(ECHO);
  let startedAt = 0;
  const begin = (): void => {
    startedAt = performance.now();
    line.request(event, listen);
  };
  const listen = (): void => line.request(poll, heard);
  const heard = (text: string): void => {
    if (!text.includes("431[")) {
      listen();
      return;
    }
    meter.done(1);
    meter.took(performance.now() - startedAt);
    begin();
  };
  begin();
}

/** Every client posts an event and polls for the answer, again and again. */
export async function polling(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter, failed } = surroundings;
  const sessions = await joinAll(job.port, job, failed);
  for (const session of sessions) pollOn(session, session.line, meter);
  const measurement = await meter.run(job);
  for (const { line } of sessions) line.destroy();
  return measurement;
}

interface Attempt {
  readonly end: () => void;
}

/** One client: joins by polling, moves to WebSocket, has one event answered there, and leaves. */
function attemptUpgrade(
  port: number,
  language: Language,
  failed: (reason: string) => void,
  finished: () => void,
): Attempt {
  let webSocket: WebSocketLine | undefined;
  let isProbed = false;
  let isPollAnswered = false;
  const switchOver = (): void => {
    if (isProbed && isPollAnswered) webSocket?.write(SWITCH_AND_ECHO);
  };
  const owner: LineOwner = {
    ready() {
      isProbed = true;
      switchOver();
    },
    message(switched) {
      line.destroy();
      switched.close();
    },
    closed: finished,
    failed,
  };
  const line = joinByPolling(port, language, failed, (joined) => {
    joined.line.request(joined.poll, () => {
      isPollAnswered = true;
      switchOver();
    });
    webSocket = new WebSocketLine(port, target(language, "websocket", joined.sid), "probe", owner);
  });
  return {
    end() {
      line.destroy();
      webSocket?.destroy();
    },
  };
}

/** So many clients at a time join by polling, upgrade and are replaced. */
export async function upgrade({ job, meter, failed }: Surroundings): Promise<Measurement> {
  const attempts = new Set<Attempt>();
  let isOver = false;
  const begin = (): void => {
    const startedAt = performance.now();
    const attempt = attemptUpgrade(job.port, job.language, failed, () => {
      attempts.delete(attempt);
      if (isOver) return;
      meter.done(1);
      meter.took(performance.now() - startedAt);
      begin();
    });
    attempts.add(attempt);
  };
  for (let i = 0; i < job.clients; i += 1) begin();
  const measurement = await meter.run(job);
  isOver = true;
  for (const attempt of attempts) attempt.end();
  return measurement;
}
