// Cases about reaching many: rooms, the broadcast flag, whole namespaces, with clients of one or of several generations.
// Place: **cases** -> scene -> peers
// Rules: three clients take part; with a pairing of several clients they are of different generations.

import type { RunningServer } from "../../../src/peers/peer.ts";
import type { DifferentialCase } from "../case.ts";
import { barrier, type Joined, observeEvent, type Scene } from "../scene.ts";

const EVENTS = ["to room", "except", "broadcast", "to all", "of another", "after leaving"];

async function gather(scene: Scene, server: RunningServer, namespace: string): Promise<readonly Joined[]> {
  const members: Joined[] = [];
  for (const clientIndex of [0, 1, 2]) {
    const joined = await scene.join(server, { clientIndex, namespace });
    for (const event of EVENTS) {
      observeEvent(scene.lane(`client ${clientIndex}`), joined.client, event);
    }
    members.push(joined);
  }
  return members;
}

async function reach(scene: Scene, namespace: string): Promise<void> {
  const server = await scene.startServer();
  const members = await gather(scene, server, namespace);
  const [first, second, third] = members;
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error("Cannot broadcast: three members are needed");
  }
  await first.socket.join("room");
  await second.socket.join("room");
  await third.socket.join("room");
  await third.socket.join("corner");
  const contents = [
    ["text 😀", { number: 1 }],
    [Buffer.from([0, 1, 255]), { deep: [Uint8Array.of(7).buffer] }],
  ] as const;
  for (const content of contents) {
    server.emitToRoom(namespace, "room", "to room", ...content);
    server.emitToRoom(namespace, "corner", "to room", "only the corner", ...content);
    if (scene.vocabulary.excludes) {
      server.emitToRoomExcept(namespace, "room", "corner", "except", ...content);
    }
    first.socket.broadcast("broadcast", ...content);
    second.socket.emitToRoom("room", "of another", ...content);
    server.emitToAll(namespace, "to all", ...content);
  }
  server.emitToRoom(namespace, "nobody is here", "to room", "never");
  await second.socket.leave("room");
  server.emitToRoom(namespace, "room", "after leaving", "gone");
  for (const [index, member] of members.entries()) {
    await barrier(member);
    scene.lane(`client ${index}`).add(`rooms ${member.socket.rooms()}`);
  }
}

const reachesRooms: DifferentialCase = {
  name: "text and binary reach a room, all but one, all others, everybody",
  shows: "server",
  run: (scene) => reach(scene, "/"),
};

const reachesRoomsOfAdmin: DifferentialCase = {
  name: "text and binary reach a room of /admin, all but one, all others, everybody",
  shows: "server",
  run: (scene) => reach(scene, "/admin"),
};

/** The cases about reaching many. */
export const BROADCASTING_CASES: readonly DifferentialCase[] = [reachesRooms, reachesRoomsOfAdmin];
