// The primary: the process, or the thread, that has started the others, with the hub in it.
// Place: workers -> links -> **primary** (hub) -> links -> workers
// Rules: one hub in a process; workers of node:cluster and threads are let in by themselves, whether they were there before
//        or come later; other children have to be handed in; messages that are not ours are the program's.

import type { ChildProcess } from "node:child_process";
import cluster, { type Worker as ClusterWorker } from "node:cluster";
import type { Worker as ThreadWorker } from "node:worker_threads";
import { beginsWithHello } from "../hub/frame.ts";
import { Hub, type HubStatus } from "../hub/hub.ts";
import { type HubOptions, resolveHubOptions } from "../hub/hub-options.ts";
import type { Link, LinkEvents } from "../hub/link.ts";
import { IpcLink, type IpcMessage, readIpcMessage } from "./ipc-link.ts";
import { listenOnPath, type PathListener } from "./path-listener.ts";
import { nodeSurroundings } from "./surroundings.ts";
import { channelOfLink, HUB_CHANNEL, openChannel, readThreadMessage, ThreadLink, threadOf } from "./thread-link.ts";

/** Options of the primary. */
export interface PrimaryOptions extends Partial<HubOptions> {
  /**
   * A Unix domain socket, or a named pipe, for processes that this one has not started, such as those of PM2.
   * Only the user of this process can connect.
   */
  readonly path?: string;
}

/** The hub of this process. */
export interface Primary {
  /** What it holds at the moment. */
  readonly status: HubStatus;
  /** Settles when others can connect by `path`. @throws Error (as a rejection) when the path cannot be had. */
  readonly ready: Promise<void>;
  /** Lets a child of `child_process.fork()` in, or a thread that was started before. */
  attach(child: ChildProcess | ThreadWorker): void;
  /** Lets go of all workers. Their buses go down, and up again with the next primary. */
  close(): Promise<void>;
}

/** A process that this one has forked. */
type Forked = ClusterWorker | ChildProcess;

/** How long the channel of a process that has ended is read, in milliseconds. */
const DRAIN_MS = 100;

/** A bus in it. */
interface IpcPeer {
  readonly link: IpcLink;
  readonly events: LinkEvents;
}

class NodePrimary implements Primary {
  readonly ready: Promise<void>;
  readonly #hub: Hub;
  /** Those of each process, by the numbers of their links. */
  readonly #forked: Map<Forked, Map<number, IpcPeer>> = new Map();
  /** By the names of their links. */
  readonly #threads: Map<string, { readonly link: ThreadLink; readonly events: LinkEvents }> = new Map();
  readonly #stop: (() => void)[] = [];
  #listener: PathListener | undefined;

  constructor(options: PrimaryOptions) {
    const resolved = resolveHubOptions(options);
    this.#hub = new Hub(resolved, nodeSurroundings);
    this.#hearWorkers();
    this.#hearThreads();
    const { path } = options;
    if (path === undefined) {
      this.ready = Promise.resolve();
    } else {
      this.#listener = listenOnPath(path, resolved.maxMessageBytes, (link) => this.accept(link));
      this.ready = this.#listener.listening;
      // Whoever does not wait for it is told all the same.
      this.ready.catch((error: unknown) => nodeSurroundings.warn("BOWLINE_HUB", String(error)));
    }
  }

  get status(): HubStatus {
    return this.#hub.status;
  }

  /** Lets a bus in. */
  accept(link: Link): LinkEvents {
    return this.#hub.connect(link);
  }

