// The threats of docs/security.md, as loads with a pass mark: what is done to a server, and what it may cost it.
// Place: attacker -> **bytes, connections** -> a server in a process of its own
// Rules: loads are bounded and the same for every server; bytes are what the heap and the buffers hold after a garbage
//        collection, since what the allocator keeps of the system's memory says nothing of who holds it; the stall is the
//        longest time for which the event loop was busy with one thing.

import { openPolling, type PollingSession } from "../hostile/polling-session.ts";
import type { ProgramName } from "../hostile/programs.ts";
import { openRaw, type RawConnection, request } from "../hostile/raw-http.ts";
import {
  frame,
  joinByWebSocket,
  openRawWebSocket,
  type RawWebSocket,
  upgradeRequest,
  webSocketTarget,
} from "../hostile/raw-websocket.ts";
import { textBody } from "../hostile/traffic.ts";
import type { Victim, VictimOptions, VictimReport } from "../hostile/victim-process.ts";
import { Storm } from "./storm.ts";

const MEGABYTE = 1_000_000;
const SETTLE_MS = 30_000;
/** What all of them run: namespaces are made on demand there. */
export const PROGRAM: ProgramName = "children";
/** Heartbeats come into nothing, and what is not finished is given up within seconds. */
const PATIENT: VictimOptions = { pingInterval: 60_000, upgradeTimeout: 1000, connectTimeout: 2000 };
/** Clients come back between half a second and one and a half after their loss, where a program says nothing. */
const STORM_SPREAD_MS = 1000;
/** So long apart they come at first. */
const STORM_APART_MS = 1;
const ANSWER_MS = 20_000;
/** A server that says goodbye waits for the answer, but not for long. */
const CLOSE_MS = 10_000;
const LOOKS = 4;
const LOOK_INTERVAL_MS = 60;

/** What an attack has to know of its victim. */
export interface Target {
  readonly port: number;
  report(): Promise<Pick<VictimReport, "connections">>;
  settle(isSettled: (report: Pick<VictimReport, "connections">) => boolean, timeoutMs?: number): Promise<unknown>;
}

/** What a threat has cost a server. */
export interface Cost {
  /** Bytes that it holds more than before, at the end of the load. */
  readonly heldBytes: number;
  /** The same once the attacker has gone, or has been sent away. */
  readonly keptBytes: number;
  readonly stallMs: number;
  /** How many of the attacker's connections are there at the end of the load. */
  readonly connections: number;
  /** How long it took until everybody was served, for loads that want to be. */
  readonly servedMs: number;
}

/** What is beyond the marks. */
export function excess(marks: Partial<Cost>, cost: Cost): Partial<Cost> {
  const names = ["heldBytes", "keptBytes", "stallMs", "connections", "servedMs"] as const;
  return Object.fromEntries(
    names.filter((name) => cost[name] > (marks[name] ?? Number.POSITIVE_INFINITY)).map((name) => [name, cost[name]]),
  );
}

/** How a load ends. */
export interface AttackEnd {
  /** Ends it for the attacker. */
  leave(): void | Promise<void>;
  readonly servedMs?: number;
}

/** A threat. */
export interface Threat {
  readonly name: string;
  readonly options: VictimOptions;
  /** What is otherwise for the table, where more of them take longer. */
  readonly tableOptions?: VictimOptions;
  /** How many do it: in the gate, and for the table of docs/security.md. */
  readonly count: { readonly gate: number; readonly table: number };
  /** The most that so many of them may cost ours. */
  marks(count: number): Partial<Cost>;
  /** The load; resolves at its end. */
  attack(victim: Target, count: number): Promise<AttackEnd>;
}

/** Of several looks the one with the least: the memory of buffers comes back a little after their collection. */
async function least(victim: Victim): Promise<VictimReport> {
  let best = await victim.report();
  for (let look = 0; look < LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    const told = await victim.report();
    if (told.heldBytes < best.heldBytes) best = told;
  }
  return best;
}

/** Lets a server come to know its own code, whose memory is nobody's fault. */
async function warmUp(victim: Victim): Promise<void> {
  const { connection } = await joinByWebSocket(victim.port, 4);
  connection.socket.resume();
  await pour(connection, frame('421["echo",{"a":[1,"b"]}]'), 500);
  const session = await openPolling(victim.port, 4);
  await session.post('421["echo",1]');
  await session.leave();
  connection.socket.destroy();
}

/** Puts a load on a server. */
export async function measure({ attack, count }: Threat, victim: Victim, many: number = count.gate): Promise<Cost> {
  await warmUp(victim);
  await victim.settle(({ connections }) => connections === 0);
  const before = await least(victim);
  const { leave, servedMs = 0 } = await attack(victim, many);
  const { busiestTurnMs } = await victim.report();
  const atEnd = await least(victim);
  await leave();
  await victim.settle(({ connections }) => connections === 0, SETTLE_MS);
  const gone = await least(victim);
  return {
    heldBytes: Math.max(atEnd.heldBytes - before.heldBytes, 0),
    keptBytes: Math.max(gone.heldBytes - before.heldBytes, 0),
    stallMs: busiestTurnMs,
    connections: atEnd.connections,
    servedMs,
  };
}

