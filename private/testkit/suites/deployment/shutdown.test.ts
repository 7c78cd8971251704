// A node that is told to go, as systemd and PM2 do it: docs/deployment/node/server.mjs in two processes behind nginx.
// Place in the flow: our client and official ones -> nginx -> two processes, one of which gets a signal
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { clientPeer } from "../../src/peers/client-peers.ts";
import { freePort } from "../../src/peers/http-listener.ts";
import type { ClientSocket } from "../../src/peers/peer.ts";
import { missingProxy, type ReverseProxy, startReverseProxy } from "../../src/peers/reverse-proxy.ts";
import { within } from "../../src/peers/wait-for.ts";
import { NODE_NAMES, type NodeName } from "./nodes.ts";

const PROGRAM: string = fileURLToPath(new URL("../../../../docs/deployment/node/server.mjs", import.meta.url));
const PATIENCE_MS = 15_000;

/** The program, as a process of its own. */
interface NodeProcess {
  readonly name: NodeName;
  readonly port: number;
  readonly child: ChildProcess;
  /** Its exit code and the signal that ended it, once it has ended. */
  readonly ended: Promise<unknown[]>;
}

let processes: NodeProcess[] = [];
let front: ReverseProxy | undefined;
let client: ClientSocket | undefined;

async function startProcess(name: NodeName): Promise<NodeProcess> {
  const port = await freePort();
  const child = fork(PROGRAM, { env: { ...process.env, PORT: String(port), NODE_NAME: name, SPREAD_MS: "100" } });
  const ended = once(child, "exit");
  const words: unknown[] = await within(once(child, "message"), PATIENCE_MS, `the word of node "${name}"`);
  expect(words[0]).toBe("ready");
  return { name, port, child, ended };
}

const next = (socket: ClientSocket, event: string): Promise<unknown> =>
  within(new Promise((resolve) => socket.on(event, resolve)), PATIENCE_MS, `"${event}" of the client`);

const where = (socket: ClientSocket): Promise<unknown> =>
  within(new Promise((resolve) => socket.emit("where", resolve)), PATIENCE_MS, "the name of a node");

afterEach(async () => {
  client?.dispose();
  await front?.close();
  for (const { child } of processes) child.kill("SIGKILL");
  await Promise.all(processes.map(({ ended }) => ended));
  processes = [];
});

const reason = missingProxy("nginx");

describe.skipIf(reason !== undefined)(reason === undefined ? "a node" : `a node (skipped: ${reason})`, () => {
  test.each([
    ["our client", "upgrade", "SIGTERM"],
    ["our client", "polling", "SIGINT"],
    ["client 2.5", "upgrade", "SIGTERM"],
    ["client 2.5", "polling", "SIGTERM"],
    ["client 4.8", "upgrade", "SIGINT"],
    ["client 4.8", "polling", "SIGTERM"],
  ] as const)("of the %s over %s ends by %s, and the client is back at the other one", async (name, mode, signal) => {
    processes = await Promise.all(NODE_NAMES.map(startProcess));
    const ports = processes.map(({ port }) => port);
    front = await startReverseProxy("nginx", "session-id.conf", ports);
    const socket = (await clientPeer(name)).connect(`http://127.0.0.1:${front.port}`, { mode, reconnection: true });
    client = socket;
    await next(socket, "connect");
    const place = await where(socket);
    const lost = next(socket, "disconnect");
    const back = next(socket, "connect");

    const leaving = processes.find((node) => node.name === place);
    leaving?.child.kill(signal);

    expect(await within(leaving?.ended ?? Promise.reject(), PATIENCE_MS, "the end of the node")).toEqual([0, null]);
    expect(await lost).toMatch(/^transport (close|error)$/);
    await back;
    expect(NODE_NAMES.filter((node) => node !== place)).toContain(await where(socket));
  });
});
