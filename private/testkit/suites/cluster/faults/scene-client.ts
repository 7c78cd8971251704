// A client of a scene, by whoever made it: official ones and ours in turn.
// Place: audience, sender -> **client** -> balancer or node

import { io as connectOwn } from "@bowline/client";
import { io as connectOfficial } from "socket.io-client-v4";
import { waitFor } from "../../../src/peers/wait-for.ts";

/** How long the first connection may take, in milliseconds. */
const CONNECT_MS = 20_000;

/** A client is to be quick, since what is measured is how soon servers have it back. */
const OPTIONS = {
  forceNew: true,
  transports: ["websocket"],
  reconnectionDelay: 50,
  reconnectionDelayMax: 250,
  timeout: 1500,
};

/** What is used of a client, whoever made it. */
export interface SceneClient {
  readonly connected: boolean;
  readonly recovered: boolean;
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  once(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
  timeout(ms: number): { emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown> };
  disconnect(): unknown;
}

function asSceneClient(made: unknown): SceneClient;
function asSceneClient(made: unknown): unknown {
  return made;
}

/** By whose client a connection is made. */
const KINDS: readonly ((url: string) => SceneClient)[] = [
  (url) => asSceneClient(connectOfficial(url, OPTIONS)),
  (url) => asSceneClient(connectOwn(url, OPTIONS)),
];

/** Connects, by an official client or one of ours in turn. @param turn 0 and all even numbers are official. */
export async function connectClient(url: string, turn: number, name: string): Promise<SceneClient> {
  const client = KINDS[turn % KINDS.length]?.(url);
  if (client === undefined) throw new Error(`Cannot connect "${name}": there is no client for turn ${turn}`);
  await waitFor(client, "connect", CONNECT_MS, name);
  return client;
}
