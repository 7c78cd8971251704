// What calls of the bus are rejected with, by a code.
// Place: cluster -> **bus** -> client of Redis -> Redis
// Rules: the sentence says what was tried, why it was not done and what to do; what the client said is the cause. An answer of
//        Redis begins with a word in capitals, and no failure of a connection does.

import { BusError, type BusStatus } from "@bowline/adapter/cluster";

/** What is over by itself. */
const PASSING: ReadonlySet<string> = new Set(["LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "UNBLOCKED"]);

/** What to do about an answer, by its first word. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ["NOPERM", "give the user of the clients the right to do so (ACL SETUSER)"],
  ["NOAUTH", "give the clients a name and a password"],
  ["OOM", "raise maxmemory of Redis, or keep less in it"],
  ["READONLY", "this is a replica: connect to the master, or by its Sentinels"],
  [
    "MOVED",
    "this is a cluster: hand in clients that are made for one; ioredis has to have the option shardedSubscribers: true",
  ],
  ["MISCONF", "Redis cannot save what it holds: see its log"],
]);

/** A client that does not follow the moves of a cluster tells of them in the midst of a sentence. */
const ANSWER = /^(?:.*Last error: ReplyError: )?([A-Z]{2,}) /;

function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * What a call of the bus is rejected with.
 * @param what it was to do, for a sentence.
 * @param cause what the client was rejected with; without one the bus has not tried.
 */
export function busErrorOf(what: string, status: BusStatus, cause?: unknown): BusError {
  if (status === "closed") {
    return new BusError("BOWLINE_BUS_CLOSED", `Cannot ${what}: the bus has been closed; make a new one`, cause);
  }
  const sentence = cause === undefined ? "" : sentenceOf(cause);
  const word = ANSWER.exec(sentence)?.[1];
  if (word === undefined || PASSING.has(word)) {
    const reason = sentence === "" ? "" : ` ("${sentence}")`;
    const remedy = "look whether it runs, and whether the clients have been connected";
    return new BusError("BOWLINE_BUS_AWAY", `Cannot ${what}: Redis is away${reason}; ${remedy}`, cause);
  }
  const remedy = REMEDIES.get(word) ?? "see what that means in the manual of Redis";
  return new BusError("BOWLINE_BUS_REFUSED", `Cannot ${what}: Redis says "${sentence}"; ${remedy}`, cause);
}
