// A hub and buses in one process, on a clock that stands still: links can be held and cut.
// Place: tests -> bus -> **link** -> hub
import { createFakeClock, type FakeClock } from "@bowline/testkit";
import { DONE_MS, Hub } from "../src/hub/hub.ts";
import { HubBus, type HubBusOptions } from "../src/hub/hub-bus.ts";
import { type HubOptions, resolveHubOptions } from "../src/hub/hub-options.ts";
import type { Link, LinkEvents } from "../src/hub/link.ts";

/** One direction of a link. */
class Lane implements Link {
  readonly queue: Uint8Array[] = [];
  isHeld = false;
  isClosed = false;
  receiver: LinkEvents | undefined;
  sender: LinkEvents | undefined;
  whenClosed: (() => void) | undefined;

  get waitingBytes(): number {
    return this.queue.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  send(batch: Uint8Array): void {
    this.queue.push(batch);
  }

  close(): void {
    this.isClosed = true;
    this.whenClosed?.();
  }

  /** Delivers what waits. @returns whether there was anything. */
  pump(): boolean {
    const batch = this.isHeld || this.isClosed ? undefined : this.queue.shift();
    if (batch === undefined) return false;
    this.receiver?.received(batch);
    this.sender?.drained();
    return true;
  }
}

/** A bus with its link. */
export interface SceneBus {
  readonly bus: HubBus;
  /** Whether the hub's words come no further; as with a process that is stopped. */
  hold(isHeld: boolean): void;
  /** Ends the link, as with a process or a primary that dies. */
  cut(): void;
  /** Leads the link to the hub of now, which has never heard of the bus. */
  adopt(): void;
  /** What is sent to the hub past the bus. */
  send(batch: Uint8Array): void;
}

/** A hub with its buses. */
export class HubScene {
  readonly clock: FakeClock = createFakeClock();
  readonly warnings: string[] = [];
  hub: Hub;
  /** Whether there is a hub that answers. */
  isHubThere = true;
  readonly #options: Partial<HubOptions>;
  readonly #lanes: Set<Lane> = new Set();
  #wallTimeMs = 1_700_000_000_000;

  constructor(options: Partial<HubOptions> = {}) {
    this.#options = options;
    this.hub = this.#createHub();
  }

  #createHub(): Hub {
    this.#wallTimeMs += 10_000;
    return new Hub(resolveHubOptions(this.#options), {
      clock: this.clock,
      wallTimeMs: () => this.#wallTimeMs,
      fraction: () => 0.5,
      warn: (code, text) => this.warnings.push(`${code}: ${text}`),
    });
  }

  /** Another hub takes the place of the first one, which is told to nobody. */
  replaceHub(): void {
    this.hub = this.#createHub();
  }

  bus(options: Partial<HubBusOptions> = {}): SceneBus {
    let [up, down] = [new Lane(), new Lane()];
    let near: LinkEvents | undefined;
    const connect = (events: LinkEvents): Link => {
      [up, down] = [new Lane(), new Lane()];
      near = events;
      down.receiver = events;
      up.sender = events;
      if (this.isHubThere) up.receiver = down.sender = this.hub.connect(down);
      const lanes = [up, down];
      up.whenClosed = () => {
        for (const lane of lanes) this.#lanes.delete(lane);
        down.sender?.closed();
      };
      down.whenClosed = () => near?.closed();
      for (const lane of lanes) this.#lanes.add(lane);
      return up;
    };
    const bus = new HubBus(
      { peer: "the primary", hint: "Is it there?", connect },
      { maxMessageBytes: 1e6, maxQueuedBytes: 1e6, ...options },
      { clock: this.clock, warn: (code, text) => this.warnings.push(`${code}: ${text}`) },
    );
    bus.open();
    return {
      bus,
      hold: (isHeld) => {
        down.isHeld = isHeld;
      },
      cut: () => {
        const hubEnd = down.sender;
        this.#lanes.delete(up);
        this.#lanes.delete(down);
        hubEnd?.closed();
        near?.closed();
      },
      adopt: () => {
        up.receiver = down.sender = this.hub.connect(down);
      },
      send: (batch) => up.send(batch),
    };
  }

  /** Lets everything arrive that is on its way. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet++) {
      this.clock.endTurn();
      while ([...this.#lanes].map((lane) => lane.pump()).includes(true)) quiet = 0;
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
  }

  /** Lets time pass, and everything arrive. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Waits for a promise while everything arrives, and for as long as the hub takes to say that something is done. */
  async whole<Value>(promise: Promise<Value>): Promise<Value> {
    await this.settle();
    await this.advance(DONE_MS);
    return promise;
  }
}
