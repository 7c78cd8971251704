// The engine alone, as programs use it without sockets: its classes, what hangs on them, and how it moves to WebSocket.
// Place: **tests** -> engine client packages -> stage's servers
// Rules: one script for the official packages and ours.

import { createRequire } from "node:module";
import { afterEach, describe, expect, test } from "vitest";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { isConstructor, isObject, type RawEmitter } from "../../src/peers/raw-surface.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import type { ProgramEngine } from "./program-surface.ts";
import { type Pairing, useStage } from "./stage.ts";

/** An engine client package, with the pairing on whose server it is tried. */
interface EngineClient {
  readonly name: string;
  readonly pairing: Pairing;
  readonly revision: number;
  load(): unknown;
}

const requireHere = createRequire(import.meta.url);

/** The engine client that an official client brings along. */
const belowOf = (client: string) => (): unknown => createRequire(requireHere.resolve(client))("engine.io-client");

const OF_4: Pairing = { client: "@bowline/socket.io-client", server: "socket.io-v4" };
const OF_2: Pairing = { client: "@bowline/socket.io-client-v2", server: "socket.io-v2" };
const OURS: EngineClient = {
  name: "ours of 4.x",
  pairing: OF_4,
  revision: 4,
  load: () => requireOfficial("@bowline/engine.io-client"),
};
const CLIENTS: readonly EngineClient[] = [
  { name: "the official one of 4.x", pairing: OF_4, revision: 4, load: belowOf("socket.io-client-v4") },
  OURS,
  { name: "the official one of 2.x", pairing: OF_2, revision: 3, load: belowOf("socket.io-client-v2") },
  { name: "ours of 2.x", pairing: OF_2, revision: 3, load: () => requireOfficial("@bowline/engine.io-client-v2") },
];

const opened: ProgramEngine[] = [];

afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
});

function isEngine(value: unknown): value is ProgramEngine & RawEmitter {
  return isObject(value) && "transport" in value && typeof value["close"] === "function";
}

/** Makes a socket of a class of the package. */
function open(loaded: unknown, name: string, url: string, options: object = {}): ProgramEngine {
  const Class = memberOf(loaded, name);
  const socket = isConstructor(Class) ? new Class(url, { path: "/socket.io", ...options }) : undefined;
  if (!isEngine(socket)) throw new TypeError(`Cannot use "${name}": it made no socket of an engine`);
  opened.push(socket);
  return socket;
}

describe.each(CLIENTS)("the engine client: $name", ({ pairing, revision, load }) => {
  const stage = useStage(pairing);

  test("has its classes, its table of transports and its revision", () => {
    const loaded = load();
    expect([memberOf(loaded, "protocol"), memberOf(memberOf(loaded, "Socket"), "protocol")]).toEqual([
      revision,
      revision,
    ]);
    const table = memberOf(loaded, "transports");
    expect([memberOf(table, "polling"), memberOf(table, "websocket")]).not.toContain(undefined);
    expect(memberOf(loaded, "Transport")).toBeInstanceOf(Function);
  });

  test("moves to WebSocket, which all its sockets remember that want to", async () => {
    const server = await stage.serve();
    const loaded = load();
    const first = open(loaded, "Socket", server.url);
    await waitFor(first, "upgrade", undefined, "the engine");
    expect([first.transport.name, memberOf(memberOf(loaded, "Socket"), "priorWebsocketSuccess")]).toEqual([
      "websocket",
      true,
    ]);
    const second = open(loaded, "Socket", server.url, { rememberUpgrade: true });
    await waitFor(second, "open", undefined, "the engine");
    expect(second.transport.name).toBe("websocket");
  });
});

describe("the engine client of ours", () => {
  const stage = useStage(OURS.pairing);

  test("has a class that moves to another transport, and one that stays", async () => {
    const server = await stage.serve();
    const loaded = OURS.load();
    const transports = [memberOf(loaded, "NodeXHR"), memberOf(loaded, "NodeWebSocket")];
    const moving = open(loaded, "SocketWithUpgrade", server.url, { transports });
    await waitFor(moving, "upgrade", undefined, "the engine that moves");
    const staying = open(loaded, "SocketWithoutUpgrade", server.url, { transports });
    await waitFor(staying, "open", undefined, "the engine that stays");
    const events: string[] = [];
    staying.on("upgrading", () => events.push("upgrading"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([moving.transport.name, staying.transport.name, events]).toEqual(["websocket", "polling", []]);
  });
});
