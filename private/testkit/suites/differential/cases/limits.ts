// Cases about much and about too much: what a raised limit lets through, and what happens above a limit.
// Place: **cases** -> scene -> peers
// Rules: who is above a limit may be cut off or heard, as the reference is; nobody else on the server feels it.

import type { ClientSocket, ServerSocket } from "../../../src/peers/peer.ts";
import type { DifferentialCase } from "../case.ts";
import { describeValues } from "../describe-value.ts";
import {
  barrier,
  call,
  emitForAck,
  happened,
  type Joined,
  observeClient,
  observeSocket,
  type Scene,
} from "../scene.ts";

const RAISED_LIMIT = 8_000_000;
const ABOVE_LIMIT = 1_100_000;
const ABOVE_ATTACHMENTS = 11;

/** Sends what may be too much and waits until it was heard or the connection ended; a bystander must not feel it. */
async function risk(scene: Scene, from: "client" | "server", values: readonly unknown[]): Promise<void> {
  const server = await scene.startServer();
  const bystander = await scene.join(server);
  const joined = await scene.join(server);
  await barrier(joined);
  const { client, socket } = joined;
  // Over polling the failing request and the answer to the waiting one race, and with them the reasons.
  if (scene.mode !== "polling") {
    observeClient(scene, scene.lane("client"), client);
    observeSocket(scene.lane("server"), socket);
  }
  const [sender, receiver] = from === "client" ? [client, socket] : [socket, client];
  const heard = hear(receiver).then(async (count) => {
    await barrier(joined);
    return `heard ${count} values`;
  });
  const gone = bothGone(joined).then(() => "gone, without having heard it");
  sender.emit("much", ...values);
  scene.lane("outcome").add(await Promise.race([heard, gone]));
  await barrier(bystander);
  scene
    .lane("outcome")
    .add(`connected: ${client.connected}, ${socket.connected}, bystander ${bystander.client.connected}`);
}

async function hear(end: ClientSocket | ServerSocket): Promise<number> {
  const values = await happened(end, "much", "what is much");
  return values.length;
}

async function bothGone({ client, socket }: Joined): Promise<void> {
  await Promise.all([
    happened(client, "disconnect", "the end at the client"),
    happened(socket, "disconnect", "the end at the server"),
  ]);
}

function attachments(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_nothing, index) => Buffer.from([index]));
}

const clientSendsEleven: DifferentialCase = {
  name: "a client sends binary with eleven attachments",
  shows: "both",
  run: (scene) => risk(scene, "client", attachments(ABOVE_ATTACHMENTS)),
};

const serverSendsEleven: DifferentialCase = {
  name: "a server sends binary with eleven attachments",
  shows: "both",
  // They let the error of their decoder fly, out of every listener.
  notWith: ["client 2.4", "client 2.5"],
  run: (scene) => risk(scene, "server", attachments(ABOVE_ATTACHMENTS)),
};

const clientSendsTooMuch: DifferentialCase = {
  name: "a client sends more than the server takes and is cut off, alone",
  shows: "both",
  run: (scene) => risk(scene, "client", ["x".repeat(ABOVE_LIMIT)]),
};

const serverSendsMore: DifferentialCase = {
  name: "a server sends more than it takes itself",
  shows: "both",
  run: (scene) => risk(scene, "server", ["x".repeat(ABOVE_LIMIT)]),
};

const raisedLimit: DifferentialCase = {
  name: "1.2 MB of text and 1.1 MB of binary go there and back where the server's limit is raised",
  shows: "both",
  // Bytes that are written as numbers take so long that nothing else can be told from it.
  notBy: ["json 3.0"],
  async run(scene) {
    const server = await scene.startServer({ maxHttpBufferSize: RAISED_LIMIT });
    const { client, socket } = await scene.join(server);
    socket.on("echo", (value, ack) => call(ack, value));
    const text = Array.from({ length: 120_000 }, (_none, at) => String(at).padStart(10, "0")).join("");
    const bytes = Buffer.from(Uint8Array.from({ length: 1_100_000 }, (_none, at) => (at * 7919) % 251));
    for (const value of [text, bytes]) {
      scene.lane("client").add(`ack(${describeValues(await emitForAck(client, "echo", value))})`);
    }
  },
};

/** The cases about limits. */
export const LIMIT_CASES: readonly DifferentialCase[] = [
  clientSendsEleven,
  serverSendsEleven,
  clientSendsTooMuch,
  serverSendsMore,
  raisedLimit,
];