/** Writes until all is out, the server takes no more, or it has ended the connection. */
async function pour({ socket }: RawConnection, chunk: Buffer, times: number): Promise<void> {
  for (let written = 0; written < times && !socket.destroyed && !socket.writableEnded; written++) {
    const isOut = await new Promise<boolean>((resolve) => {
      const stuck = setTimeout(() => resolve(false), 1000);
      socket.write(chunk, () => {
        clearTimeout(stuck);
        resolve(true);
      });
    });
    if (!isOut) return;
  }
}

function joinMany(victim: Target, count: number): Promise<RawWebSocket[]> {
  return inBatches(count, 50, () => joinByWebSocket(victim.port, 4));
}

const cut = (connections: readonly RawConnection[]): AttackEnd => ({
  leave: () => {
    for (const { socket } of connections) socket.destroy();
  },
});

/** Resolves once the server has ended all of them, or has had its time for that. */
async function gone(connections: readonly RawConnection[]): Promise<void> {
  const until = performance.now() + CLOSE_MS;
  while (performance.now() < until && connections.some(({ socket }) => !socket.destroyed)) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
  }
}

const ALONE = { gate: 1, table: 1 };

/** Does something so many times, a few at a time. */
async function inBatches<Item>(count: number, size: number, act: () => Promise<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for (let from = 0; from < count; from += size) {
    all.push(...(await Promise.all(Array.from({ length: Math.min(size, count - from) }, act))));
  }
  return all;
}

/** As many packets as make a megabyte of body. */
function megabyteOf(packet: string): Buffer {
  return textBody(
    4,
    Array.from({ length: Math.floor(MEGABYTE / (packet.length + 1)) }, () => packet),
  );
}

/** Others have their turn while a body is read, so that the answer may take longer than a conversation waits. */
async function postPatiently({ port }: Target, { target }: PollingSession, body: Buffer): Promise<void> {
  const connection = await openRaw(port);
  connection.socket.write(request("POST", target, body));
  await connection.quiet((received) => received.includes("\r\n\r\n"), ANSWER_MS);
  connection.socket.destroy();
}

function postFlood(name: string, body: Buffer): Threat {
  return {
    name: `a POST of 1 MB of ${name}`,
    options: PATIENT,
    count: ALONE,
    marks: () => ({ stallMs: 25 }),
    attack: async (victim) => {
      const session = await openPolling(victim.port, 4);
      // What has been compiled is quicker, and the longest pause of many is that of a busy machine.
      for (let warm = 0; warm < 3; warm++)
        await postPatiently(victim, session, body.subarray(0, body.lastIndexOf(0x1e, 49_999)));
      await victim.report();
      await postPatiently(victim, session, body);
      return { leave: () => void session.leave() };
    },
  };
}

