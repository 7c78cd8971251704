// What a proxy in front of two nodes owes to clients, as a function of its configuration.
// Place in the flow: our client and official ones -> **nginx or HAProxy, as docs/deployment has them** -> two nodes
// Rules: the configuration is played as it stands; a session that meets the wrong node ends with "Session ID unknown",
//        so that every exchange over polling proves that the proxy found its node.
import type { ServerOptions } from "@bowline/server";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, ClientSocket, TransportMode } from "../../src/peers/peer.ts";
import { isObject } from "../../src/peers/raw-surface.ts";
import {
  missingProxy,
  type ProxyName,
  proxyConfiguration,
  type ReverseProxy,
  startReverseProxy,
} from "../../src/peers/reverse-proxy.ts";
import { within } from "../../src/peers/wait-for.ts";
import { NODE_NAMES, type Node, type NodeName, startNode } from "./nodes.ts";

const PATIENCE_MS = 10_000;
const FINAL = { polling: "polling", websocket: "websocket", upgrade: "websocket" } as const;
const LONG_TEXT = "0123456789".repeat(90_000);
const SOME_BYTES: Buffer = Buffer.from([0, 1, 254, 255]);

/** A configuration and who can be played through it. */
export interface ProxyCase {
  readonly proxy: ProxyName;
  readonly file: string;
  /** What a node has to do for this way of finding it again. */
  readonly nodeOptions?: (name: NodeName) => Partial<ServerOptions>;
  /** Whether clients have to keep cookies. */
  readonly withCredentials?: boolean;
  /** Which clients can play over which transports. */
  readonly players: readonly (readonly [ClientName, TransportMode])[];
  /** Whether clients of one address all meet the same node. */
  readonly byAddress?: boolean;
}

/** Every client over every transport. */
export const ALL_PLAYERS: readonly (readonly [ClientName, TransportMode])[] = (
  ["our client", "client 2.5", "client 4.8"] as const
).flatMap((name) => (["polling", "websocket", "upgrade"] as const).map((mode) => [name, mode] as const));

/** Clients of 2.x keep no cookies on Node, and so find their node by WebSocket alone. */
export const PLAYERS_WITH_COOKIES: readonly (readonly [ClientName, TransportMode])[] = ALL_PLAYERS.filter(
  ([name, mode]) => name !== "client 2.5" || mode === "websocket",
);

/** The arguments of the answer to an event. */
function asked(client: ClientSocket, event: string, ...args: readonly unknown[]): Promise<unknown> {
  const answered = new Promise<unknown>((resolve) => client.emit(event, ...args, resolve));
  return within(answered, PATIENCE_MS, `an answer to "${event}"`);
}

/** The next time that a client is connected, or loses its connection. */
function next(client: ClientSocket, event: "connect" | "disconnect"): Promise<void> {
  const heard = new Promise<void>((resolve) => client.on(event, () => resolve()));
  return within(heard, PATIENCE_MS, `"${event}" of a client`);
}

/** A session opened by hand: where its requests go, its cookie, and how long its line may be silent. */
interface OpenSession {
  readonly address: string;
  readonly cookie: string;
  readonly silenceMs: number;
}

async function openSession({ port }: ReverseProxy): Promise<OpenSession> {
  const base = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
  const answer = await fetch(base);
  const opening: unknown = JSON.parse((await answer.text()).slice(1));
  if (!isObject(opening)) throw new Error(`Cannot open a session at "${base}": the answer is no object`);
  const cookies = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  return {
    address: `${base}&sid=${String(opening["sid"])}`,
    cookie: cookies.join("; "),
    silenceMs: Number(opening["pingInterval"]) + Number(opening["pingTimeout"]),
  };
}

