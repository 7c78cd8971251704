// Which other servers a namespace has, where they tell it by heartbeats of its own.
// Place: adapter -> cluster adapter (**heartbeats**) -> the broker, and back the same way
//
//   unknown --any message--> known --silent for too long, or it says that it closes--> unknown, and waited for no more
//
// Rules: any message is a sign of life, and saves the next heartbeat; a newcomer is answered at once, so that it knows all
//        others without waiting for their heartbeats; the time in which this process stood still is nobody's silence.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import { MAX_NODES } from "./membership.ts";
import { MessageType, type NodeId } from "./message.ts";
import { WakingTime } from "./waking-time.ts";

/** How often silent servers are looked for, in milliseconds. */
const SWEEP_INTERVAL_MS = 1_000;

/** What heartbeats need of their adapter. */
export interface HeartbeatsHost {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Says to all others that this server lives, that it has come, or that it goes. */
  say(
    type: typeof MessageType.HEARTBEAT | typeof MessageType.INITIAL_HEARTBEAT | typeof MessageType.ADAPTER_CLOSE,
  ): void;
  /** A server has gone: nobody waits for its answers any more. */
  gone(node: NodeId): void;
}

/** The other servers of one namespace. */
export class Heartbeats {
  /** When each was heard last, in milliseconds in which this process was awake. */
  readonly nodes: Map<NodeId, number> = new Map();
  readonly #host: HeartbeatsHost;
  readonly #time: WakingTime;
  #stopHeartbeat: Cancel | undefined;
  #stopSweep: Cancel | undefined;
  #isClosed = false;

  constructor(host: HeartbeatsHost) {
    this.#host = host;
    this.#time = new WakingTime(host.clock, 2 * SWEEP_INTERVAL_MS);
  }

  begin(): void {
    this.#host.say(MessageType.INITIAL_HEARTBEAT);
  }

  close(): void {
    this.#host.say(MessageType.ADAPTER_CLOSE);
    this.#isClosed = true;
    this.#stopHeartbeat?.();
    this.#stopSweep?.();
    this.nodes.clear();
  }

  /** This server has said something to all others. */
  said(): void {
    this.#stopHeartbeat?.();
    if (this.#isClosed) return;
    const { clock, intervalMs } = this.#host;
    this.#stopHeartbeat = clock.coarse(intervalMs, () => this.#host.say(MessageType.HEARTBEAT));
  }

  /** A server has said something. @returns whether the rest of the message is of interest. */
  heard({ uid, type }: { readonly uid: NodeId; readonly type: MessageType }): boolean {
    if (this.#isClosed) return false;
    if (type === MessageType.ADAPTER_CLOSE) {
      this.remove(uid);
      return false;
    }
    if (this.nodes.size >= MAX_NODES && !this.nodes.has(uid)) return false;
    this.nodes.set(uid, this.#time.now());
    this.#watch();
    if (type === MessageType.INITIAL_HEARTBEAT) this.#host.say(MessageType.HEARTBEAT);
    return true;
  }

  /** Forgets a server. */
  remove(node: NodeId): void {
    // Who was not known is not waited for either.
    if (this.nodes.delete(node)) this.#host.gone(node);
  }

  /** Looks for silent servers as long as there are any others. */
  #watch(): void {
    this.#stopSweep ??= this.#host.clock.coarse(SWEEP_INTERVAL_MS, () => {
      this.#stopSweep = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const silentSince = this.#time.now() - this.#host.timeoutMs;
    for (const [node, heardAt] of [...this.nodes]) if (heardAt < silentSince) this.remove(node);
    if (this.nodes.size > 0) this.#watch();
  }
}
