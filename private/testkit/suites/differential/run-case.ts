// Plays a case with given peers and gives its transcript.
// Place: tests -> **run** -> scene -> peers
// Rules: a run that fails says which case, with whom, over what, and what had been observed until then; the
//        transcripts of the references are played once per process.

import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, TransportMode } from "../../src/peers/peer.ts";
import { serverPeer } from "../../src/peers/server-peers.ts";
import type { DifferentialCase } from "./case.ts";
import { canExclude, clientGeneration, type Meeting, meetingName, serverGeneration } from "./pairings.ts";
import { openScene } from "./scene.ts";

const played = new Map<string, Promise<readonly string[]>>();

/**
 * Plays a case.
 *
 * @param script - The case.
 * @param meeting - Who takes part.
 * @param reference - The official meeting that tells what can be observed.
 * @param mode - The transports.
 * @returns The transcript.
 * @throws Error with the transcript so far when the case does not get through.
 */
export async function runCase(
  script: DifferentialCase,
  meeting: Meeting,
  reference: Meeting,
  mode: TransportMode,
): Promise<readonly string[]> {
  const scene = openScene(
    {
      server: await serverPeer(meeting.server, meeting.parsers?.server),
      clients: await Promise.all(meeting.clients.map((client) => clientPeer(client, meeting.parsers?.client))),
      vocabulary: {
        client: leastGeneration(reference.clients),
        server: serverGeneration(reference.server),
        excludes: canExclude(reference.server),
      },
    },
    mode,
  );
  try {
    await script.run(scene);
    return scene.transcript.lines();
  } catch (error) {
    const observed = scene.transcript.lines().join("\n  ");
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot play "${script.name}" of ${meetingName(meeting)} over ${mode}: ${reason}\nobserved until then:\n  ${observed}`,
      { cause: error },
    );
  } finally {
    await scene.clearUp();
  }
}

/**
 * Plays a case with its official peers, or gives the transcript of an earlier time.
 *
 * @param script - The case.
 * @param reference - The official meeting.
 * @param mode - The transports.
 * @returns The transcript.
 */
export function runReference(
  script: DifferentialCase,
  reference: Meeting,
  mode: TransportMode,
): Promise<readonly string[]> {
  const key = `${script.name} / ${meetingName(reference)} / ${mode}`;
  const earlier = played.get(key);
  if (earlier !== undefined) {
    return earlier;
  }
  const run = runCase(script, reference, reference, mode);
  played.set(key, run);
  return run;
}

function leastGeneration(clients: readonly ClientName[]): 2 | 4 {
  return clients.some((client) => clientGeneration(client) === 2) ? 2 : 4;
}
