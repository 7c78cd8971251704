// The bus of a worker, by whatever connects it with its primary.
// Place: cluster adapter -> wire -> **bus** -> link -> hub of the primary
// Rules: a program says where it runs only where that cannot be found out; a process that nobody has started is told how it
//        could be connected.

import { randomInt } from "node:crypto";
import { connect } from "node:net";
import { isMainThread, threadId } from "node:worker_threads";
import { type Bus, type Cluster, type ClusterOptions, createCluster } from "@bowline/adapter/cluster";
import { HubBus, type HubBusOptions } from "../hub/hub-bus.ts";
import type { Connector } from "../hub/hub-line.ts";
import { HUB_DEFAULTS } from "../hub/hub-options.ts";
import type { Link, LinkEvents } from "../hub/link.ts";
import { IpcLink, readIpcMessage } from "./ipc-link.ts";
import { connectLocally } from "./local-link.ts";
import { currentPrimary } from "./primary.ts";
import { SocketLink } from "./socket-link.ts";
import { nodeSurroundings } from "./surroundings.ts";
import { channelOfLink, HUB_CHANNEL, nameLink, openChannel, readThreadMessage, ThreadLink } from "./thread-link.ts";

/** Options of the bus of a worker. */
export interface NodeClusterBusOptions extends Partial<HubBusOptions> {
  /** Where the primary listens, if it has not started this process: the `path` of its `setupPrimary()`. */
  readonly path?: string;
}

/** How much may wait to be sent, in bytes. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
const CALL_SETUP = 'Has it called "setupPrimary"?';

/** Drawn, since a process may have loaded this module twice: as ESM and as CommonJS. */
const drawLinkNumber = (): number => randomInt(2 ** 48 - 1);

function overIpc(send: NonNullable<typeof process.send>): Connector {
  return {
    peer: "the primary",
    hint: CALL_SETUP,
    connect(events) {
      const number = drawLinkNumber();
      const link = new IpcLink(
        number,
        (message, taken) => {
          if (process.connected) send.call(process, message, undefined, undefined, taken);
        },
        { drained: () => events.drained(), ended: stop },
      );
      const received = (message: unknown): void => {
        const read = readIpcMessage(message);
        if (read?.link !== number) return;
        if (read.batch === undefined) {
          gone();
          return;
        }
        link.heard(read);
        events.received(read.batch);
      };
      function gone(): void {
        link.ended();
        events.closed();
      }
      function stop(): void {
        process.off("message", received);
        process.off("disconnect", gone);
      }
      process.on("message", received);
      process.once("disconnect", gone);
      return link;
    },
  };
}

function betweenThreads(): Connector {
  return {
    peer: "the thread that has started this one",
    hint: CALL_SETUP,
    connect(events) {
      const name = nameLink(threadId, drawLinkNumber());
      const here = openChannel(channelOfLink(name), (message) => {
        const read = readThreadMessage(message);
        if (read !== undefined) link.received(read);
      });
      const link = new ThreadLink(name, openChannel(HUB_CHANNEL), () => here.close());
      link.listen(events);
      return link;
    },
  };
}

function overPath(path: string, maxMessageBytes: number): Connector {
  return {
    peer: `the primary at "${path}"`,
    hint: CALL_SETUP,
    connect(events) {
      const socket = connect(path);
      const link = new SocketLink(socket, maxMessageBytes);
      link.listen(events);
      return link;
    },
  };
}

function withinProcess(accept: (link: Link) => LinkEvents): Connector {
  return { peer: "this process", hint: CALL_SETUP, connect: (events) => connectLocally(events, accept) };
}

function findConnector(path: string | undefined, maxMessageBytes: number): Connector {
  if (path !== undefined) return overPath(path, maxMessageBytes);
  const primary = currentPrimary();
  if (primary !== undefined) return withinProcess((link) => primary.accept(link));
  if (!isMainThread) return betweenThreads();
  if (process.send !== undefined) return overIpc(process.send);
  throw new TypeError(
    'Cannot find the primary: this process is no worker of node:cluster, no thread and no forked child; give "path", or call "setupPrimary" first',
  );
}

/**
 * Connects the server of a worker with those of the other workers, through their primary.
 *
 * It works in workers of `node:cluster`, in worker threads, in children of `child_process.fork()`, in the primary itself,
 * and, with `path`, in any process of the same user.
 * @throws TypeError where there is no primary to be found.
 * @example
 * import { createCluster } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 *
 * const io = new Server(3000, { cluster: createCluster({ bus: nodeClusterBus() }) });
 */
export function nodeClusterBus(options: NodeClusterBusOptions = {}): Bus {
  const maxMessageBytes = options.maxMessageBytes ?? HUB_DEFAULTS.maxMessageBytes;
  const maxQueuedBytes = options.maxQueuedBytes ?? MAX_QUEUED_BYTES;
  const connector = findConnector(options.path, maxMessageBytes);
  const bus = new HubBus(connector, { maxMessageBytes, maxQueuedBytes }, nodeSurroundings);
  bus.open();
  return bus;
}

/** Options of `nodeCluster()`: those of a cluster, but for the bus, and those of the bus. */
export interface NodeClusterOptions extends Omit<ClusterOptions, "bus">, NodeClusterBusOptions {}

/**
 * What a server of a worker is given: the cluster over the primary of this machine.
 * @throws TypeError where there is no primary to be found.
 * @example
 * import { Server } from "@bowline/server";
 *
 * const io = new Server(3000, { cluster: nodeCluster() });
 */
export function nodeCluster(options: NodeClusterOptions = {}): Cluster {
  const { path, maxMessageBytes, ...rest } = options;
  const bus = nodeClusterBus({
    ...(path === undefined ? {} : { path }),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
  });
  return createCluster({ ...rest, bus });
}