/** Declares the tests of a configuration. */
export function proxySuite({ proxy, file, nodeOptions, withCredentials, players, byAddress }: ProxyCase): void {
  const reason = missingProxy(proxy);
  const title = `${proxy} with ${file}`;
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (skipped: ${reason})`, () => {
    const startNodes = () => Promise.all(NODE_NAMES.map((name) => startNode(name, nodeOptions?.(name))));
    let nodes: readonly Node[] = [];
    let front: ReverseProxy;
    let clients: ClientSocket[] = [];

    beforeAll(async () => {
      nodes = await startNodes();
      front = await startReverseProxy(proxy, file, portsOf(nodes));
    });
    afterEach(() => {
      for (const client of clients) client.dispose();
      clients = [];
    });
    afterAll(async () => {
      await front?.close();
      await Promise.all(nodes.map((node) => node.kill()));
    });

    async function connected(
      name: ClientName,
      mode: TransportMode,
      through = front,
      extra: { readonly reconnection?: boolean; readonly extraHeaders?: Record<string, string> } = {},
    ): Promise<ClientSocket> {
      const credentials = withCredentials === undefined ? {} : { withCredentials };
      const peer = await clientPeer(name);
      const client = peer.connect(`http://127.0.0.1:${through.port}`, { mode, ...credentials, ...extra });
      clients.push(client);
      await next(client, "connect");
      return client;
    }

    test.each(players)("lets the %s talk over %s, bytes and 900 kB included", async (name, mode) => {
      const client = await connected(name, mode);
      expect(await asked(client, "echo", "naïve 😀")).toBe("naïve 😀");
      expect(Buffer.from(String(await asked(client, "echo", LONG_TEXT))).length).toBe(LONG_TEXT.length);
      expect(await asked(client, "echo", { deep: [SOME_BYTES] })).toEqual({ deep: [SOME_BYTES] });
      await expect.poll(() => client.transport, { timeout: PATIENCE_MS }).toBe(FINAL[mode]);
      expect(await asked(client, "where")).toMatch(/^[ab]$/);
    });

    test("keeps eight clients at their nodes over polling, request after request", async () => {
      const many = await Promise.all(Array.from({ length: 8 }, () => connected("our client", "polling")));
      const places = await Promise.all(many.map((client) => asked(client, "where")));
      const again: unknown[][] = [];
      for (const _ of [1, 2, 3]) again.push(await Promise.all(many.map((client) => asked(client, "where"))));
      expect(again).toEqual([places, places, places]);
      expect(new Set(places).size).toBe(byAddress === true ? 1 : 2);
    });

    test("tells the node the client's address, whatever the client claims", async () => {
      const headers = { "X-Forwarded-For": "203.0.113.7" };
      const client = await connected("our client", "polling", front, { extraHeaders: headers });
      const socket = nodes.flatMap((node) => node.sockets).find(({ id }) => id === client.id);
      expect(socket?.handshake.headers["x-forwarded-for"]).toBe("127.0.0.1");
      expect(socket?.handshake.headers["host"]).toBe(`127.0.0.1:${front.port}`);
    });

    test("leaves it to the node to refuse a body that is too long", async () => {
      const { address, cookie } = await openSession(front);
      const answer = await fetch(address, { method: "POST", headers: { cookie }, body: `4${"x".repeat(1_500_000)}` });
      expect(answer.status).toBe(413);
      expect(await answer.text()).toBe("");
    });

    test("waits longer than a node lets the line be silent", async () => {
      const { silenceMs } = await openSession(front);
      const text = proxyConfiguration(proxy, file);
      const waits = [...text.matchAll(/(?:proxy_\w+_timeout|timeout (?:client|server|tunnel)) +(\d+)s/g)];
      expect(waits.length).toBeGreaterThanOrEqual(2);
      expect(Math.min(...waits.map(([, seconds]) => Number(seconds) * 1000))).toBeGreaterThan(silenceMs);
    });

    describe("when a node goes", () => {
      let ownNodes: readonly Node[] = [];
      let ownFront: ReverseProxy | undefined;

      afterEach(async () => {
        for (const client of clients) client.dispose();
        await ownFront?.close();
        await Promise.all(ownNodes.map((node) => node.kill()));
      });

      /** All players at nodes of their own, of which the one is to go that the first player is at. */
      async function assemble(): Promise<{ all: readonly ClientSocket[]; victim: Node; survivor: NodeName }> {
        ownNodes = await startNodes();
        const own = await startReverseProxy(proxy, file, portsOf(ownNodes));
        ownFront = own;
        const all = await Promise.all(
          players.map(([name, mode]) => connected(name, mode, own, { reconnection: true })),
        );
        const place = await asked(all[0] ?? never(), "where");
        const [victim = never()] = ownNodes.filter(({ name }) => name === place);
        const [survivor = never()] = NODE_NAMES.filter((name) => name !== place);
        return { all, victim, survivor };
      }

      /** Those of the clients that are at a node. */
      async function clientsOf(node: Node, all: readonly ClientSocket[]): Promise<readonly ClientSocket[]> {
        const places = await Promise.all(all.map((client) => asked(client, "where")));
        return all.filter((_, index) => places[index] === node.name);
      }

      test("by dying, its clients are back at the other one, over every transport", async () => {
        const { all, victim, survivor } = await assemble();
        const back = Promise.all((await clientsOf(victim, all)).map((client) => next(client, "connect")));
        await victim.kill();
        await back;
        expect(await Promise.all(all.map((client) => asked(client, "where")))).toEqual(all.map(() => survivor));
      });

      test("after it has been drained, its clients are at the other one, and newcomers never see it", async () => {
        const { all, victim, survivor } = await assemble();
        const hit = await clientsOf(victim, all);
        const back = Promise.all(hit.map((client) => next(client, "connect")));
        const report = await victim.io.drain({ timeoutMs: 10_000, jitterMs: 200 });
        await back;
        expect(report).toMatchObject({ connections: hit.length, forced: 0 });
        const newcomer = await connected("our client", "polling", ownFront ?? front);
        const everybody = [...all, newcomer];
        expect(await Promise.all(everybody.map((client) => asked(client, "where")))).toEqual(
          everybody.map(() => survivor),
        );
      });
    });
  });
}

function portsOf(nodes: readonly Node[]): readonly number[] {
  return nodes.map(({ port }) => port);
}

function never(): never {
  throw new Error("Cannot go on: a node is missing");
}
