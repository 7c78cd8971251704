// Connections of our own beside a client that a program has handed in, as command lines, on Node.
// Place: streams bus -> command line -> **client of Redis** -> Redis
// Rules: they are like the program's client, but refuse what they cannot send now, and never send anything twice.

import { callCommand, isNodeRedis, type RedisClient } from "../../redis-client.ts";
import type { CommandLine } from "../command-line.ts";

/** What tells that a client may be ready or no longer so. */
const CHANGES = ["ready", "error", "reconnecting", "end", "close"] as const;

/** How node-redis gives texts: 36 is the type of texts in its answers, as version 5 asks; version 4 has a switch. */
const AS_BYTES = { returnBuffers: true, typeMapping: { 36: Buffer } };

/** An error of a client is told by the status of the bus: without a listener it would end the process. */
function noError(): void {}

/** A client with events. */
interface OwnClient {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** A second client like the one that was handed in. */
function asOwn(made: unknown): RedisClient & OwnClient;
function asOwn(made: unknown): unknown {
  return made;
}

function duplicate(client: RedisClient, overrides: object): RedisClient & OwnClient {
  const method: unknown = Reflect.get(client, "duplicate");
  if (typeof method !== "function" || "nodes" in client || "masters" in client) {
    throw new TypeError(
      "Cannot use the client of Redis for streams: it cannot be duplicated; hand in a client of node-redis or ioredis for one server or a Sentinel",
    );
  }
  const made = asOwn(Reflect.apply(method, client, [overrides]));
  made.on("error", noError);
  return made;
}

/** Connects once more. @returns the client, which connects by itself. */
export function openOwn(client: RedisClient): RedisClient & OwnClient {
  if (isNodeRedis(client)) {
    const own = duplicate(client, { disableOfflineQueue: true });
    // Its client tells of failures by events, and tries again by itself.
    callCommand(own, "connect").catch(noError);
    return own;
  }
  return duplicate(client, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    lazyConnect: false,
    // What is on its way when the connection breaks is told at once; without this nobody would ever hear of it.
    maxRetriesPerRequest: 0,
  });
}

/** Ends a connection of our own. */
export function closeOwn(client: RedisClient): void {
  // Version 5 of node-redis; the others call it otherwise.
  const end = "destroy" in client ? "destroy" : "disconnect";
  callCommand(client, end).catch(noError);
}

function toBuffer(part: string | Uint8Array): string | Buffer {
  return typeof part === "string" ? part : Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}

/** A connection of our own as a command line. */
export function commandLineOf(client: RedisClient & OwnClient): CommandLine {
  const isNode = isNodeRedis(client);
  return {
    get isReady() {
      return isNodeRedis(client) ? (client.isReady ?? client.isOpen) : client.status === "ready";
    },
    onChange(listener) {
      for (const event of CHANGES) client.on(event, listener);
      return () => {
        for (const event of CHANGES) client.off(event, listener);
      };
    },
    send(...command) {
      const parts = command.map(toBuffer);
      return isNode ? callCommand(client, "sendCommand", parts, AS_BYTES) : callCommand(client, "callBuffer", ...parts);
    },
    close: () => closeOwn(client),
  };
}
