// Our client, held to a protocol that the server does not speak: it says so in bounded time, and says what to do.
// Several servers say nothing at all, so official clients wait for ever; what to observe stands here in full.
// Place: **tests** -> peers

import { describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ServerName, TransportMode } from "../../src/peers/peer.ts";
import { serverPeer } from "../../src/peers/server-peers.ts";
import { ALL_MODES } from "./case.ts";
import { happened } from "./scene.ts";

/** A WebSocket that is silent is given up after 5 seconds. */
const LONGEST_MS = 7000;

/** What a failure says: its message, its hint, and whether the client took itself for connected before. */
async function failAt(name: ServerName, mode: TransportMode): Promise<readonly [string, unknown, boolean]> {
  const server = await (await serverPeer(name)).start({});
  const client = (await clientPeer("our client held to protocol 3")).connect(server.url, { mode });
  try {
    let hasConnected = false;
    client.on("connect", () => {
      hasConnected = true;
    });
    const [error] = await happened(client, "connect_error", "the client's failure to connect", LONGEST_MS);
    const hint: unknown = error instanceof Error ? Reflect.get(error, "hint") : undefined;
    return [error instanceof Error ? error.message : "", hint, hasConnected];
  } finally {
    client.dispose();
    await server.kill();
  }
}

describe.concurrent.each(["server 3.1", "server 4.0", "server 4.4", "server 4.8"] as const)(
  "our client held to protocol 3, at %s",
  (name) => {
    test.each(ALL_MODES)("fails over %s and names the option and allowEIO3", async (mode) => {
      const [message, hint, hasConnected] = await failAt(name, mode);
      expect([message, hasConnected]).toEqual([mode === "websocket" ? "websocket error" : "xhr poll error", false]);
      expect(hint).toMatch(/leave the option "protocol" out, or set allowEIO3 on the server/);
    });
  },
);
