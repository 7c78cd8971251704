// Finds out which revision a server speaks, without an additional request where polling comes first.
// Place: bytes -> engine dialect (**which one**) -> session; decides, while the engine's opening acts.
//
//   WebSocket:  opening --open, sure--> known      opening --open, unsure--> listening --waited--> probing
//               listening, probing --something only one revision says--> known
//
// Rules: a polling body shows its revision by its framing, and is decoded with the right codec at once;
//        nothing is sent that any server would take for a fault: no CONNECT for `/`, no engine ping.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import type { EngineDialect, Packet } from "@bowline/protocol";
import { eio3Client as eio3, eio4Client as eio4 } from "@bowline/protocol/internal";

/** Revision of the Engine.IO protocol. */
export type Revision = 3 | 4;

/** What is spoken in each. */
export const DIALECTS: Readonly<Record<Revision, EngineDialect>> = { 3: eio3, 4: eio4 };

const DIGITS = "0123456789";

/** The revision that a polling body with an open packet is written in; undefined when it is no such body. */
export function revisionOfBody(body: string | Uint8Array): Revision | undefined {
  if (typeof body !== "string") {
    // A marker, the length with a byte for each digit, its end, `0{`.
    const end = body.indexOf(0xff);
    return body[0] === 0 && end > 1 && body[end + 1] === 0x30 && body[end + 2] === 0x7b ? 3 : undefined;
  }
  if (body.startsWith("0{")) return 4;
  let at = 0;
  while (at < body.length && DIGITS.includes(body.charAt(at))) at++;
  return at > 0 && body.startsWith(":0{", at) ? 3 : undefined;
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

/** Where the detection over a WebSocket stands. */
export type Detection =
  | { readonly at: "opening"; readonly asked: Revision }
  | { readonly at: "listening" }
  | { readonly at: "probing"; readonly namespace: string }
  | { readonly at: "known"; readonly revision: Revision };

/** What happens meanwhile. */
export type DetectionInput =
  /** The open packet came. */
  | { readonly is: "open"; readonly hasMaxPayload: boolean }
  | { readonly is: "packet"; readonly packet: Packet }
  /** The time for something unasked is over; the probe goes to this namespace, which nobody knows. */
  | { readonly is: "waited"; readonly namespace: string };

/** What to do: `keep` and `drop` are about the packet at hand, `leave` about a namespace that exists after all. */
export type DetectionAction = "wait" | "probe" | "keep" | "drop" | "leave";

/** Where the detection stands next, and what to do, in order. */
export interface DetectionStep {
  readonly state: Detection;
  readonly actions: readonly DetectionAction[];
}

function known(revision: Revision, ...actions: DetectionAction[]): DetectionStep {
  return { state: { at: "known", revision }, actions };
}

/** How servers written in Python refuse a namespace in the newer protocol: with a text, where the others send an object. */
const PYTHON_REFUSAL = ',"Unable to connect"';

/** What an answer to the probe gives away; undefined when the packet is none. */
function readProbeAnswer(text: string, namespace: string): DetectionStep | undefined {
  const payload = text.slice(1 + namespace.length);
  const hasData = payload.startsWith(",{");
  if (!text.startsWith(namespace, 1)) return undefined;
  if (text.startsWith("4")) return known(hasData || payload === PYTHON_REFUSAL ? 4 : 3, "drop");
  return text.startsWith("0") ? known(hasData ? 4 : 3, "drop", "leave") : undefined;
}

function stepPacket(state: Detection, packet: Packet): DetectionStep {
  // Of the two only revision 4 has servers that ping.
  if (packet.type === "ping") return known(4, "keep");
  const { data } = packet;
  if (packet.type !== "message" || typeof data !== "string") return { state, actions: ["keep"] };
  const answer = state.at === "probing" ? readProbeAnswer(data, state.namespace) : undefined;
  if (answer !== undefined) return answer;
  // Nobody was asked for the main namespace, so this server joins clients to it, or refuses them, by itself.
  const isUnasked = data === "0" || (data.startsWith("4") && !data.startsWith("4/"));
  return isUnasked ? known(3, "keep") : { state, actions: ["keep"] };
}

/** Moves the detection on. */
export function stepDetection(state: Detection, input: DetectionInput): DetectionStep {
  switch (state.at) {
    case "known":
      return { state, actions: input.is === "packet" ? ["keep"] : [] };
    case "opening":
      if (input.is !== "open") return { state, actions: input.is === "packet" ? ["keep"] : [] };
      // Servers announce this since 4.5; asked for revision 3, they speak it when they open at all.
      if (input.hasMaxPayload) return known(state.asked);
      return { state: { at: "listening" }, actions: ["wait"] };
    case "listening":
    case "probing":
      if (input.is === "packet") return stepPacket(state, input.packet);
      return input.is === "waited" && state.at === "listening"
        ? { state: { at: "probing", namespace: input.namespace }, actions: ["probe"] }
        : { state, actions: [] };
    /* v8 ignore next 2 -- @preserve */
    default:
      return state satisfies never;
  }
}
