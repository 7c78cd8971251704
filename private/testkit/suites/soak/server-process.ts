// Starts the server of a soak as a child process, has it speak, and asks it how it is.
// Place: soak -> **server's parent** -> child process -> serving-process.ts
// Rules: what is to be said goes out in the order in which it was ordered; a child that dies fails whatever waits for it.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ServerName } from "../../src/peers/peer.ts";
import { within } from "../../src/peers/wait-for.ts";

/** Whose server it is. */
export type SoakedServer = Extract<ServerName, "our server" | "server 4.8 with allowEIO3">;

/** How the server is set. */
export interface ServingOptions {
  readonly server: SoakedServer;
  /** For how long lost sessions are kept. */
  readonly keptForMs: number;
}

/** Something to be said: by whom it is heard, and what it is. An empty room is everybody in the namespace. */
export type Saying = readonly [namespace: string, room: string, event: string, stream: string, number: number];

/** Who is there. */
export interface Glance {
  readonly clients: number;
  readonly attackers: number;
  readonly sockets: number;
  readonly rooms: number;
  readonly namespaces: number;
}

/** How the server is. */
export interface Look extends Glance {
  /** After a garbage collection, as are `externalBytes`: buffers, mostly. */
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  /** What keeps the process alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  /** How late its event loop was since the last look. */
  readonly delayMs: { readonly p50: number; readonly p99: number; readonly longest: number };
  readonly cpuMs: number;
  /** Answers of clients to what they were asked. */
  readonly answers: number;
  /** How often somebody was turned away, for whatever reason; the official server does not count it. */
  readonly refusals: number;
}

/** What the child is told. */
export type Order =
  | { readonly do: "say"; readonly list: readonly Saying[] }
  | { readonly do: "glance" | "look" | "sync"; readonly id: number }
  | { readonly do: "end" };

/** A message of a client that the server has heard. */
export type Heard = readonly [stream: string, number: number, isWhole: boolean];

/** The server's process. */
export interface Serving {
  readonly port: number;
  /** Why it died, if it did. */
  readonly causeOfDeath: string | undefined;
  say(list: readonly Saying[]): void;
  glance(): Promise<Glance>;
  look(): Promise<Look>;
  /** Resolves once everything that was heard before has been told. */
  sync(): Promise<void>;
  end(): Promise<void>;
}

const PATIENCE_MS = 30_000;

const field = (message: unknown, key: string): unknown =>
  typeof message === "object" && message !== null ? Reflect.get(message, key) : undefined;

/** The child's own messages come through here. */
function asHeard(list: unknown): readonly Heard[];
function asHeard(list: unknown): unknown {
  return list;
}

/** The first word of the child: that it listens, or why it cannot. */
async function portOf(child: ChildProcess): Promise<number> {
  const told: readonly unknown[] = await within(once(child, "message"), PATIENCE_MS, "the server's process");
  const [message] = told;
  if (field(message, "is") !== "listening") throw new Error(`The server died: ${String(field(message, "text"))}`);
  return Number(field(message, "port"));
}

/**
 * Starts the server.
 *
 * @param hear - Told what the server hears.
 */
export async function startServing(options: ServingOptions, hear: (heard: readonly Heard[]) => void): Promise<Serving> {
  const file = fileURLToPath(new URL("serving-process.ts", import.meta.url));
  const child = fork(file, [JSON.stringify(options)], {
    execArgv: ["--expose-gc", "--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let causeOfDeath: string | undefined;
  let isEnding = false;
  let nextId = 0;
  child.on("message", (message: unknown) => {
    const is = field(message, "is");
    if (is === "heard") hear(asHeard(field(message, "list")));
    else if (is === "died") causeOfDeath = String(field(message, "text"));
    else if (is === "answer") {
      const id = Number(field(message, "id"));
      waiting.get(id)?.resolve(field(message, "answer"));
      waiting.delete(id);
    }
  });
  child.on("exit", (code, signal) => {
    if (!isEnding) causeOfDeath ??= `it ended with ${code ?? signal}`;
    for (const { reject } of waiting.values()) reject(new Error(`The server died: ${causeOfDeath ?? "it was ended"}`));
    waiting.clear();
  });
  const port = await portOf(child);

  function order(given: Order): void {
    if (child.connected) child.send(given);
  }

  function ask(what: "glance" | "look" | "sync"): Promise<unknown> {
    const id = nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      if (!child.connected) reject(new Error(`The server died: ${causeOfDeath ?? "it gave no reason"}`));
      waiting.set(id, { resolve, reject });
      order({ do: what, id });
    });
    return within(answer, PATIENCE_MS, `the server's answer to "${what}"`);
  }

  return {
    port,
    get causeOfDeath() {
      return causeOfDeath;
    },
    say: (list) => order({ do: "say", list }),
    glance: async () => asGlance(await ask("glance")),
    look: async () => asLook(await ask("look")),
    async sync() {
      await ask("sync");
    },
    async end() {
      isEnding = true;
      const ended = once(child, "exit");
      if (child.exitCode !== null || child.signalCode !== null) return;
      order({ do: "end" });
      const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function asGlance(answer: unknown): Glance;
function asGlance(answer: unknown): unknown {
  return answer;
}

function asLook(answer: unknown): Look;
function asLook(answer: unknown): unknown {
  return answer;
}
