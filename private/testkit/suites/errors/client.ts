// Our client at an address: what it tells of a connection that comes to nothing, or to an end.
// Place: **client** -> servers
// Rules: a test waits for the one thing that it is about, and never longer than a few seconds.

import { type ClientOptions, io, type Socket } from "@bowline/client";
import { expect } from "vitest";
import { within } from "../../src/peers/wait-for.ts";
import { later } from "./servers.ts";

const PATIENCE_MS = 6000;

export type Transport = "polling" | "websocket";
export const TRANSPORTS: readonly Transport[] = ["polling", "websocket"];

/** What listeners can read of a failure, and what they compare. */
export interface Told {
  readonly message: string | undefined;
  readonly type: unknown;
  readonly code: unknown;
  readonly hint: string;
  readonly status: unknown;
}

/** Matches a text that contains another one, wherever a value is compared. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

/** Matches a text of a form, wherever a value is compared. */
export function matching(form: RegExp): unknown {
  return expect.stringMatching(form);
}

/** A field of something unknown. */
export function fieldOf(source: unknown, name: string): unknown {
  return typeof source === "object" && source !== null ? Reflect.get(source, name) : undefined;
}

/** Takes apart what a listener got. */
export function toldOf(failure: unknown): Told {
  return {
    message: failure instanceof Error ? failure.message : undefined,
    type: fieldOf(failure, "type"),
    code: fieldOf(failure, "code"),
    hint: String(fieldOf(failure, "hint")),
    status: fieldOf(fieldOf(failure, "context"), "status"),
  };
}

/** Connects, without coming back by itself. */
export function connectTo(url: string, options: ClientOptions = {}): Socket {
  const socket = io(url, { reconnection: false, forceNew: true, ...options });
  later(() => socket.disconnect());
  return socket;
}

/** Waits for one event. */
export function next(
  source: { once(event: never, listener: (...args: unknown[]) => void): unknown },
  event: string,
): Promise<readonly unknown[]> {
  const told = new Promise<readonly unknown[]>((resolve) => {
    Reflect.apply(source.once, source, [event, (...args: unknown[]) => resolve(args)]);
  });
  return within(told, PATIENCE_MS, `the event ${event}`);
}

/** What is told of a connection that cannot be made. */
export async function failureAt(url: string, options: ClientOptions = {}): Promise<Told> {
  const [error] = await next(connectTo(url, options), "connect_error");
  return toldOf(error);
}

/** What is told of the end of a connection. */
export async function endOf(socket: Socket): Promise<Told & { readonly reason: unknown }> {
  const [reason, details] = await next(socket, "disconnect");
  return { reason, ...toldOf(details) };
}
