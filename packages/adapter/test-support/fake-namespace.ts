// A namespace as an adapter sees it, played by the test: it writes down what is done with it.
// Place: **namespace** -> adapter
import { createFakeClock, createSeededRandom, type FakeClock } from "@bowline/testkit";
import type { AdapterNamespace, AdapterSocket, BroadcastFlags, SessionKeeping } from "../src/contract.ts";

/** What a test decides of its namespace. */
export interface FakeNamespaceOptions {
  readonly name?: string;
  readonly clock?: FakeClock;
  /** Decides the ids that an adapter draws. */
  readonly seed?: number;
  readonly sessions?: SessionKeeping;
  /** Thrown in the place of every delivery. */
  readonly mistake?: Error;
}

/** A namespace that writes everything down. */
export interface FakeNamespace {
  readonly nsp: AdapterNamespace;
  readonly clock: FakeClock;
  readonly sockets: Map<string, AdapterSocket>;
  /** Data, offset if there is one, and receiver of each packet that was handed to a socket. */
  readonly delivered: string[];
  /** What was done with sockets. */
  readonly done: string[];
  readonly flagsSeen: BroadcastFlags[];
  readonly namesSeen: string[];
  readonly offsets: (string | undefined)[];
  /** What answers the last packet of each socket that is to be answered. */
  readonly replies: Map<string, (args: readonly unknown[]) => void>;
  readonly forgotten: number[];
  /** Events that other servers have sent. */
  readonly serverSide: (readonly unknown[])[];
  readonly warnings: string[];
  readonly uncaught: unknown[];
  /** Adds sockets; rooms are the adapter's affair. */
  add(...ids: readonly string[]): void;
}

/** Makes a namespace without sockets. */
export function createFakeNamespace(options: FakeNamespaceOptions = {}): FakeNamespace {
  const { name = "/", clock = createFakeClock(), seed = 1, sessions, mistake } = options;
  const sockets = new Map<string, AdapterSocket>();
  const delivered: string[] = [];
  const done: string[] = [];
  const flagsSeen: BroadcastFlags[] = [];
  const namesSeen: string[] = [];
  const offsets: (string | undefined)[] = [];
  const replies = new Map<string, (args: readonly unknown[]) => void>();
  const forgotten: number[] = [];
  const serverSide: (readonly unknown[])[] = [];
  const warnings: string[] = [];
  const uncaught: unknown[] = [];
  let ackId = 7;
  const nsp: AdapterNamespace = {
    name,
    sockets,
    server: { encoder: { encode: ({ data }) => [JSON.stringify(data)] } },
    surroundings: {
      clock,
      random: createSeededRandom(seed),
      sessions,
      warn: (code, text) => void warnings.push(`${code}: ${text}`),
      reportUncaught: (error) => void uncaught.push(error),
    },
    deliver: (packet, flags, offset) => {
      flagsSeen.push(flags);
      namesSeen.push(packet.nsp);
      offsets.push(offset);
      const text = JSON.stringify(packet.data) + (offset === undefined ? "" : ` at ${offset}`);
      return {
        to: (socket) => {
          if (mistake !== undefined) throw mistake;
          delivered.push(`${text} to ${socket.id}`);
        },
        toLog: () => ({ data: [packet.data, offset], byteLength: 1 }),
      };
    },
    nextAckId: () => ackId++,
    expectAck: (socket, _, reply) => void replies.set(socket.id, reply),
    forgetReplies: (id) => void forgotten.push(id),
    _onServerSideEmit: (args) => void serverSide.push(args),
  };
  const add = (...ids: readonly string[]): void => {
    for (const id of ids) {
      sockets.set(id, {
        id,
        handshake: { of: id },
        rooms: new Set([id]),
        data: { name: id },
        join: (rooms) => void done.push(`${id} joins ${rooms}`),
        leave: (room) => void done.push(`${id} leaves ${room}`),
        disconnect: (close) => void done.push(`${id} is sent away${close === true ? " for good" : ""}`),
      });
    }
  };
  return {
    nsp,
    clock,
    sockets,
    delivered,
    done,
    flagsSeen,
    namesSeen,
    offsets,
    replies,
    forgotten,
    serverSide,
    warnings,
    uncaught,
    add,
  };
}
