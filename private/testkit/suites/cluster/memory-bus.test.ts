// Our cluster over the broker in memory, which is quick, or slow and uneven by a seed: what every bus shares is tested here.
import { createCluster, createMemoryBroker, type MemoryBrokerOptions, type MemoryBus } from "@bowline/adapter/cluster";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { createOrderedClock } from "./ordered-clock.ts";
import { QUICK_CLUSTER } from "./own-clusters.ts";

const clock = createOrderedClock();

/** The brokers under test; a delay stands for each message, and its order for each two nodes. */
const BROKERS: Readonly<Record<string, Partial<MemoryBrokerOptions>>> = {
  "that is quick": {},
  "that takes 0 to 30 ms, by seed 20261128": { delayMs: [0, 30], random: createSeededRandom(20_261_128) },
};

for (const [name, options] of Object.entries(BROKERS)) {
  for (const secret of [undefined, "a secret of the fleet"]) {
    adapterSuite({
      name: `our cluster over a broker in memory ${name}${secret === undefined ? "" : ", signed"}`,
      isOurs: true,
      severs: true,
      connect() {
        const broker = createMemoryBroker({ clock, ...options });
        const buses = new Map<number, MemoryBus>();
        return {
          options(index) {
            const bus = broker.bus();
            buses.set(index, bus);
            return { cluster: createCluster({ bus, ...QUICK_CLUSTER, ...(secret === undefined ? {} : { secret }) }) };
          },
          sever: (index) => buses.get(index)?.cut(false),
          close: () => undefined,
        };
      },
    });
  }
}
