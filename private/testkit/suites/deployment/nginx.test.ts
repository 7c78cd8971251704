// nginx, as docs/deployment/nginx.md has it, in front of two nodes.
import { randomBytes } from "node:crypto";
import { get } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingProxy, type ReverseProxy, startReverseProxy } from "../../src/peers/reverse-proxy.ts";
import { NODE_NAMES, type Node, startNode } from "./nodes.ts";
import { ALL_PLAYERS, PLAYERS_WITH_COOKIES, proxySuite } from "./proxy-suite.ts";

proxySuite({ proxy: "nginx", file: "ip-hash.conf", players: ALL_PLAYERS, byAddress: true });

proxySuite({ proxy: "nginx", file: "cookie.conf", players: PLAYERS_WITH_COOKIES, withCredentials: true });

proxySuite({
  proxy: "nginx",
  file: "session-id.conf",
  players: ALL_PLAYERS,
  nodeOptions: (name) => ({ generateId: () => `${name}.${randomBytes(15).toString("base64url")}` }),
});

describe.skipIf(missingProxy("nginx") !== undefined)("nginx with ip-hash.conf, for clients of many networks", () => {
  let nodes: readonly Node[] = [];
  let front: ReverseProxy;

  beforeAll(async () => {
    nodes = await Promise.all(NODE_NAMES.map((name) => startNode(name)));
    front = await startReverseProxy(
      "nginx",
      "ip-hash.conf",
      nodes.map(({ port }) => port),
    );
  });
  afterAll(async () => {
    await front?.close();
    await Promise.all(nodes.map((node) => node.kill()));
  });

  /** Opens a session from an address of loopback. */
  function openFrom(localAddress: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const url = `http://127.0.0.1:${front.port}/socket.io/?EIO=4&transport=polling`;
      const request = get(url, { localAddress, agent: false }, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode));
      });
      request.once("error", reject);
    });
  }

  test("gives both nodes something to do", async () => {
    const addresses = Array.from({ length: 16 }, (_, network) => `127.0.${network}.1`);
    expect(new Set(await Promise.all(addresses.map(openFrom)))).toEqual(new Set([200]));
    const counts = nodes.map(({ io }) => io.engine?.clientsCount ?? 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(16);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });
});
