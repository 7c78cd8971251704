// The ways in which the mutated traffic reaches the server, each one attempt of an attacker on connections of its own.
// Place: attacker -> **handshakes, bodies, frames, upgrades** -> the server
// Rules: an assault fails when a reply is not documented or a connection stays open after its attacker has left;
//        what it does to others is measured by the honest clients and the victim's figures.

import type { SeededRandom } from "../../src/seeded-random.ts";
import { type Message, mutateBytes, mutateSequence, oneOf } from "./mutate.ts";
import { endSession, openPolling, sidsIn } from "./polling-session.ts";
import { type Conversation, converse, faultOf, openRaw, readReplies, request } from "./raw-http.ts";
import { frame, openRawWebSocket, upgradeRequest, webSocketTarget } from "./raw-websocket.ts";
import { binaryBody, conversation, pollingTarget, REVISIONS, type Revision, textBody } from "./traffic.ts";

/** One attempt: attacks the server on a port as its randomness decides. */
export type Assault = (port: number, random: SeededRandom) => Promise<void>;

const QUERY_KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  "sid",
  "EIO",
  "transport",
  "t",
  "j",
  "b64",
] as const;
const QUERY_VALUES = [
  "",
  "__proto__",
  "constructor",
  "4",
  "3",
  "polling",
  "websocket",
  "webtransport",
  "%00",
  "%",
  "a%20b",
  "x",
] as const;
const HEADERS = [
  "Content-Type: application/octet-stream\r\n",
  "Content-Type: application/x-www-form-urlencoded\r\n",
  "Content-Type: application/json\r\n",
  "Content-Type: \r\n",
  "Content-Type: text/plain; charset=utf-16\r\n",
  "Content-Encoding: gzip\r\n",
  "Expect: 100-continue\r\n",
  "Expect: the impossible\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Origin: http://evil.example\r\n",
  "Sec-WebSocket-Extensions: constructor; __proto__=1\r\n",
  "Upgrade: h2c\r\nConnection: Upgrade\r\n",
  `Cookie: ${"a=b; ".repeat(200)}\r\n`,
] as const;
const METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "BREW"] as const;

function check(conversation: Conversation): Conversation {
  for (const reply of conversation.replies) {
    const fault = faultOf(reply);
    if (fault !== undefined) throw new Error(`${fault}: ${reply.head.slice(0, 200)}`);
  }
  return conversation;
}

async function checkAndEnd(port: number, revision: Revision, said: Conversation): Promise<void> {
  for (const sid of sidsIn(check(said))) await endSession(port, revision, sid);
}

function mutatedTarget(random: SeededRandom, target: string): string {
  let mutated = target;
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) {
    const pair = `${oneOf(random, QUERY_KEYS)}=${oneOf(random, QUERY_VALUES)}`;
    mutated = random.below(2) === 0 ? `${mutated}&${pair}` : mutated.replace("?", `?${pair}&`);
  }
  return mutated;
}

/** A handshake, by polling or for a WebSocket, with bytes of the request damaged. */
const damagedHandshake: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const polling = request("GET", pollingTarget(revision));
  const webSocket = upgradeRequest(webSocketTarget(revision));
  const [valid, other] = random.below(2) === 0 ? [polling, webSocket] : [webSocket, polling];
  await checkAndEnd(port, revision, await converse(port, mutateBytes(valid, random, other)));
};

/** A handshake with strange keys in its query. */
const strangeQuery: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const bytes =
    random.below(2) === 0
      ? request("GET", mutatedTarget(random, pollingTarget(revision)))
      : upgradeRequest(mutatedTarget(random, webSocketTarget(revision)));
  const said = check(await converse(port, bytes));
  for (const sid of sidsIn(said)) for (const own of REVISIONS) await endSession(port, own, sid);
};

/** A request on an open session with a method, headers or a query that no client sends. */
const strangeRequest: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const session = await openPolling(port, revision);
  const target = random.below(3) === 0 ? mutatedTarget(random, session.target) : session.target;
  const body = textBody(revision, conversation(revision).slice(1, 3));
  check(await converse(port, request(oneOf(random, METHODS), target, body, oneOf(random, HEADERS))));
  await session.leave();
};

/** A POST on an open session with its body damaged, then a poll for what it brought about. */
const damagedBody: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const session = await openPolling(port, revision);
  const messages = conversation(revision);
  const start = random.below(messages.length - 1);
  const sent = messages.slice(start, start + 1 + random.below(6));
  const isBinary = revision === 3 && random.below(3) === 0;
  const write = (list: readonly Message[]) => (isBinary ? binaryBody(list) : textBody(revision, list));
  const body =
    random.below(3) === 0
      ? write(mutateSequence(sent, random, messages))
      : mutateBytes(write(sent), random, write(messages));
  check(await session.post(body, isBinary ? "Content-Type: application/octet-stream\r\n" : ""));
  if (random.below(3) === 0) check(await session.get());
  await session.leave();
};

/** A POST on an open session with bytes of the whole request damaged. */
const damagedRequest: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const session = await openPolling(port, revision);
  const valid = request("POST", session.target, textBody(revision, conversation(revision).slice(1, 4)));
  await checkAndEnd(port, revision, await converse(port, mutateBytes(valid, random, request("GET", session.target))));
  await session.leave();
};

/** Damaged packets in sound WebSocket frames. */
const damagedPackets: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const webSocket = await openRawWebSocket(port, webSocketTarget(revision));
  const messages = conversation(revision);
  webSocket.write(...mutateSequence(messages, random, messages).map((message) => frame(message)));
  await webSocket.connection.quiet(() => webSocket.closeCode !== undefined);
  await webSocket.connection.end();
};

/** Sound packets in damaged WebSocket frames. */
const damagedFrames: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const webSocket = await openRawWebSocket(port, webSocketTarget(revision));
  const valid = Buffer.concat(
    conversation(revision)
      .slice(0, 8)
      .map((message) => frame(message)),
  );
  webSocket.write(mutateBytes(valid, random, upgradeRequest("/")));
  await webSocket.connection.quiet(() => webSocket.closeCode !== undefined);
  await webSocket.connection.end();
};

/** An upgrade from polling to WebSocket with its packets damaged or out of order, while polls and POSTs go on. */
const damagedUpgrade: Assault = async (port, random) => {
  const revision = oneOf(random, REVISIONS);
  const session = await openPolling(port, revision);
  const candidate = await openRaw(port);
  const steps = mutateSequence(["2probe", "5", '42["echo",1]'], random, [
    ...conversation(revision),
    "2",
    "3probe",
    "6",
    "1",
  ]);
  const written = Buffer.concat([
    upgradeRequest(webSocketTarget(revision, session.sid)),
    ...steps.map((message) => frame(message)),
  ]);
  candidate.socket.write(random.below(2) === 0 ? written : mutateBytes(written, random, written));
  const others: Promise<Conversation>[] = [];
  if (random.below(2) === 0) others.push(session.get());
  if (random.below(2) === 0) others.push(session.post(textBody(revision, ['42["echo",2]'])));
  if (random.below(4) === 0) others.push(session.get());
  for (const said of await Promise.all(others)) check(said);
  await candidate.quiet();
  await candidate.end();
  check(readReplies(candidate.received));
  await session.leave();
};

/** All assaults by name. */
export const ASSAULTS: ReadonlyMap<string, Assault> = new Map(
  Object.entries({
    damagedHandshake,
    strangeQuery,
    strangeRequest,
    damagedBody,
    damagedRequest,
    damagedPackets,
    damagedFrames,
    damagedUpgrade,
  }),
);
