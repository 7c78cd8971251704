// Three engines of one cluster in memory, for the tests of forwarding: a client may come to any of them.
import { decodeUtf8 } from "@bowline/protocol/internal";
import { createFakePlatform, FakeExchange, FakeNodes, type FakePlatform, FakeUpgrade } from "@bowline/testkit";
import type { Connection } from "../src/engine/connection.ts";
import { ENGINE_DEFAULTS, type EngineOptions } from "../src/engine/options.ts";
import { EngineServer } from "../src/engine/server.ts";

const NODE_NAMES = ["aaaa", "bbbb", "cccc"] as const;

/** The name of a node. */
export type SceneNode = (typeof NODE_NAMES)[number];

type ExchangeOptions = ConstructorParameters<typeof FakeExchange>[1];
type UpgradeOptions = ConstructorParameters<typeof FakeUpgrade>[1];

/** Status and body as a client reads them, whether they came from here or from another node; undefined while there is none. */
export function outcomeOf({ answer, destroyed }: FakeExchange): string | undefined {
  if (destroyed) return "destroyed";
  if (answer === undefined) return undefined;
  const { status, body } = answer;
  return `${status} ${typeof body === "string" ? body : decodeUtf8(body)}`.trimEnd();
}

/** A session by polling. */
export interface SceneSession {
  readonly connection: Connection;
  /** The query of its polls. */
  readonly poll: string;
  /** The query of its WebSocket. */
  readonly socket: string;
  send(...messages: readonly (string | Uint8Array)[]): void;
}

/** The nodes and what happens to them. */
export interface Scene {
  readonly platform: FakePlatform;
  readonly clock: FakePlatform["clock"];
  readonly nodes: FakeNodes;
  /** What sessions have told: messages, and their ends. */
  readonly heard: unknown[];
  readonly opened: readonly Connection[];
  engineOf(name: SceneNode): EngineServer;
  /** Everything that is on its way arrives, and what follows from it. */
  settle(): Promise<void>;
  /** A client asks a node, and everything settles. */
  request(at: SceneNode, query: string, options?: ExchangeOptions): Promise<FakeExchange>;
  upgrade(at: SceneNode, query: string, options?: UpgradeOptions): Promise<FakeUpgrade>;
  /** Opens a session at a node. @param query the revision, and what else its requests say. */
  openSession(at: SceneNode, query?: string): Promise<SceneSession>;
}

/** Makes the scene. */
export function createScene(options: Partial<EngineOptions> = {}, maxMessageBytes?: number): Scene {
  const platform = createFakePlatform();
  const nodes = new FakeNodes(maxMessageBytes);
  const opened: Connection[] = [];
  const heard: unknown[] = [];
  const engines = new Map<string, EngineServer>();
  for (const name of NODE_NAMES) {
    const engine = new EngineServer({ ...ENGINE_DEFAULTS, ...options }, platform);
    engine.joinNodes(nodes.link(name));
    engine.on("connection", (connection) => {
      opened.push(connection);
      connection.on("message", (data) => heard.push(data));
      connection.on("close", (reason) => heard.push(`closed ${reason}`));
    });
    engines.set(name, engine);
  }

  function engineOf(name: SceneNode): EngineServer {
    const engine = engines.get(name);
    if (engine === undefined) throw new Error(`Cannot find node "${name}"`);
    return engine;
  }

  async function settle(): Promise<void> {
    for (let isMoving = true; isMoving; ) {
      platform.clock.endTurn();
      await new Promise<void>((resolve) => setImmediate(resolve));
      isMoving = nodes.deliver() || platform.clock.pendingTurnEnds > 0;
    }
  }

  async function request(at: SceneNode, query: string, exchangeOptions: ExchangeOptions = {}): Promise<FakeExchange> {
    const exchange = new FakeExchange(`/engine.io/?${query}`, exchangeOptions);
    engineOf(at).handleRequest(exchange);
    await settle();
    return exchange;
  }

  async function upgrade(at: SceneNode, query: string, upgradeOptions: UpgradeOptions = {}): Promise<FakeUpgrade> {
    const exchange = new FakeUpgrade(`/engine.io/?${query}`, upgradeOptions);
    engineOf(at).handleUpgrade(exchange);
    await settle();
    return exchange;
  }

  async function openSession(at: SceneNode, query = "EIO=4"): Promise<SceneSession> {
    await request(at, `${query}&transport=polling`);
    const connection = opened.at(-1);
    if (connection === undefined) throw new Error("Cannot open the session: the handshake was refused");
    return {
      connection,
      poll: `${query}&transport=polling&sid=${connection.id}`,
      socket: `${query}&transport=websocket&sid=${connection.id}`,
      send(...messages: readonly (string | Uint8Array)[]): void {
        for (const data of messages) connection.send(data);
      },
    };
  }

  return { platform, clock: platform.clock, nodes, heard, opened, engineOf, settle, request, upgrade, openSession };
}
