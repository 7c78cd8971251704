// The scenario in which the server sends to many: to everybody, or to the members of rooms.
// Place: load process -> **broadcast scenario** -> lines
// Rules: the first client has the server send; when all that was sent for one of its calls has come, it calls again, so
//        that as many calls are under way as the job says, and a slow server is never flooded.

import { breathe } from "./breath.ts";
import type { LoadJob, Measurement } from "./job.ts";
import { destroyAll, openLines, type Surroundings } from "./lines.ts";
import { joinFrame, publishFrame } from "./speech.ts";
import type { WebSocketLine } from "./web-socket-line.ts";

/** Who is in which room: every client in as many, and every room with as many members, give or take one. */
export class Membership {
  readonly #rooms: number;
  readonly #clients: number;
  /** How many rooms each client is in. */
  readonly perClient: number;

  constructor({ rooms, roomSize, clients }: Pick<LoadJob, "rooms" | "roomSize" | "clients">) {
    this.#rooms = rooms;
    this.#clients = clients;
    this.perClient = Math.min(rooms, Math.max(1, Math.round((rooms * roomSize) / clients)));
  }

  /** The first room of a client; its others are those behind it in the ring. */
  firstOf(client: number): number {
    return (client * this.perClient) % this.#rooms;
  }

  /** How many members a room has. */
  sizeOf(room: number): number {
    return Math.ceil((this.#clients * this.perClient - room) / this.#rooms);
  }
}

/** One call after the other: which room each is for, and how many deliveries it is owed. */
interface Calls {
  readonly frames: readonly Buffer[];
  readonly deliveries: readonly number[];
}

function callsToEverybody({ language, perTurn, payloadBytes, clients }: LoadJob): Calls {
  return { frames: [publishFrame(language, perTurn, payloadBytes)], deliveries: [clients * perTurn] };
}

function callsToRooms({ language, perTurn, payloadBytes, rooms }: LoadJob, membership: Membership): Calls {
  const all = Array.from({ length: rooms }, (_, room) => room);
  // A room that nobody is in is owed nothing, and its call would never be followed by another.
  const filled = all.filter((room) => membership.sizeOf(room) > 0);
  return {
    frames: filled.map((room) => publishFrame(language, perTurn, payloadBytes, room)),
    deliveries: filled.map((room) => membership.sizeOf(room) * perTurn),
  };
}

/** Calls the server, so many times at once, and again whenever a call's deliveries are there. */
export async function broadcast(surroundings: Surroundings): Promise<Measurement> {
  const { job, meter } = surroundings;
  let heard: () => void = () => undefined;
  const lines = await openLines(surroundings, job.clients, () => heard());
  const calls = job.rooms === 0 ? callsToEverybody(job) : await joinRooms(job, lines, (listener) => (heard = listener));
  const { frames, deliveries } = calls;
  const nothing = Buffer.alloc(0);
  const publisher = lines[0];
  let sent = 0;
  let finished = 0;
  let missing = deliveries.at(0) ?? 0;
  const send = (): void => {
    publisher?.write(frames[sent % frames.length] ?? nothing);
    sent += 1;
  };
  heard = (): void => {
    meter.done(1);
    missing -= 1;
    if (missing > 0) return;
    finished += 1;
    missing = deliveries[finished % deliveries.length] ?? 0;
    send();
  };
  for (let i = 0; i < job.inFlight; i += 1) send();
  const stopBreathing = job.inFlight * job.perTurn > 1 ? breathe() : undefined;
  const measurement = await meter.run(job);
  stopBreathing?.();
  destroyAll(lines);
  return measurement;
}

/** Adds every client to its rooms; ends when all have been told that they are in. */
async function joinRooms(
  job: LoadJob,
  lines: readonly WebSocketLine[],
  listen: (heard: () => void) => void,
): Promise<Calls> {
  const membership = new Membership(job);
  await new Promise<void>((resolve) => {
    let missing = lines.length;
    listen(() => {
      missing -= 1;
      if (missing === 0) resolve();
    });
    for (const [client, line] of lines.entries()) {
      line.write(joinFrame(job.language, membership.firstOf(client), membership.perClient, job.rooms));
    }
  });
  return callsToRooms(job, membership);
}
