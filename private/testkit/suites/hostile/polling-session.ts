// A polling session in the attacker's hands.
// Place: attacker -> **HTTP requests** -> engine -> polling carrier -> session
// Rules: every request has a connection of its own; what the attacker opened it also ends, so that a session that stays
//        behind is the server's fault.

import { type Conversation, converse, request } from "./raw-http.ts";
import { goodbye, pollingTarget, type Revision, textBody } from "./traffic.ts";

/** A session over long-polling. */
export interface PollingSession {
  readonly sid: string;
  readonly target: string;
  get(): Promise<Conversation>;
  post(body: Uint8Array | string, headers?: string): Promise<Conversation>;
  /** Says goodbye as a client does. */
  leave(): Promise<void>;
}

/** The session ids in what the server said. */
export function sidsIn({ replies }: Conversation): readonly string[] {
  return replies.flatMap(({ body }) =>
    [...body.matchAll(/"sid":"([\w-]+)","upgrades"/g)].map((match) => match[1] ?? ""),
  );
}

/** Ends a session, whatever has become of it. */
export async function endSession(port: number, revision: Revision, sid: string): Promise<void> {
  await converse(port, request("POST", pollingTarget(revision, sid), goodbye(revision)));
}

/**
 * Opens a session over long-polling.
 *
 * @param port - The victim's port.
 * @param revision - The protocol revision.
 * @param joins - Whether the main namespace is joined, which revision 3 does by itself.
 * @returns The session.
 */
export async function openPolling(port: number, revision: Revision, joins = true): Promise<PollingSession> {
  const opened = await converse(port, request("GET", pollingTarget(revision)));
  const [sid] = sidsIn(opened);
  if (sid === undefined) throw new Error(`Cannot open a session: the server said ${JSON.stringify(opened.replies)}`);
  const target = pollingTarget(revision, sid);
  const session: PollingSession = {
    sid,
    target,
    get: () => converse(port, request("GET", target)),
    post: (body, headers) => converse(port, request("POST", target, body, headers)),
    leave: () => endSession(port, revision, sid),
  };
  if (joins && revision === 4) await session.post(textBody(revision, ["40"]));
  return session;
}
