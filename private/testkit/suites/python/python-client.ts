// One client of python-socketio, as the tests use it.
// Place in the flow: tests -> **client** -> client.py -> the server under test
// Rules: many clients share one process, since Python takes its time to start; each has a number of its own there.
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { missingPython, type PythonProcess, type PythonReport, startPython } from "../../src/peers/python.ts";

/** Which transports a client has. */
export type Mode = "polling" | "websocket" | "upgrade";

/** The three ways to connect. */
export const MODES: readonly Mode[] = ["polling", "websocket", "upgrade"];

/** The transports of a mode, as the option of all clients has it. */
export const TRANSPORTS: Readonly<Record<Mode, string[]>> = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

/** The transport that a mode ends with. */
export const FINAL: Readonly<Record<Mode, string>> = {
  polling: "polling",
  websocket: "websocket",
  upgrade: "websocket",
};

/** Why there is no Python here, for the title of what is skipped; nothing when there is. */
export const reason: string | undefined = missingPython();

/** The title of a block of tests, with the reason where they are skipped. */
export const titled = (title: string): string => (reason === undefined ? title : `${title} (skipped: ${reason})`);

/** How long a test waits for anything, in milliseconds. */
export const PATIENCE_MS = 8000;

/** Looks again and again, for as long as a busy machine may need. */
export function eventually<Value>(look: () => Value): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(look, { timeout: PATIENCE_MS });
}

/** How a client connects. */
export interface PythonConnect {
  readonly mode: Mode;
  readonly namespaces?: readonly string[];
  readonly auth?: unknown;
  readonly reconnection?: boolean;
}

/** A client in one of its namespaces. */
export interface PythonSocket {
  /** The arguments of the next event of that name. */
  event(name: string): Promise<unknown>;
  emit(event: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Sends an event; resolves with the arguments of the answer. */
  call(event: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** A client of python-socketio; by itself it is the socket of `/`. */
export interface PythonClient extends PythonSocket {
  /** Waits for a report of this client: `connect`, `connect_error`, `disconnect` or `event`. */
  hear(is: string, details?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<PythonReport>;
  untaken(is: string): readonly PythonReport[];
  /** The client in another namespace. */
  at(namespace: string): PythonSocket;
  transport(): Promise<unknown>;
  disconnect(): Promise<unknown>;
}

/** Starts a process that hosts clients. */
export function startPythonClients(): PythonProcess {
  return startPython(fileURLToPath(new URL("client.py", import.meta.url)));
}

let made = 0;

/** Makes a client in a process and connects it; its namespaces report by themselves. */
export async function connectPython(python: PythonProcess, url: string, options: PythonConnect): Promise<PythonClient> {
  const { mode, namespaces = ["/"], auth = null, reconnection = false } = options;
  const client = ++made;
  const transports = TRANSPORTS[mode];
  await python.order("open", { client, url, transports, namespaces, auth, reconnection });
  const at = (namespace: string): PythonSocket => ({
    event: async (event) => (await python.hear("event", { client, event, namespace }))["args"],
    emit: (event, ...args) => python.order("emit", { client, namespace, event, args }),
    call: (event, ...args) => python.order("call", { client, namespace, event, args }),
  });
  return {
    ...at("/"),
    at,
    hear: (is, details = {}, timeoutMs = undefined) => python.hear(is, { ...details, client }, timeoutMs),
    untaken: (is) => python.untaken(is).filter((report) => report["client"] === client),
    transport: () => python.order("transport", { client }),
    disconnect: () => python.order("disconnect", { client }),
  };
}
