// The honest clients of a soak: of every generation over every transport, some for the whole time and most for a while; and
// what the server says to them.
// Place: soak -> **crowd** -> visitors, server
// Rules: the seed decides who comes, where to, and for how long; rates do not depend on how fast answers come.

import { setTimeout as delay } from "node:timers/promises";
import type { ClientName, TransportMode } from "../../src/peers/peer.ts";
import type { SeededRandom } from "../../src/seeded-random.ts";
import { haunt } from "../delivery/nemesis.ts";
import type { Ledger } from "./ledger.ts";
import type { Saying, Serving } from "./server-process.ts";
import { everybodyOf, roomStream, Visitor, type VisitorPlan } from "./visitor.ts";

/** How many there are, and for how long. */
export interface CrowdPlan {
  /** What the names of its visitors begin with: nobody may have had it before. */
  readonly name: string;
  readonly connections: number;
  /** Those that do not stay come for so long, at least and at most. */
  readonly staysMs: readonly [number, number];
  /** The longest time between two faults. */
  readonly faultPauseMs: number;
}

const KINDS: readonly ClientName[] = ["our client", "client 4.8", "client 3.1", "client 2.5"];
const MODES: readonly TransportMode[] = ["polling", "websocket", "upgrade"];
const NAMESPACES: readonly string[] = ["/", "/", "/desk", "/tenant-a", "/tenant-b", "/tenant-c"];
const GROUPS = 8;
const HALLS = 5;
const TICK_MS = 20;
const AT_ONCE = 8;
/** Each of these in a second, for each client or for each room. */
const RATES = { up: 1, down: 0.6, move: 0.15, group: 0.7, hall: 0.7, everybody: 1.5, ask: 0.3, tick: 2 };

function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error("Cannot choose: there is nothing");
  return item;
}

/** A crowd. */
export class Crowd {
  readonly #plan: CrowdPlan;
  readonly #serving: Serving;
  readonly #ledger: Ledger;
  readonly #random: SeededRandom;
  readonly #visitors = new Set<Visitor>();
  /** Those whose networks fail, as the nemesis sees them. */
  readonly #haunted: { name: string; proxy: NonNullable<Visitor["proxy"]> }[] = [];
  readonly #numbers = new Map<string, number>();
  #come = 0;
  #isOver = false;

  constructor(plan: CrowdPlan, serving: Serving, ledger: Ledger, random: SeededRandom) {
    this.#plan = plan;
    this.#serving = serving;
    this.#ledger = ledger;
    this.#random = random;
  }

  get size(): number {
    return this.#visitors.size;
  }

  /** How many have come so far. */
  get come(): number {
    return this.#come;
  }

  /** Comes, and goes on until `isOver`; resolves once everybody has got what it is owed, and has gone. */
  async run(isOver: () => boolean): Promise<void> {
    const haunting = haunt(this.#haunted, () => !isOver(), this.#plan.faultPauseMs, this.#random, this.#ledger);
    const places = Array.from({ length: this.#plan.connections }, (_, place) => this.#fill(place, isOver));
    const talking = this.#talk();
    try {
      await Promise.all([haunting, ...places]);
    } finally {
      this.#isOver = true;
      await talking;
      await Promise.all([...this.#visitors].map((visitor) => visitor.abandon()));
    }
  }

  /** One after the other on one place; a quarter of the places has the same one all the time. */
  async #fill(place: number, isOver: () => boolean): Promise<void> {
    await delay(Math.floor(place / AT_ONCE) * 150);
    const stays = place % 4 === 0;
    while (!isOver()) {
      const plan = this.#planFor(place);
      this.#ledger.expect(plan);
      const visitor = await Visitor.come(plan, this.#serving, this.#ledger);
      this.#visitors.add(visitor);
      const victim = visitor.proxy === undefined ? undefined : { name: plan.name, proxy: visitor.proxy };
      if (victim !== undefined) this.#haunted.push(victim);
      const [shortest, longest] = this.#plan.staysMs;
      const until = performance.now() + shortest + this.#random.below(longest - shortest + 1);
      while (!isOver() && (stays || performance.now() < until)) await delay(100);
      await visitor.leave();
      if (victim !== undefined) this.#haunted.splice(this.#haunted.indexOf(victim), 1);
      this.#visitors.delete(visitor);
      this.#numbers.delete(visitor.downStream);
    }
  }

  #planFor(place: number): VisitorPlan {
    const random = this.#random;
    const [kind, mode] = [pick(random, KINDS), pick(random, MODES)];
    return {
      name: `${this.#plan.name}-${this.#come++}`,
      kind,
      mode,
      namespace: pick(random, NAMESPACES),
      group: `group-${random.below(GROUPS)}`,
      isHaunted: place % 3 !== 0,
    };
  }

  #nextOf(stream: string): number {
    const number = this.#numbers.get(stream) ?? 0;
    this.#numbers.set(stream, number + 1);
    this.#ledger.note({ kind: "sent", stream, number });
    return number;
  }

  /** Has everybody, and the server, say what is due. */
  async #talk(): Promise<void> {
    let beforeMs = performance.now();
    while (!this.#isOver) {
      await delay(TICK_MS);
      const nowMs = performance.now();
      this.#talkFor((nowMs - beforeMs) / 1000);
      beforeMs = nowMs;
    }
  }

  /** Whether something happens that happens so many times in a second. */
  #isDue(rate: number, seconds: number): boolean {
    return this.#random.fraction() < rate * seconds;
  }

  #talkFor(seconds: number): void {
    const list: Saying[] = [];
    for (const visitor of this.#visitors) {
      if (this.#isDue(RATES.up, seconds)) visitor.say();
      if (this.#isDue(RATES.move, seconds)) visitor.move(`hall-${this.#random.below(HALLS)}`);
      if (this.#isDue(RATES.down, seconds)) this.#tell(list, visitor);
    }
    for (const namespace of new Set(NAMESPACES)) {
      for (let group = 0; group < GROUPS; group++) {
        const room = `group-${group}`;
        if (this.#isDue(RATES.group, seconds)) this.#tellRoom(list, namespace, room);
        if (this.#isDue(RATES.ask, seconds)) list.push([namespace, room, "ask", "", 0]);
      }
      for (let hall = 0; hall < HALLS; hall++) {
        if (this.#isDue(RATES.hall, seconds)) this.#tellRoom(list, namespace, `hall-${hall}`);
      }
      const stream = everybodyOf(namespace);
      if (this.#isDue(RATES.everybody, seconds)) list.push([namespace, "", "tell", stream, this.#nextOf(stream)]);
      if (this.#isDue(RATES.tick, seconds)) list.push([namespace, "", "tick", "", 0]);
    }
    if (list.length > 0) this.#serving.say(list);
  }

  #tell(list: Saying[], { name, plan, downStream, isListening }: Visitor): void {
    if (!isListening) return;
    const number = this.#nextOf(downStream);
    list.push([plan.namespace, name, "tell", downStream, number]);
  }

  #tellRoom(list: Saying[], namespace: string, room: string): void {
    const stream = roomStream(namespace, room);
    list.push([namespace, room, "tell", stream, this.#nextOf(stream)]);
  }
}