/** The threats. */
export const THREATS: readonly Threat[] = [
  {
    name: "a reader that takes nothing of the 100 MB that it is sent",
    options: PATIENT,
    count: ALONE,
    marks: () => ({ heldBytes: 20 * MEGABYTE, keptBytes: 2 * MEGABYTE, connections: 0 }),
    attack: async (victim) => {
      const { connection } = await joinByWebSocket(victim.port, 4);
      connection.socket.pause();
      await pour(connection, frame(`42["echo","${"x".repeat(100_000)}"]`), 1000);
      await victim.settle(({ connections }) => connections === 0, 500);
      return cut([connection]);
    },
  },
  {
    name: "200,000 pings of 125 bytes from a peer that reads no pong",
    options: PATIENT,
    count: ALONE,
    marks: () => ({ heldBytes: 2 * MEGABYTE, keptBytes: 2 * MEGABYTE }),
    attack: async (victim) => {
      const { connection } = await joinByWebSocket(victim.port, 4);
      connection.socket.pause();
      const ping = frame("x".repeat(125), { opcode: 9 });
      await pour(connection, Buffer.concat(Array.from({ length: 1000 }, () => ping)), 200);
      return cut([connection]);
    },
  },
  postFlood("separators", Buffer.alloc(MEGABYTE, 0x1e)),
  postFlood("333,000 noops", megabyteOf("6")),
  postFlood("90,000 events", megabyteOf('42["e"]')),
  {
    name: "sockets that send nine of ten attachments, and stop",
    options: PATIENT,
    count: { gate: 100, table: 200 },
    marks: () => ({ heldBytes: 25 * MEGABYTE, keptBytes: 2 * MEGABYTE }),
    attack: async (victim, count) => {
      const sockets = await joinMany(victim, count);
      const places = Array.from({ length: 10 }, (_, num) => `{"_placeholder":true,"num":${num}}`);
      const header = frame(`4510-["file",${places.join(",")}]`);
      const attachments = Array.from({ length: 9 }, () => frame(Buffer.alloc(115_000)));
      for (const { connection } of sockets) {
        connection.socket.resume();
        await pour(connection, Buffer.concat([header, ...attachments]), 1);
      }
      return cut(sockets.map(({ connection }) => connection));
    },
  },
  {
    name: "20,000 namespaces that a pattern makes, asked for by one connection",
    options: PATIENT,
    count: ALONE,
    marks: () => ({ heldBytes: 5 * MEGABYTE, keptBytes: 5 * MEGABYTE }),
    attack: async (victim) => {
      const { connection } = await joinByWebSocket(victim.port, 4);
      connection.socket.removeAllListeners("data");
      connection.socket.resume();
      for (let thousand = 0; thousand < 20; thousand++) {
        const asked = Array.from({ length: 1000 }, (_, index) => frame(`40/room-${thousand}-${index},`));
        await pour(connection, Buffer.concat(asked), 1);
      }
      await victim.report();
      return cut([connection]);
    },
  },
  {
    name: "a message in a million fragments of one byte",
    options: PATIENT,
    count: ALONE,
    marks: () => ({ heldBytes: 5 * MEGABYTE, keptBytes: 2 * MEGABYTE }),
    attack: async (victim) => {
      const { connection } = await joinByWebSocket(victim.port, 4);
      connection.socket.write(frame("4", { isFinal: false }));
      const piece = frame("x", { opcode: 0, isFinal: false });
      await pour(connection, Buffer.concat(Array.from({ length: 10_000 }, () => piece)), 100);
      return cut([connection]);
    },
  },
  {
    name: "bodies that come a byte at a time",
    options: { pingInterval: 1000, pingTimeout: 1000 },
    count: { gate: 50, table: 5000 },
    marks: (count) => ({ heldBytes: 5 * MEGABYTE, keptBytes: 2 * MEGABYTE + count * 500, connections: 0 }),
    attack: async (victim, count) => {
      const halves: RawConnection[] = [];
      const drip = setInterval(() => {
        for (const { socket } of halves) if (!socket.destroyed && !socket.writableEnded) socket.write("x");
      }, 100);
      await inBatches(count, 50, async () => {
        const session = await openPolling(victim.port, 4);
        const connection = await openRaw(victim.port);
        const head = `POST ${session.target} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 900000\r\n\r\n4`;
        connection.socket.write(head);
        halves.push(connection);
      });
      await victim.settle(({ connections }) => connections === 0, 5000);
      clearInterval(drip);
      return cut(halves);
    },
  },
  {
    name: "upgrades without a probe",
    options: PATIENT,
    count: { gate: 100, table: 10_000 },
    marks: (count) => ({ heldBytes: 5 * MEGABYTE + count * 6000, keptBytes: 2 * MEGABYTE + count * 500 }),
    attack: async (victim, count) => {
      const sessions: PollingSession[] = [];
      const halves = await inBatches(count, 25, async () => {
        const session = await openPolling(victim.port, 4, false);
        const connection = await openRaw(victim.port);
        connection.socket.write(upgradeRequest(webSocketTarget(4, session.sid)));
        sessions.push(session);
        return connection;
      });
      await gone(halves);
      const { leave } = cut(halves);
      return {
        leave: async () => {
          await leave();
          // A server that is busy may not end a connection in time; that it ends all of them is looked at elsewhere.
          await inBatches(
            sessions.length,
            50,
            () =>
              sessions
                .pop()
                ?.leave()
                .catch(() => undefined) ?? Promise.resolve(),
          );
        },
      };
    },
  },
  {
    name: "connections that join nothing",
    options: PATIENT,
    // All of them are there at the same time.
    tableOptions: { connectTimeout: 20_000 },
    count: { gate: 300, table: 20_000 },
    marks: (count) => ({ heldBytes: 5 * MEGABYTE + count * 8000, keptBytes: 2 * MEGABYTE + count * 500 }),
    attack: async (victim, count) => {
      const idle = await inBatches(count, 50, () => openRawWebSocket(victim.port, webSocketTarget(4)));
      const connections = idle.map(({ connection }) => connection);
      // The attacker keeps its end: it is the server that has to end them.
      return {
        leave: async () => {
          await victim.settle((told) => told.connections === 0, SETTLE_MS);
          await gone(connections);
          await cut(connections).leave();
        },
      };
    },
  },
  {
    name: "clients that are cut off at once, and all come back",
    options: { pingInterval: 60_000 },
    count: { gate: 500, table: 10_000 },
    marks: (count) => ({
      heldBytes: 5 * MEGABYTE + count * 10_000,
      keptBytes: 2 * MEGABYTE + count * 500,
      stallMs: 250,
      servedMs: 10_000,
    }),
    attack: async (victim, count) => {
      const storm = new Storm(victim.port, count);
      await storm.come(STORM_APART_MS * count);
      storm.cut();
      await victim.report();
      const servedMs = await storm.come(STORM_SPREAD_MS);
      return { leave: () => storm.cut(), servedMs };
    },
  },
];
