// Sessions of clients, one after the other and many at a time, each of which has to be whole from its beginning to its end.
// Place: **clients** -> nginx -> nodes
// Rules: a session that is refused, lost, opened twice, or not moved to the transport it should be on has failed, and says why.
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, ClientSocket, TransportMode } from "../../src/peers/peer.ts";
import { within } from "../../src/peers/wait-for.ts";

/** Who plays, over what. */
export type Player = readonly [client: ClientName, mode: TransportMode];

export const PLAYERS: readonly Player[] = (["our client", "client 2.5", "client 4.8"] as const).flatMap((name) =>
  (["polling", "upgrade"] as const).map((mode) => [name, mode] as const),
);

const PATIENCE_MS = 10_000;
const AT_A_TIME = 10;

/** How the failure of a session ends that is whole, but did not move to a WebSocket. */
export const STAYED = "stayed with polling";

const BYTES: Buffer = Buffer.from([0, 1, 254, 255]);
const LONG_TEXT = "0123456789".repeat(30_000);

/** Asks the server and waits for its answer. */
export function asked(client: ClientSocket, event: string, ...args: readonly unknown[]): Promise<unknown> {
  const answered = new Promise<unknown>((resolve) => client.emit(event, ...args, resolve));
  return within(answered, PATIENCE_MS, `an answer to "${event}"`);
}

/** The node that a client is at; undefined where it does not say so within a second. */
export function placeOf(client: ClientSocket): Promise<unknown> {
  const answered = new Promise<unknown>((resolve) => client.emit("where", resolve));
  return within(answered, 1000, "the name of a node").catch(() => undefined);
}

/** Waits until a client is connected. */
export function connected(client: ClientSocket): Promise<void> {
  const heard = new Promise<void>((resolve) => client.on("connect", () => resolve()));
  return within(heard, PATIENCE_MS, '"connect" of a client');
}

async function isWhole(client: ClientSocket, mode: TransportMode, isLong: boolean): Promise<string | undefined> {
  await connected(client);
  const { id } = client;
  for (const value of ["naïve 😀", { deep: [BYTES] }, isLong ? LONG_TEXT : 1]) {
    const answer = await asked(client, "echo", value);
    if (JSON.stringify(answer) !== JSON.stringify(value)) return `got ${JSON.stringify(answer)} back`;
  }
  if (mode === "upgrade") {
    const isMoved = await client.upgraded().then(
      () => true,
      () => false,
    );
    for (const value of [1, BYTES, "after"]) {
      const answer = await asked(client, "echo", value);
      const when = isMoved ? "once moved" : "which did not move";
      if (JSON.stringify(answer) !== JSON.stringify(value)) return `got ${JSON.stringify(answer)} back, ${when}`;
    }
    if (!isMoved && client.id === id) return STAYED;
  }
  return client.id === id ? undefined : "was opened twice";
}

async function playOne(
  [name, mode]: Player,
  url: string,
  options: object,
  isLong: boolean,
): Promise<string | undefined> {
  const peer = await clientPeer(name);
  const client = peer.connect(url, { mode, ...options });
  const lost = new Promise<string>((resolve) => {
    client.on("disconnect", (reason) => resolve(`was lost: ${String(reason)}`));
    client.onRefused(({ payload }) => resolve(`was refused: ${String(payload)}`));
  });
  try {
    return await Promise.race([isWhole(client, mode, isLong), lost]);
  } catch (error) {
    return String(error);
  } finally {
    client.dispose();
  }
}

/**
 * Plays sessions, by all players in turn.
 * @param ca the certificate, where the server speaks TLS.
 * @param query what each request carries.
 * @returns what went wrong, one line for each session that failed.
 */
export async function playSessions(
  count: number,
  port: number,
  ca?: string,
  query: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const url = `${ca === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  const failures: string[] = [];
  let next = 0;
  const playOn = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const player = PLAYERS[index % PLAYERS.length];
      if (player === undefined) return;
      const failure = await playOne(player, url, { query, ...(ca !== undefined && { ca }) }, index % 7 === 0);
      if (failure !== undefined) failures.push(`${player.join(" over ")} ${failure}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, playOn));
  return failures;
}
