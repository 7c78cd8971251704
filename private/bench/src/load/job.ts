// What the run asks of the load process, and what comes back: the messages between the two, and those that it passes on
// between the load process and the process under measurement.
// Place: run -> **job** -> load process
// Rules: plain data, since it goes over IPC; what arrives is unknown until it was looked at.

import type { Language } from "../peers/peer.ts";

/** How long a measurement warms up and lasts. */
export interface Stretch {
  readonly warmMs: number;
  readonly measureMs: number;
  /** How many times longer either may take where the measured process does not get its processor. */
  readonly patience: number;
}

/** What the load process can do to a server. */
export type Scenario = "echo" | "broadcast" | "connect" | "storm" | "upgrade" | "polling" | "idle";

/** One measurement of one server. */
export interface LoadJob extends Stretch {
  readonly scenario: Scenario;
  readonly language: Language;
  readonly port: number;
  readonly serverPid: number;
  /** How many clients there are, or for `connect` and `upgrade` how many come and go at the same time. */
  readonly clients: number;
  /** Messages that each client of `echo` has under way; of `broadcast`, how many all have under way together. */
  readonly inFlight: number;
  /** For `echo`: the bytes that an event carries as an attachment; for `broadcast`: those of its text; 0 is a small event. */
  readonly payloadBytes: number;
  /** For `broadcast`: the rooms that messages go to, one after the other; 0 sends to everybody. */
  readonly rooms: number;
  /** How many clients are in a room, or as many as there are. */
  readonly roomSize: number;
  /** For `echo`: how many namespaces the clients spread over; 0 has all in the main one. */
  readonly namespaces: number;
  /** For `echo`: messages per second over all clients; 0 sends the next one when an answer comes. */
  readonly ratePerSecond: number;
  /** For `broadcast`: messages that the server sends in one turn of its loop. */
  readonly perTurn: number;
}

/** What the load process can do to clients: send them events without end, or nothing. */
export type FountainScenario = "receive" | "stay";

/** One measurement of the clients of one peer. */
export interface FountainJob extends Stretch {
  readonly scenario: FountainScenario;
  readonly language: Language;
  readonly clients: number;
}

/** What the load process can do to a cluster. */
export type ClusterScenario = "across" | "interest" | "spread" | "poll-home" | "poll-away";

/** One server of a cluster. */
export interface ClusterNode {
  readonly port: number;
  readonly pid: number;
}

/** One measurement of a cluster of servers of one peer. */
export interface ClusterJob extends Stretch {
  readonly scenario: ClusterScenario;
  readonly language: Language;
  /** Events go in at the first one. */
  readonly nodes: readonly ClusterNode[];
  /** The process that connects them, where its cost can be read. */
  readonly brokerPid: number | undefined;
  /** For `spread` and polls: clients of all servers together. */
  readonly clients: number;
  /** For `spread`: broadcasts under way. */
  readonly inFlight: number;
}

/** What a measurement gave, by the names that metrics take them from. */
export type Figures = Readonly<Record<string, number>>;

/** What one measurement gave. */
export interface Measurement {
  readonly figures: Figures;
  /** The share of its core that the load process used while it measured; 0 where nothing was driven. */
  readonly loadUtilisation: number;
}

/** What a process under measurement tells about itself. */
export interface ProcessFacts {
  readonly cpuUs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Events that its clients were handed so far; a server counts none. */
  readonly received: number;
}

/** From the run to the load process. */
export type ToLoad =
  | { readonly type: "job"; readonly job: LoadJob }
  | { readonly type: "fountain"; readonly job: FountainJob }
  | { readonly type: "cluster"; readonly job: ClusterJob }
  | { readonly type: "facts"; readonly facts: ProcessFacts }
  | { readonly type: "connected" }
  | { readonly type: "end" };

/** From the load process to the run. */
export type FromLoad =
  | { readonly type: "ask"; readonly afterGarbageCollection: boolean }
  | { readonly type: "connect"; readonly port: number; readonly clients: number }
  | { readonly type: "done"; readonly measurement: Measurement }
  | { readonly type: "failed"; readonly reason: string };

function typeOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "type" in message ? message.type : undefined;
}

/** Whether what arrived in the load process is one of its messages. */
export function isToLoad(message: unknown): message is ToLoad {
  return ["job", "fountain", "cluster", "facts", "connected", "end"].some((type) => typeOf(message) === type);
}

/** Whether what arrived from the load process is one of its messages. */
export function isFromLoad(message: unknown): message is FromLoad {
  return ["ask", "connect", "done", "failed"].some((type) => typeOf(message) === type);
}
