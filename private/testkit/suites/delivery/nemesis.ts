// Harms the network of clients, or the clock of all, one after the other: whom, how, and for how long is the seed's to decide.
// Place: clients -> proxies, which the **nemesis** harms -> server
// Rules: a network is whole again when its fault is over; every fault is noted before it strikes.

import { setTimeout as delay } from "node:timers/promises";
import type { History } from "../../src/history/history.ts";
import type { TcpProxy } from "../../src/peers/tcp-proxy.ts";
import type { SeededRandom } from "../../src/seeded-random.ts";
import { jumpWallClock } from "../../src/wall-clock.ts";

/** One kind of harm. */
interface Harm {
  readonly name: string;
  /** How long it lasts, at least and at most, in milliseconds. */
  readonly lastsMs: readonly [number, number];
  begin(proxy: TcpProxy, random: SeededRandom): void;
  end(proxy: TcpProxy): void;
}

const nothing = (): void => {};

/** Long enough for some to be taken for dead, and short enough for others to be waited for. */
const OUTAGE_MS = [50, 900] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

const HARMS: readonly Harm[] = [
  { name: "cut", lastsMs: [0, 0], begin: (proxy) => proxy.cut(), end: nothing },
  { name: "reset", lastsMs: [0, 0], begin: (proxy) => proxy.reset(), end: nothing },
  { name: "half closed", lastsMs: [20, 100], begin: (proxy) => proxy.halfClose(), end: (proxy) => proxy.cut() },
  { name: "held up", lastsMs: OUTAGE_MS, begin: (proxy) => proxy.hold(), end: (proxy) => proxy.release() },
  {
    name: "held up, then reset",
    lastsMs: [50, 300],
    begin: (proxy) => proxy.hold(),
    end: (proxy) => {
      proxy.reset();
      proxy.release();
    },
  },
  {
    name: "nobody heard",
    lastsMs: OUTAGE_MS,
    begin: (proxy) => {
      proxy.silence("client");
      proxy.silence("server");
    },
    end: (proxy) => proxy.unsilence(),
  },
  {
    name: "client not heard",
    lastsMs: OUTAGE_MS,
    begin: (proxy) => proxy.silence("client"),
    end: (proxy) => proxy.unsilence(),
  },
  {
    name: "server not heard",
    lastsMs: OUTAGE_MS,
    begin: (proxy) => proxy.silence("server"),
    end: (proxy) => proxy.unsilence(),
  },
  {
    name: "in pieces, then cut",
    lastsMs: [30, 200],
    begin: (proxy, random) => proxy.slice(1 + random.below(5)),
    end: (proxy) => {
      proxy.slice(0);
      proxy.cut();
    },
  },
  { name: "a day ahead", lastsMs: OUTAGE_MS, begin: () => jumpWallClock(DAY_MS), end: () => jumpWallClock(-DAY_MS) },
  { name: "a day behind", lastsMs: OUTAGE_MS, begin: () => jumpWallClock(-DAY_MS), end: () => jumpWallClock(DAY_MS) },
];

/** A client's network. */
export interface Victim {
  readonly name: string;
  readonly proxy: TcpProxy;
}

/**
 * Strikes as long as it shall; several networks may be harmed at a time, each by one fault.
 *
 * @param victims - May change meanwhile; while nobody is there, nobody is harmed.
 * @param goesOn - Asked before each fault, with the number of those so far.
 * @param pauseMs - The longest time between two faults.
 */
export async function haunt(
  victims: readonly Victim[],
  goesOn: (faults: number) => boolean,
  pauseMs: number,
  random: SeededRandom,
  history: Pick<History, "note">,
): Promise<void> {
  const underWay = new Map<Victim, Promise<void>>();
  for (let count = 0; goesOn(count); count++) {
    const victim = victims[random.below(victims.length)];
    const harm = HARMS[random.below(HARMS.length)];
    if (harm === undefined) throw new Error("Cannot harm anybody: there is no harm");
    if (victim === undefined) {
      await delay(pauseMs);
      continue;
    }
    const [shortest, longest] = harm.lastsMs;
    const lastsMs = shortest + random.below(longest - shortest + 1);
    await underWay.get(victim);
    const what = `${harm.name}, ${victim.name}, ${lastsMs} ms`;
    history.note({ kind: "fault", what });
    harm.begin(victim.proxy, random);
    underWay.set(
      victim,
      delay(lastsMs).then(() => {
        harm.end(victim.proxy);
        history.note({ kind: "healed", what });
        underWay.delete(victim);
      }),
    );
    await delay(random.below(pauseMs));
  }
  await Promise.all(underWay.values());
}