  attach(child: ChildProcess | ThreadWorker): void {
    if ("threadId" in child) {
      this.#watchThread(child);
      return;
    }
    const received = (message: unknown): void => this.#receivedByIpc(child, message);
    const gone = (): void => this.#forgetForked(child);
    const ended = (): void => this.#forgetForkedSoon(child);
    child.on("message", received);
    child.once("disconnect", gone);
    child.once("exit", ended);
    this.#stop.push(() => {
      child.off("message", received);
      child.off("disconnect", gone);
      child.off("exit", ended);
    });
  }

  async close(): Promise<void> {
    this.#hub.close();
    for (const stop of this.#stop.splice(0)) stop();
    await this.#listener?.close();
    if (current === this) current = undefined;
  }

  #hearWorkers(): void {
    const received = (worker: ClusterWorker, message: unknown): void => this.#receivedByIpc(worker, message);
    const gone = (worker: ClusterWorker): void => this.#forgetForked(worker);
    const ended = (worker: ClusterWorker): void => this.#forgetForkedSoon(worker);
    cluster.on("message", received);
    cluster.on("disconnect", gone);
    cluster.on("exit", ended);
    this.#stop.push(() => {
      cluster.off("message", received);
      cluster.off("disconnect", gone);
      cluster.off("exit", ended);
    });
  }

  /**
   * A process has ended: what it has sent before may still be in the channel, at the end of which "disconnect" comes; but it
   * never comes where a connection was being handed to that process.
   */
  #forgetForkedSoon(forked: Forked): void {
    nodeSurroundings.clock.after(DRAIN_MS, () => this.#forgetForked(forked));
  }

  #receivedByIpc(forked: Forked, message: unknown): void {
    const read = readIpcMessage(message);
    if (read === undefined) return;
    const known = this.#forked.get(forked)?.get(read.link);
    if (read.batch === undefined) {
      known?.link.ended();
      known?.events.closed();
      return;
    }
    // What comes late of a process that has gone lets nobody in.
    if (known === undefined && !beginsWithHello(read.batch)) return;
    const peer = known ?? this.#letIn(forked, read);
    peer.link.heard(read);
    peer.events.received(read.batch);
  }

  #letIn(forked: Forked, { link: number }: IpcMessage): IpcPeer {
    const process = "process" in forked ? forked.process : forked;
    const peers = this.#forked.get(forked) ?? new Map<number, IpcPeer>();
    const link = new IpcLink(
      number,
      (message, taken) => {
        if (process.connected) process.send(message, taken);
      },
      {
        drained: () => peer.events.drained(),
        ended: () => {
          peers.delete(number);
          if (peers.size === 0) this.#forked.delete(forked);
        },
      },
    );
    const peer: IpcPeer = { link, events: this.accept(link) };
    this.#forked.set(forked, peers.set(number, peer));
    return peer;
  }

  #forgetForked(forked: Forked): void {
    for (const { link, events } of [...(this.#forked.get(forked)?.values() ?? [])]) {
      link.ended();
      events.closed();
    }
  }

  #hearThreads(): void {
    const channel = openChannel(HUB_CHANNEL, (message) => {
      const read = readThreadMessage(message);
      if (read === undefined) return;
      const known = this.#threads.get(read.link)?.link;
      if (known !== undefined) known.received(read);
      // What comes late of a thread that has gone lets nobody in.
      else if ("batch" in read && beginsWithHello(read.batch)) this.#letThreadIn(read.link).received(read);
    });
    const watch = (worker: ThreadWorker): void => this.#watchThread(worker);
    process.on("worker", watch);
    this.#stop.push(() => {
      channel.close();
      process.off("worker", watch);
    });
  }

  #letThreadIn(name: string): ThreadLink {
    const link = new ThreadLink(name, openChannel(channelOfLink(name)), () => this.#threads.delete(name));
    const events = this.accept(link);
    link.listen(events);
    this.#threads.set(name, { link, events });
    return link;
  }

  #watchThread(worker: ThreadWorker): void {
    // Once it has gone its number is -1.
    const { threadId } = worker;
    worker.once("exit", () => {
      for (const [name, { link, events }] of [...this.#threads]) {
        if (threadOf(name) !== threadId) continue;
        link.close();
        events.closed();
      }
    });
  }
}

let current: NodePrimary | undefined;

/** The hub of this process, where it has one. */
export function currentPrimary(): { accept(link: Link): LinkEvents } | undefined {
  return current;
}

/**
 * Makes this process, or this thread, the one that connects the servers of its workers.
 *
 * Call it once, before workers are forked or threads are started. It keeps what is sent for a while, so that clients of a
 * worker that is killed miss nothing.
 * @throws TypeError when it has been called before.
 * @throws RangeError for options that make no sense.
 * @example
 * import cluster from "node:cluster";
 *
 * if (cluster.isPrimary) {
 *   setupPrimary();
 *   for (let count = 0; count < 4; count++) cluster.fork();
 * }
 */
export function setupPrimary(options: PrimaryOptions = {}): Primary {
  if (current !== undefined) {
    throw new TypeError(
      'Cannot set up the primary: this process is one already; close that one, or call "setupPrimary" once',
    );
  }
  current = new NodePrimary(options);
  return current;
}
