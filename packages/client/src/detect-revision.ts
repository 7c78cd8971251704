// Finds out which revision a server speaks, without an additional request where polling comes first.
// Place: bytes -> engine dialect (**which one**) -> session; pure, read by what listens to the first packets.
// Rules: a polling body shows its revision by its framing, and is decoded with the right codec at once;
//        nothing is sent that any server would take for a fault: no CONNECT for `/`, no engine ping.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

/** Revision of the Engine.IO protocol. */
export type Revision = 3 | 4;

/**
 * The revision that a polling body with an open packet is written in; undefined when it is no such body. Bodies of bytes
 * are of the elder one, whatever they hold.
 */
export function revisionOfBody(body: string | Uint8Array): Revision | undefined {
  if (typeof body !== "string" || /^\d+:0\{/.test(body)) return 3;
  return body.startsWith("0{") ? 4 : undefined;
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
