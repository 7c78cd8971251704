// Nodes of one cluster in different runtimes, behind nginx: each forwards to the others, and serves what they forward.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { parseHandshake } from "@bowline/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../../src/peers/http-listener.ts";
import { missingProxy, type ReverseProxy, startReverseProxy } from "../../src/peers/reverse-proxy.ts";
import { within } from "../../src/peers/wait-for.ts";
import { uniqueName, whyMissing } from "../brokers/broker-packages.ts";
import { HOSTS, missingFor } from "../runtimes/server-process.ts";
import { NodeProcess } from "./no-sticky-process.ts";
import { playSessions, STAYED } from "./no-sticky-sessions.ts";

const MIXED = ["on Node", "on Bun", "on uWebSockets.js"];
const SESSIONS = process.env["BOWLINE_FULL"] === "1" ? 600 : 48;
const PATIENCE_MS = 10_000;
const redisPort = Number(process.env["BOWLINE_REDIS_PORT"] ?? 6379);
const missing =
  missingProxy("nginx") ??
  (await whyMissing("redis")) ??
  HOSTS.filter(({ title }) => MIXED.includes(title))
    .map(missingFor)
    .find((why) => why !== undefined);
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(`nodes ${MIXED.join(", ")} without sticky sessions${reason}`, () => {
  let nodes: NodeProcess[] = [];
  let front: ReverseProxy | undefined;

  beforeAll(async () => {
    const settings = { redisPort, prefix: uniqueName(), heartbeatIntervalMs: 3000, leaseMs: 10_000 };
    const ports = await Promise.all(MIXED.map(() => freePort()));
    nodes = MIXED.map((title, index) => NodeProcess.start(title, { ...settings, port: ports[index] ?? 0 }));
    await Promise.all(nodes.map((node) => node.knows(MIXED.length - 1)));
    front = await startReverseProxy("nginx", "round-robin.conf", ports);
  }, 60_000);

  afterAll(async () => {
    await front?.close();
    await Promise.all(nodes.map((node) => node.kill()));
  });

  test(`lose none of ${SESSIONS} sessions of three clients, over polling, and move them to a WebSocket`, async () => {
    const failures = await playSessions(SESSIONS, front?.port ?? 0);
    const stayed = failures.filter((failure) => failure.endsWith(STAYED));
    expect(failures.filter((failure) => !stayed.includes(failure))).toEqual([]);
    // uWebSockets.js may end a WebSocket that is accepted later: see decision 26.
    expect(stayed.length).toBeLessThanOrEqual(Math.ceil(SESSIONS / 100));
  }, 300_000);

  /** Every two of them: who has the session, and where its client comes to. */
  const PAIRS = MIXED.flatMap((owner) =>
    MIXED.filter((other) => other !== owner).map((entrance) => ({ owner, entrance })),
  );

  test.each(PAIRS)(
    "carry a WebSocket that has come $entrance for a session $owner, with more than is on its way at once",
    async (pair) => {
      const session = await openSession(addressOf(pair.owner));
      const socket = await moveToWebSocket(session, addressOf(pair.entrance));
      const texts = ["naïve 😀", "0123456789".repeat(60_000), "0123456789".repeat(60_000), "end"];
      const heard = new Promise<string[]>((resolve) => {
        const answers: string[] = [];
        socket.on("message", (data) => {
          const text = String(data);
          if (text.startsWith("43") && answers.push(text) === texts.length) resolve(answers);
        });
      });
      for (const [id, text] of texts.entries()) socket.send(`42${id}${JSON.stringify(["echo", text])}`);
      expect(await within(heard, PATIENCE_MS, "the answers")).toEqual(
        texts.map((text, id) => `43${id}${JSON.stringify([text])}`),
      );
      socket.terminate();
      await expect.poll(() => isKnown(session), { timeout: PATIENCE_MS }).toBe(false);
    },
  );

  test.each(PAIRS)(
    "carry polls that have come $entrance to a session $owner, and tell it of a client that leaves",
    async (pair) => {
      const session = await openSession(addressOf(pair.owner));
      const there = session.url.replace(addressOf(pair.owner), addressOf(pair.entrance));
      const post = await fetch(there, { method: "POST", body: `420${JSON.stringify(["echo", "naïve 😀"])}` });
      const poll = await fetch(there);
      expect([await post.text(), await poll.text()]).toEqual(["ok", '430["naïve 😀"]']);
      const leaving = new AbortController();
      const left = fetch(there, { signal: leaving.signal }).catch((error: unknown) => String(error));
      await delay(200);
      leaving.abort();
      expect(await left).toContain("AbortError");
      await expect.poll(() => isKnown(session), { timeout: PATIENCE_MS }).toBe(false);
    },
  );

  function addressOf(title: string): string {
    return `127.0.0.1:${nodes[MIXED.indexOf(title)]?.port}`;
  }
});

/** A session over polling, in the main namespace. */
interface Session {
  /** Where its node takes its requests. */
  readonly url: string;
}

async function openSession(node: string): Promise<Session> {
  const url = `http://${node}/socket.io/?EIO=4&transport=polling`;
  const { sid } = parseHandshake((await (await fetch(url)).text()).slice(1));
  const session = { url: `${url}&sid=${sid}` };
  await fetch(session.url, { method: "POST", body: "40" });
  expect(await (await fetch(session.url)).text()).toMatch(/^40\{/);
  return session;
}

async function moveToWebSocket({ url }: Session, node: string): Promise<WebSocket> {
  const { search } = new URL(url);
  const socket = new WebSocket(`ws://${node}/socket.io/${search.replace("polling", "websocket")}`);
  await within(once(socket, "open"), PATIENCE_MS, "a WebSocket");
  const answered = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
  socket.send("2probe");
  expect(await within(answered, PATIENCE_MS, "the answer to a probe")).toBe("3probe");
  socket.send("5");
  return socket;
}

/** Whether a node has a session still; a request that no client sends does it no harm. */
async function isKnown({ url }: Session): Promise<boolean> {
  const answer = await fetch(url, { method: "PUT" });
  return !(await answer.text()).includes("Session ID unknown");
}
