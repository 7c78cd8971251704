// Finds out which revision a server speaks, without an additional request where polling comes first.
// Place: bytes -> engine dialect (**which one**) -> session; pure, read by what listens to the first packets.
// Rules: a polling body shows its revision by its framing, and is decoded with the right codec at once;
//        nothing is sent that any server would take for a fault: no CONNECT for `/`, no engine ping.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import type { EngineDialect, Packet } from "@bowline/protocol";
import { eio3Client as eio3, eio4Client as eio4 } from "@bowline/protocol/internal";

/** Revision of the Engine.IO protocol. */
export type Revision = 3 | 4;

/** What is spoken in each. */
export const DIALECTS: Readonly<Record<Revision, EngineDialect>> = { 3: eio3, 4: eio4 };

/** The revision that a polling body with an open packet is written in; undefined when it is no such body. */
export function revisionOfBody(body: string | Uint8Array): Revision | undefined {
  if (typeof body === "string") {
    const start = /^(\d+:)?0\{/.exec(body);
    return start === null ? undefined : start[1] === undefined ? 4 : 3;
  }
  // A marker, the length with a byte for each digit, its end, `0{`.
  const end = body.indexOf(0xff);
  return body[0] === 0 && end > 1 && body[end + 1] === 0x30 && body[end + 2] === 0x7b ? 3 : undefined;
}

/** The `code` in the body of a refused handshake; undefined when it is not our kind of server that refused. */
export function refusalCode(body: string | Uint8Array): number | undefined {
  try {
    const parsed: unknown = typeof body === "string" ? JSON.parse(body) : undefined;
    const code: unknown = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "code") : undefined;
    return typeof code === "number" ? code : undefined;
  } catch {
    return undefined;
  }
}

const UNSUPPORTED_REVISION = 5;

/** Whether a refused handshake may succeed with the other revision. */
export function blamesRevision(status: number, body: string | Uint8Array): boolean {
  const code = refusalCode(body);
  return status === 400 && (code === undefined || code === UNSUPPORTED_REVISION);
}

/** The other one. */
export function otherRevision(revision: Revision): Revision {
  return revision === 4 ? 3 : 4;
}

/** What a packet over a WebSocket gives away. */
export interface Clue {
  readonly revision: Revision;
  /** Whether it is the answer to the probe, and no packet for the program. */
  readonly isAnswer: boolean;
  /** Whether the namespace of the probe exists after all, and has to be left. */
  readonly hasJoined: boolean;
}

/** How servers written in Python refuse a namespace in the newer protocol: with a text, where the others send an object. */
const PYTHON_REFUSAL = ',"Unable to connect"';

/**
 * Reads what a packet gives away; undefined when it tells nothing.
 * @param probe the namespace that the server was asked for, which nobody knows.
 */
export function readClue({ type, data }: Packet, probe: string | undefined): Clue | undefined {
  // Of the two only revision 4 has servers that ping.
  if (type === "ping") return { revision: 4, isAnswer: false, hasJoined: false };
  if (type !== "message" || typeof data !== "string") return undefined;
  if (probe !== undefined && /^[04]/.test(data) && data.startsWith(probe, 1)) {
    const payload = data.slice(1 + probe.length);
    const isNewer = payload.startsWith(",{") || payload === PYTHON_REFUSAL;
    return { revision: isNewer ? 4 : 3, isAnswer: true, hasJoined: data.startsWith("0") };
  }
  // Nobody was asked for the main namespace, so this server joins clients to it, or refuses them, by itself.
  return /^(0$|4(?!\/))/.test(data) ? { revision: 3, isAnswer: false, hasJoined: false } : undefined;
}
