// The clients that talk to the programs: ours and the official one, as the differential suite has them.
// Place: tests -> **client** -> a program's server on loopback.
import { onTestFinished } from "vitest";
import { clientPeer } from "../../testkit/src/peers/client-peers.ts";
import type { ClientConnect, ClientName, ClientSocket } from "../../testkit/src/peers/peer.ts";
import { within } from "../../testkit/src/peers/wait-for.ts";

/** The clients that every program is played with. */
export const CLIENTS: readonly ClientName[] = ["our client", "client 4.8"];

/** How long an answer may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 20_000;

/** A socket of a client, with which a test can wait. */
export interface Caller {
  readonly socket: ClientSocket;
  /** Emits an event, and resolves with the arguments of its acknowledgement. */
  call(event: string, ...args: readonly unknown[]): Promise<readonly unknown[]>;
  /** Resolves with the arguments of the next event of that name; ask before what causes it. */
  next(event: string): Promise<readonly unknown[]>;
  /** Answers an event that wants an acknowledgement. */
  answer(event: string, reply: (...args: readonly unknown[]) => unknown): void;
  /** Resolves with what a refused client was told. */
  readonly refused: Promise<unknown>;
}

/**
 * Makes a client and lets it connect; it is gone when the test has ended.
 *
 * @param name - Which client.
 * @param url - Where to.
 * @returns Its socket, before it is connected.
 */
export async function makeCaller(
  name: ClientName,
  url: string,
  options: Omit<ClientConnect, "mode"> & { readonly mode?: ClientConnect["mode"] } = {},
): Promise<Caller> {
  const peer = await clientPeer(name);
  const socket = peer.connect(url, { mode: "upgrade", ...options });
  onTestFinished(() => socket.dispose());
  const next = (event: string) =>
    within(
      new Promise<readonly unknown[]>((resolve) => socket.on(event, (...args) => resolve(args))),
      PATIENCE_MS,
      `"${event}" at ${name}`,
    );
  return {
    socket,
    next,
    call: (event, ...args) =>
      within(
        new Promise<readonly unknown[]>((resolve) =>
          socket.emit(event, ...args, (...answer: unknown[]) => resolve(answer)),
        ),
        PATIENCE_MS,
        `the answer to "${event}" at ${name}`,
      ),
    answer(event, reply) {
      socket.on(event, (...args) => {
        const acknowledge = args.at(-1);
        if (typeof acknowledge === "function") Reflect.apply(acknowledge, undefined, [reply(...args.slice(0, -1))]);
      });
    },
    refused: within(
      new Promise<unknown>((resolve) => socket.onRefused(({ payload }) => resolve(payload))),
      PATIENCE_MS,
      `the refusal of ${name}`,
    ),
  };
}

/** As `makeCaller`, and waits until the client is connected. */
export async function connectCaller(...args: Parameters<typeof makeCaller>): Promise<Caller> {
  const caller = await makeCaller(...args);
  await caller.next("connect");
  return caller;
}
