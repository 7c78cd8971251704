// One attack that broke a server of the family, or one of its peers: what is done, and by what one sees that it worked.
// Place: attacker -> **bytes** -> a server in a process of its own
// Rules: the same attack is played against ours, which has to withstand it, and against a published version with the hole,
//        which has not, so that every one of them is known to be able to fail.

import { createRequire } from "node:module";
import { converse, request } from "../hostile/raw-http.ts";
import { joinByWebSocket } from "../hostile/raw-websocket.ts";
import type { Revision } from "../hostile/traffic.ts";
import { HASTY, startVictim, type Victim, type VictimOptions } from "../hostile/victim-process.ts";

/** A server with a hole, by its name in tools/security-packages.mjs. */
export interface Holed {
  readonly server: string;
  readonly revision: Revision;
  readonly options?: VictimOptions;
}

/** An attack. */
export interface Attack {
  /** What is withstood, as a rule. */
  readonly name: string;
  /** The advisories that tell of it. */
  readonly ids: readonly string[];
  /** In which revisions of the engine it can be played. */
  readonly revisions: readonly Revision[];
  /** A published version that does not withstand it, where one can be installed. */
  readonly holed?: Holed;
  /** @returns what is wrong, or undefined; that the server lives is looked at afterwards. */
  play(victim: Victim, revision: Revision): Promise<string | undefined>;
}

/** Plays an attack. @returns what is wrong afterwards; undefined where nothing is. */
export async function faultAfter({ play }: Attack, victim: Victim, revision: Revision): Promise<string | undefined> {
  let fault: string | undefined;
  try {
    fault = await play(victim, revision);
    // A process that is about to die answers no more.
    const { replies } = await converse(victim.port, request("GET", "/elsewhere"));
    if (replies[0]?.status !== 404) fault ??= "the server answers no more";
    const { prototypesAreClean } = await victim.report();
    if (!prototypesAreClean) fault ??= "a prototype was changed";
  } catch (error) {
    fault ??= String(error);
  }
  return victim.causeOfDeath === undefined ? fault : `the server died: ${victim.causeOfDeath}`;
}

/** Starts a server for an attack: ours, or one with a hole. */
export function startTarget(holed?: Holed): Promise<Victim> {
  if (holed === undefined) return startVictim(HASTY);
  return startVictim({ ...HASTY, ...holed.options }, "plain", holedServer(holed.server));
}

/** Where a holed server is. */
function holedServer(name: string): string {
  const folder = new URL(`../../../../.cache/security/${name.replaceAll(" ", "-")}/package.json`, import.meta.url);
  return createRequire(folder).resolve("socket.io");
}

/** Sends frames on a WebSocket of its own. @returns what is wrong where the server does not close it. */
export async function isDismissed(
  victim: Victim,
  revision: Revision,
  ...frames: readonly Uint8Array[]
): Promise<string | undefined> {
  const webSocket = await joinByWebSocket(victim.port, revision);
  webSocket.write(...frames);
  const isClosed = await webSocket.dismissed();
  const [answer] = webSocket.texts.filter((text) => /^4[356]/.test(text));
  webSocket.connection.socket.destroy();
  if (!isClosed) return "the connection is still open";
  return answer === undefined ? undefined : `it was answered: ${answer.slice(0, 100)}`;
}

/** The first of several findings. */
export async function firstOf<Case>(
  cases: readonly Case[],
  play: (one: Case) => Promise<string | undefined>,
): Promise<string | undefined> {
  for (const one of cases) {
    const fault = await play(one);
    if (fault !== undefined) return `${JSON.stringify(one)}: ${fault}`;
  }
  return undefined;
}
