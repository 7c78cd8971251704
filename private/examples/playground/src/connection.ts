// The page's one connection: Bowline's client, and its life told as a stream of events and one state.
// Place in the flow: `... -> connection/namespace/socket -> handlers`, around the socket.
// Rules: nothing else on the page touches the socket, so that events are counted once; the client reconnects by itself,
// this file only watches. States: connecting -> connected <-> waiting -> trying -> connected.

import { io } from "@bowline/client";
import { explain } from "@bowline/client/explain";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 2_500;

export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected"; readonly transport: string }
  | { readonly kind: "waiting"; readonly attempt: number; readonly until: number }
  | { readonly kind: "trying"; readonly attempt: number };

export type LinkEvent =
  | { readonly type: "connected"; readonly transport: string; readonly tookMs: number }
  | { readonly type: "back"; readonly transport: string; readonly awayMs: number; readonly attempts: number }
  | { readonly type: "upgraded"; readonly transport: string; readonly afterMs: number }
  | { readonly type: "lost"; readonly reason: string }
  | { readonly type: "failed"; readonly attempt: number; readonly reason: string; readonly nextInMs: number }
  | { readonly type: "moved" };

export interface Identity {
  name: string;
  room: string;
}

type Handler = (...values: unknown[]) => void;

export interface Connection {
  readonly state: LinkState;
  readonly counts: { readonly in: number; readonly out: number; readonly reconnections: number };
  /** Called with every change; `moved` is one that needs no line in the log. */
  watch(watcher: (event: LinkEvent) => void): void;
  /** Called at each event sent or received, answers included. */
  watchTraffic(watcher: (direction: "in" | "out") => void): void;
  on(event: string, handler: Handler): void;
  /** Sends an event and hears the answer; while offline the client keeps it and sends it after reconnecting. */
  ask(event: string, values: readonly unknown[], answered: (answer: unknown) => void): void;
  /** Sends an event that may get lost: dropped while offline or while the connection cannot take it. */
  hint(event: string, ...values: readonly unknown[]): void;
  drop(): void;
  /** Reconnects with these transports from now on. */
  useTransports(names: readonly ("polling" | "websocket")[]): void;
}

export function openConnection(identity: Identity): Connection {
  const socket = io({
    // Asked at every connection, so that a reconnected tab is in its room before its queued messages arrive.
    auth: (give: (claims: Record<string, unknown>) => void) => give({ ...identity }),
    transports: ["polling", "websocket"],
    reconnectionDelay: FIRST_DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    // Only because the page counts down to the next attempt. Leave it on where thousands of clients reconnect at once.
    randomizationFactor: 0,
  });
  const manager = socket.io;

  const watchers: ((event: LinkEvent) => void)[] = [];
  const trafficWatchers: ((direction: "in" | "out") => void)[] = [];
  const counts = { in: 0, out: 0, reconnections: 0 };
  let state: LinkState = { kind: "connecting" };
  let since = performance.now();
  let attempts = 0;
  let connectedBefore = false;
  let openedWith = "";
  let upgrade: (LinkEvent & { readonly type: "upgraded" }) | undefined;

  function change(next: LinkState, event: LinkEvent): void {
    state = next;
    for (const watcher of watchers) watcher(event);
  }

  function count(direction: "in" | "out"): void {
    counts[direction] += 1;
    for (const watcher of trafficWatchers) watcher(direction);
  }

  function wait(event: LinkEvent): void {
    const attempt = attempts + 1;
    change({ kind: "waiting", attempt, until: performance.now() + delayBefore(attempt) }, event);
  }

  manager.on("open", () => {
    const openedAt = performance.now();
    const engine = manager.engine;
    openedWith = engine.transport.name;
    upgrade = undefined;
    engine.once("upgrade", () => {
      upgrade = { type: "upgraded", transport: engine.transport.name, afterMs: performance.now() - openedAt };
      if (state.kind === "connected") change({ kind: "connected", transport: upgrade.transport }, upgrade);
    });
  });

  socket.on("connect", () => {
    const tookMs = performance.now() - since;
    const event: LinkEvent = connectedBefore
      ? { type: "back", transport: openedWith, awayMs: tookMs, attempts }
      : { type: "connected", transport: openedWith, tookMs };
    if (connectedBefore) counts.reconnections += 1;
    connectedBefore = true;
    attempts = 0;
    change({ kind: "connected", transport: openedWith }, event);
    // The transport may be upgraded before the namespace has answered; told in this order it can be understood.
    if (upgrade !== undefined) change({ kind: "connected", transport: upgrade.transport }, upgrade);
  });

  socket.on("disconnect", (reason: string) => {
    since = performance.now();
    wait({ type: "lost", reason });
    // The one case in which the client takes the server's word and stays away: the page wants to be back all the same.
    if (reason === "io server disconnect") socket.connect();
  });

  manager.on("reconnect_attempt", (attempt: number) => {
    attempts = attempt;
    change({ kind: "trying", attempt }, { type: "moved" });
  });

  socket.on("connect_error", (error: Error) => {
    // `message` is a short fixed text that programs compare; the sentence says what was tried, what came back, what to do.
    wait({ type: "failed", attempt: attempts, reason: explain(error), nextInMs: delayBefore(attempts + 1) });
  });

  return {
    get state() {
      return state;
    },
    counts,
    watch(watcher) {
      watchers.push(watcher);
    },
    watchTraffic(watcher) {
      trafficWatchers.push(watcher);
    },
    on(event, handler) {
      socket.on(event, (...values: unknown[]) => {
        count("in");
        handler(...values);
      });
    },
    ask(event, values, answered) {
      count("out");
      socket.emit(event, ...values, (answer: unknown) => {
        count("in");
        answered(answer);
      });
    },
    hint(event, ...values) {
      if (!socket.connected) return;
      count("out");
      socket.volatile.emit(event, ...values);
    },
    drop() {
      manager.engine.close();
    },
    useTransports(names) {
      manager.opts.transports = [...names];
      manager.engine.close();
    },
  };
}

/** The client's own backoff, doubled at each attempt, which the page needs to count down. */
function delayBefore(attempt: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
}
