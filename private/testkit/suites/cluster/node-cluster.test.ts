// @bowline/node-cluster by a path, as processes are connected that the primary has not started: nodes of one process, each
// with a connection of its own. Workers and threads have a suite of theirs.
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCluster } from "@bowline/adapter/cluster";
import { nodeClusterBus, setupPrimary } from "@bowline/node-cluster";
import { afterAll } from "vitest";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { QUICK_CLUSTER } from "./own-clusters.ts";

const name = `bowline-${randomBytes(6).toString("hex")}`;
const path = process.platform === "win32" ? join("\\\\.\\pipe", name) : join(tmpdir(), `${name}.sock`);
const primary = setupPrimary({ path });

afterAll(() => primary.close());

adapterSuite({
  name: "@bowline/node-cluster",
  isOurs: true,
  async connect() {
    await primary.ready;
    const prefix = `tenant-${randomBytes(4).toString("hex")}`;
    return {
      cluster: () => createCluster({ bus: nodeClusterBus({ path }), prefix, ...QUICK_CLUSTER }),
      close: () => undefined,
    };
  },
});
