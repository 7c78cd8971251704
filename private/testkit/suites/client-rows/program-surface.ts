// What programs touch of a client package, of either generation, official or ours.
// Place: tests -> **surface** -> client packages
// Rules: packages are loaded as `unknown`; the guard here is the one trust boundary, then a value has these shapes.

import { requireOfficial } from "../../src/peers/load-package.ts";
import { isObject, type RawEmitter } from "../../src/peers/raw-surface.ts";

/** The engine below a manager. */
export interface ProgramEngine extends RawEmitter {
  readonly id: string;
  readonly readyState: string;
  readonly transport: { readonly name: string };
  close(): unknown;
}

/** A function that reads a setting, or sets it and gives the manager. */
export interface Setting {
  (): unknown;
  (value: unknown): ProgramManager;
}

/** A manager. */
export interface ProgramManager extends RawEmitter {
  /** The official ones have none before they connect. */
  readonly engine: ProgramEngine | undefined;
  readonly opts: Record<string, unknown>;
  uri: unknown;
  readonly reconnection: Setting;
  readonly reconnectionAttempts: Setting;
  readonly reconnectionDelay: Setting;
  readonly reconnectionDelayMax: Setting;
  readonly randomizationFactor: Setting;
  readonly timeout: Setting;
  open(done?: (error?: unknown) => void): unknown;
  connect(done?: (error?: unknown) => void): unknown;
  socket(namespace: string, options?: object): ProgramSocket;
}

/** A socket. */
export interface ProgramSocket extends RawEmitter {
  readonly id: string | undefined;
  readonly connected: boolean;
  readonly disconnected: boolean;
  readonly active: boolean | undefined;
  readonly recovered: boolean | undefined;
  readonly io: ProgramManager;
  readonly nsp: string;
  auth: unknown;
  sendBuffer: unknown[];
  readonly volatile: ProgramSocket;
  off(event?: string, listener?: (...args: readonly unknown[]) => void): unknown;
  addEventListener(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  removeEventListener(event?: string, listener?: (...args: readonly unknown[]) => void): unknown;
  removeAllListeners(event?: string): unknown;
  listeners(event: string): unknown[];
  hasListeners(event: string): boolean;
  emit(event: unknown, ...args: readonly unknown[]): unknown;
  send(...args: readonly unknown[]): unknown;
  onAny(listener: (...args: readonly unknown[]) => void): unknown;
  prependAny(listener: (...args: readonly unknown[]) => void): unknown;
  offAny(listener?: (...args: readonly unknown[]) => void): unknown;
  listenersAny(): unknown[];
  onAnyOutgoing(listener: (...args: readonly unknown[]) => void): unknown;
  prependAnyOutgoing(listener: (...args: readonly unknown[]) => void): unknown;
  offAnyOutgoing(listener?: (...args: readonly unknown[]) => void): unknown;
  listenersAnyOutgoing(): unknown[];
  emitWithAck(event: string, ...args: readonly unknown[]): Promise<unknown>;
  compress(compress: boolean): ProgramSocket;
  binary(binary: boolean): ProgramSocket;
  timeout(ms: number): ProgramSocket;
  open(): unknown;
  connect(): unknown;
  close(): unknown;
  disconnect(): unknown;
}

/** What `require("socket.io-client")` gives. */
export interface ProgramIo {
  (url?: unknown, options?: object): ProgramSocket;
  readonly connect: ProgramIo;
  readonly protocol: number;
  readonly Manager: new (url?: unknown, options?: object) => ProgramManager;
  readonly Socket: abstract new (...args: never[]) => unknown;
}

function isProgramIo(value: unknown): value is ProgramIo {
  return isObject(value) && typeof value === "function" && ["Manager", "Socket"].every((name) => name in value);
}

/**
 * Loads a client package as programs do.
 * @throws Error when what it gives cannot be called, or lacks the classes.
 */
export function requireClient(name: string): ProgramIo {
  const loaded = requireOfficial(name);
  if (!isProgramIo(loaded)) throw new Error(`Cannot use "${name}": it is not what programs get of socket.io-client`);
  return loaded;
}
