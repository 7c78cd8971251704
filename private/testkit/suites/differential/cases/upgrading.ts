// Cases about what is sent while the transport changes.
// Place: **cases** -> scene -> peers
// Rules: both sides send before, during and after the switch; nothing may be lost, doubled or moved.

import type { ClientSocket, ServerSocket } from "../../../src/peers/peer.ts";
import { makeLatch } from "../../../src/peers/wait-for.ts";
import type { DifferentialCase } from "../case.ts";
import { barrier, happened, observeEvent } from "../scene.ts";

const MESSAGES = 1000;
const MESSAGES_BEFORE_SWITCH = 900;
const MESSAGES_PER_TURN = 5;

/** Counts numbered messages: they shall come once each and in order. */
function countArrivals(end: ClientSocket | ServerSocket, subject: string): () => Promise<string> {
  const numbers: unknown[] = [];
  const complete = makeLatch<undefined>(`the last message at ${subject}`);
  end.on("number", (number) => {
    numbers.push(number);
    if (number === MESSAGES) {
      complete.open(undefined);
    }
  });
  return async () => {
    await complete.wait(15_000);
    const inOrder = numbers.every((number, index) => number === index + 1);
    return `${numbers.length} messages, in order and once each: ${inOrder && numbers.length === MESSAGES}`;
  };
}

/** Emits numbered messages, a few per turn, until the switch is seen, and then the rest at once. */
async function emitAcrossSwitch(end: ClientSocket | ServerSocket, switched: Promise<void> | undefined): Promise<void> {
  let seen = false;
  const noticed = switched?.then(() => {
    seen = true;
  });
  let number = 0;
  while (!seen && number < MESSAGES_BEFORE_SWITCH) {
    for (let count = 0; count < MESSAGES_PER_TURN; count += 1) {
      number += 1;
      end.emit("number", number);
    }
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  await noticed;
  while (number < MESSAGES) {
    number += 1;
    end.emit("number", number);
  }
}

const survivesUpgrade: DifferentialCase = {
  name: "1,000 messages each way, sent while the transport is upgraded, arrive once and in order",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const atServer = makeLatch<() => Promise<string>>("the connection that counts messages");
    const sent: Promise<void>[] = [];
    const send = (end: ClientSocket | ServerSocket): void => {
      sent.push(emitAcrossSwitch(end, scene.mode === "upgrade" ? end.upgraded() : undefined));
    };
    const accepted = scene.accept(server, "/", (socket) => {
      atServer.open(countArrivals(socket, "the server"));
      send(socket);
    });
    const client = scene.connect(server.url);
    const atClient = countArrivals(client, "the client");
    const connected = happened(client, "connect", "the connection");
    client.on("connect", () => send(client));
    const socket = await accepted;
    await connected;
    const countedAtServer = await atServer.wait();
    scene.lane("client").add(await atClient());
    scene.lane("server").add(await countedAtServer());
    await Promise.all(sent);
    await barrier({ client, socket });
    scene.lane("transports").add(`client: ${client.transport}, server: ${socket.transport}`);
    scene.lane("transports").add(`connections: ${server.connectionCount}`);
  },
};

const sendsBinaryAcrossUpgrade: DifferentialCase = {
  name: "text and binary sent while the transport is upgraded keep their order",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const send = async (end: ClientSocket | ServerSocket): Promise<void> => {
      for (let index = 0; index < 60; index += 1) {
        end.emit("piece", index, index % 3 === 0 ? Buffer.from([index, index + 1]) : `text ${index}`);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    };
    const sent: Promise<void>[] = [];
    const accepted = scene.accept(server, "/", (socket) => {
      observeEvent(scene.lane("server"), socket, "piece");
      sent.push(send(socket));
    });
    const client = scene.connect(server.url);
    observeEvent(scene.lane("client"), client, "piece");
    sent.push(send(client));
    const socket = await accepted;
    await Promise.all(sent);
    await scene.settle({ client, socket });
    await barrier({ client, socket });
  },
};

/** The cases about upgrades. */
export const UPGRADING_CASES: readonly DifferentialCase[] = [survivesUpgrade, sendsBinaryAcrossUpgrade];
