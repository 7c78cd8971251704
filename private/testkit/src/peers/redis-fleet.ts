// A master of Redis with a replica, and sentinels that watch them.
// Place: suite -> client of Redis -> **fleet**
// Rules: a replica that has never been in step would be an empty master: it is waited for.

import { setTimeout as delay } from "node:timers/promises";
import { ask, REDIS, sentinelOf } from "./broker-programs.ts";
import { BrokerServer } from "./broker-server.ts";

const PATIENCE_MS = 30_000;
const SENTINELS = 3;

/** The name under which sentinels know the master. */
export const MASTER_NAME = "bowline";

/** A master with a replica and sentinels. */
export interface RedisFleet {
  readonly master: BrokerServer;
  readonly replica: BrokerServer;
  readonly sentinelPorts: readonly number[];
  /** From here on the replica gets nothing from its master, and keeps what it has. */
  fallBehind(): Promise<void>;
  remove(): Promise<void>;
}

/** Waits until a replica has what its master has. */
async function catchUp({ port }: BrokerServer): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!(await ask(port, "INFO replication")).includes("master_link_status:up")) {
    if (performance.now() > until) throw new Error(`Cannot use the replica at port ${port}: it does not catch up`);
    await delay(50);
  }
}

/** Waits until all sentinels know each other and the replica, which they learn from the master: before, nobody takes its place. */
async function agree(sentinels: readonly BrokerServer[]): Promise<void> {
  const known = `slaves=1,sentinels=${SENTINELS}`;
  const until = performance.now() + PATIENCE_MS;
  for (const { port } of sentinels) {
    while (!(await ask(port, "INFO sentinel")).includes(known)) {
      if (performance.now() > until)
        throw new Error(`Cannot use the sentinel at port ${port}: it knows too few others`);
      await delay(50);
    }
  }
}

/** Starts them. @returns once the master could be replaced. */
export async function startRedisFleet(): Promise<RedisFleet> {
  const master = await BrokerServer.start(REDIS, "--repl-diskless-sync-delay", "0");
  const replica = await BrokerServer.start(REDIS, "--replicaof", "127.0.0.1", String(master.port));
  await catchUp(replica);
  const watched = { name: MASTER_NAME, port: master.port, downAfterMs: 1000, failoverTimeoutMs: 3000 };
  const sentinels: BrokerServer[] = [];
  for (let index = 0; index < SENTINELS; index++) sentinels.push(await BrokerServer.start(sentinelOf(watched)));
  await agree(sentinels);
  return {
    master,
    replica,
    sentinelPorts: sentinels.map(({ port }) => port),
    async fallBehind() {
      const answer = await ask(replica.port, "REPLICAOF 127.0.0.1 1");
      if (!answer.startsWith("+OK")) throw new Error(`Cannot have the replica fall behind: it says "${answer.trim()}"`);
    },
    async remove() {
      for (const server of [...sentinels, replica, master]) await server.remove();
    },
  };
}
