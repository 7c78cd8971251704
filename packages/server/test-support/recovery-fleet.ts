// Servers of a cluster over a broker in memory, and clients that come back on another one when theirs dies without a word.
// Place: client -> **server of a cluster** -> adapter -> bus -> the broker
import { createCluster, createMemoryBroker, type MemoryBroker, type MemoryBus } from "@bowline/adapter/cluster";
import { elementsOf } from "@bowline/protocol/internal";
import { createFakeClock, createFakePlatform, createSeededRandom, FakeClient, type FakeClock } from "@bowline/testkit";
import type { ServerOptions } from "../src/socket/options.ts";
import { SocketServer } from "../src/socket/server.ts";

/** A server without a network, and its way to the broker. */
export class FleetNode extends SocketServer {
  readonly door: ReturnType<SocketServer["startEngine"]> = this.startEngine({});
  readonly bus: MemoryBus;
  readonly warnings: readonly (readonly [code: string, text: string])[];
  readonly uncaught: readonly unknown[];
  isDead = false;

  constructor(clock: FakeClock, broker: MemoryBroker, seed: number, options: Partial<ServerOptions> = {}) {
    const platform = { ...createFakePlatform(), clock, random: createSeededRandom(seed) };
    const bus = broker.bus();
    super({ connectionStateRecovery: {}, pingInterval: 1e8, ...options, cluster: createCluster({ bus }) }, platform);
    this.bus = bus;
    this.warnings = platform.warnings;
    this.uncaught = platform.uncaught;
  }

  /** It is dead from here on, and nobody is told. */
  kill(): void {
    this.isDead = true;
    this.bus.kill();
  }
}

function textOf(said: unknown, name: string): string {
  return String(Reflect.get(Object(said), name));
}

/** A client that keeps what recovery needs, as those of upstream do. */
export class FleetClient {
  readonly received: unknown[] = [];
  /** Whether each connection but the first one went on with the session. */
  readonly recovered: boolean[] = [];
  sid = "";
  node: FleetNode;
  #pid: string | undefined;
  #offset: string | undefined;
  #port: FakeClient;
  readonly #clock: FakeClock;

  constructor(node: FleetNode, clock: FakeClock) {
    this.node = node;
    this.#clock = clock;
    this.#port = this.#connect();
  }

  /** What it would show to come back. */
  get claim(): { readonly pid: string | undefined; readonly offset: string | undefined } {
    return { pid: this.#pid, offset: this.#offset };
  }

  /** Reads what has arrived, and answers a ping. */
  read(): void {
    for (const frame of this.#port.take()) if (typeof frame === "string") this.#take(frame);
  }

  /** Sends an event. */
  send(...event: readonly unknown[]): void {
    this.#port.send(`2${JSON.stringify(event)}`);
  }

  /** Its connection breaks, which the server hears of. */
  vanish(): void {
    this.#port.vanish();
  }

  /** Leaves for good. */
  leave(): void {
    this.#port.send("1");
  }

  /** What was on its way is lost; it comes back on a server. */
  comeBack(node: FleetNode): void {
    this.node = node;
    this.#port = this.#connect();
  }

  /** Forgets how far it got, and will show another offset. */
  pretend(offset: string): void {
    this.#offset = offset;
  }

  #connect(): FakeClient {
    const port = new FakeClient(this.node.door, this.#clock);
    const offset = this.#offset === undefined ? {} : { offset: this.#offset };
    port.send(this.#pid === undefined ? "0" : `0${JSON.stringify({ pid: this.#pid, ...offset })}`);
    return port;
  }

  #take(frame: string): void {
    if (frame === "2") {
      this.#port.port.receive("3");
      return;
    }
    const said: unknown = JSON.parse(frame.slice(1));
    if (frame.startsWith("0")) this.#connected(said);
    if (!frame.startsWith("2")) return;
    const event = elementsOf(said);
    this.#offset = String(event.at(-1));
    this.received.push(...event.slice(1, -1));
  }

  #connected(said: unknown): void {
    const pid = textOf(said, "pid");
    if (this.#pid !== undefined) this.recovered.push(this.#pid === pid);
    if (this.#pid !== pid) this.#offset = undefined;
    this.#pid = pid;
    this.sid = textOf(said, "sid");
  }
}

/** Servers and clients. */
export class Fleet {
  readonly clock: FakeClock = createFakeClock();
  readonly broker: MemoryBroker;
  readonly nodes: FleetNode[] = [];
  readonly #seed: number;

  constructor(seed: number, delayMs: readonly [number, number] = [1, 5]) {
    this.#seed = seed;
    this.broker = createMemoryBroker({ clock: this.clock, random: createSeededRandom(seed), delayMs });
  }

  start(options: Partial<ServerOptions> = {}): FleetNode {
    const node = new FleetNode(this.clock, this.broker, this.#seed * 1000 + this.nodes.length, options);
    this.nodes.push(node);
    return node;
  }

  connect(node: FleetNode): FleetClient {
    return new FleetClient(node, this.clock);
  }

  /** Lets time pass, with what is promised on the way. */
  async pass(ms: number, stepMs: number = 1): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.advance(stepMs);
      for (let round = 0; round < 40; round++) await Promise.resolve();
    }
  }
}
