// One session with everything around it in the test's hands: the clock, the carrier, the owner.
// Place: bytes -> **carrier, session, owner** -> socket codec
// Rules: nothing happens unless the test does it; times are round numbers that a reader can add up.

import { type EngineDialect, eio4 } from "@bowline/protocol";
import {
  createSessionTerms,
  EncodedFrame,
  EngineSession,
  type Outgoing,
  SILENT,
  type Trace,
} from "@bowline/protocol/internal";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { RecordingCarrier, type RecordingCarrierOptions } from "./recording-carrier.ts";
import { createSessionRecorder, type SessionRecorder } from "./session-recorder.ts";

/** What a test decides about its session. */
export interface SessionSceneOptions extends RecordingCarrierOptions {
  /** Revision 4 by default. */
  readonly dialect?: EngineDialect;
  /** The server by default. */
  readonly side?: "client" | "server";
  readonly trace?: Trace;
}

/** A session and what surrounds it. */
export interface SessionScene {
  readonly clock: FakeClock;
  readonly carrier: RecordingCarrier;
  readonly owner: SessionRecorder;
  readonly session: EngineSession;
}

/** Milliseconds between two heartbeats in a scene. */
export const SCENE_INTERVAL_MS: number = 25_000;
/** Milliseconds that an answer to a heartbeat may take in a scene. */
export const SCENE_TIMEOUT_MS: number = 20_000;

/** A session that has no carrier yet. */
export function createSessionScene(options: SessionSceneOptions = {}): SessionScene {
  const clock = createFakeClock();
  const owner = createSessionRecorder();
  const terms = createSessionTerms({
    dialect: options.dialect ?? eio4,
    side: options.side ?? "server",
    pingIntervalMs: SCENE_INTERVAL_MS,
    pingTimeoutMs: SCENE_TIMEOUT_MS,
    clock,
    trace: options.trace ?? SILENT,
  });
  const session = new EngineSession("s1", owner, terms);
  return { clock, owner, session, carrier: new RecordingCarrier(options) };
}

/** A session that is open over the scene's carrier. */
export function openSessionScene(options: SessionSceneOptions = {}): SessionScene {
  const scene = createSessionScene(options);
  scene.session.attach(scene.carrier);
  scene.clock.endTurn();
  return scene;
}

/** A message of one text frame per text, on its way out. */
export function outgoingMessage(texts: string | readonly string[], flushed?: Outgoing["flushed"]): Outgoing {
  const frames = (typeof texts === "string" ? [texts] : texts).map((text) => new EncodedFrame(`4${text}`));
  return { frames, compress: false, ...(flushed !== undefined && { flushed }) };
}
