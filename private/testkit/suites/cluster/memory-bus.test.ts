// Our cluster over the broker in memory, which is quick, or slow and uneven by a seed: what every bus shares is tested here.
import {
  type ClusterOptions,
  createCluster,
  createEmitter,
  createMemoryBroker,
  type MemoryBrokerOptions,
  type MemoryBus,
} from "@bowline/adapter/cluster";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { type AdapterKind, adapterSuite } from "../adapters/adapter-suite.ts";
import { createOrderedClock } from "./ordered-clock.ts";
import { QUICK_CLUSTER } from "./own-clusters.ts";

const clock = createOrderedClock();

/** Sessions are kept by the broker: what offsets look like. */
const KEEPING = { offsets: /^[0-9a-z_-]+-[0-9a-z]+$/i };

const QUICK = "that is quick";
const SLOW = "that takes 0 to 30 ms, by seed 20261128";

/** The brokers under test; a delay stands for each message, and its order for each two nodes. */
const BROKERS: Readonly<Record<typeof QUICK | typeof SLOW, Partial<MemoryBrokerOptions>>> = {
  [QUICK]: {},
  [SLOW]: { delayMs: [0, 30], random: createSeededRandom(20_261_128) },
};

const SECRET = { secret: "a secret of the fleet" };

interface Variant {
  readonly title: string;
  readonly broker: keyof typeof BROKERS;
  readonly options: Partial<ClusterOptions>;
  readonly traits: Partial<AdapterKind>;
}

const VARIANTS: readonly Variant[] = [
  { title: "", broker: QUICK, options: {}, traits: { severs: true } },
  { title: ", signed", broker: SLOW, options: SECRET, traits: { severs: true } },
  { title: ", signed, with sessions", broker: QUICK, options: SECRET, traits: { ...KEEPING, severs: true } },
  { title: ", with sessions", broker: SLOW, options: {}, traits: { ...KEEPING, severs: true } },
];

for (const { title, broker: name, options, traits } of VARIANTS) {
  adapterSuite({
    name: `our cluster over a broker in memory ${name}${title}`,
    isOurs: true,
    sends: true,
    ...traits,
    connect() {
      const broker = createMemoryBroker({ clock, ...BROKERS[name] });
      const buses = new Map<number, MemoryBus>();
      return {
        cluster(index) {
          const bus = broker.bus();
          buses.set(index, bus);
          return createCluster({ bus, ...QUICK_CLUSTER, ...options });
        },
        sever: (index) => buses.get(index)?.cut(false),
        emitter: () => createEmitter({ bus: broker.bus(), ...options }),
        close: () => undefined,
      };
    },
  });
}
