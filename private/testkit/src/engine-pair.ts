// Both sides of the engine in memory: two sessions over long-polling that may move to a WebSocket-like pipe and may be hurt.
// Place: client's owner - session - carrier == pipe == carrier - session - server's owner
// Rules: the upgrade is driven by the machines of the protocol, the pair only carries out what they ask for;
//        every message says who sent it and as which one, so that order and repetition show.

import { type EngineDialect, eio4 } from "@bowline/protocol";
import {
  createSessionTerms,
  EngineSession,
  type OfferAction,
  type OfferInput,
  PROBE,
  SILENT,
  stepOffer,
  stepTicket,
  type TicketAction,
  type TicketInput,
  UPGRADE_ACCEPTED,
  UPGRADE_OFFERED,
  type UpgradeOffer,
  type UpgradeTicket,
} from "@bowline/protocol/internal";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createPipe, type Pipe, type PipeEnd } from "./pipe.ts";
import { createPollingPipe, type PollingClientEnd } from "./polling-pipe.ts";
import type { PollingServerEnd } from "./polling-server-end.ts";
import { createSessionRecorder, type SessionRecorder } from "./session-recorder.ts";

const RELEASE_INTERVAL_MS = 100;
const UPGRADE_TIMEOUT_MS = 10_000;

/** How a pair is made; the faults are those of every wire of the pair. */
export interface EnginePairOptions {
  readonly dialect?: EngineDialect;
  readonly seed?: number;
  readonly delayMs?: number;
  readonly jitterMs?: number;
  readonly loss?: number;
  readonly maxBatchBytes?: number;
}

/** One side: its session, its owner, and what became of the messages it sent. */
export interface EngineSide {
  readonly session: EngineSession;
  readonly owner: SessionRecorder;
  /** The texts of its messages. */
  readonly sent: string[];
  /** Its packets, each by the number of its first message. */
  readonly packets: number[];
  /** The packets that were reported, as they were. */
  readonly reports: number[];
}

/** A step of a random story. */
export type EngineStep =
  | { readonly do: "send"; readonly by: "client" | "server"; readonly frames: number; readonly size: number }
  | { readonly do: "tick"; readonly ms: number }
  | { readonly do: "end turn" }
  | { readonly do: "upgrade" }
  | { readonly do: "drop candidate" }
  | { readonly do: "stall"; readonly by: "client" | "server"; readonly ms: number };

/** Ways in which a story may end. */
export type EngineEnd = "cut" | "silence" | "client closes" | "server closes" | "client discards" | "server discards";

interface Upgrade {
  readonly pipe: Pipe;
  offer: UpgradeOffer;
  ticket: UpgradeTicket;
}

/** Two sessions and the wires between them. */
export class EnginePair {
  readonly clock: FakeClock = createFakeClock();
  readonly client: EngineSide;
  readonly server: EngineSide;
  readonly polling: Pipe<PollingClientEnd, PollingServerEnd>;
  readonly #options: EnginePairOptions;
  readonly #dialect: EngineDialect;
  readonly #upgrades: Upgrade[] = [];

  constructor(options: EnginePairOptions = {}) {
    this.#options = options;
    this.#dialect = options.dialect ?? eio4;
    this.polling = createPollingPipe({ ...options, clock: this.clock, dialect: this.#dialect });
    this.client = this.#side("client");
    this.server = this.#side("server");
  }

  /** The upgrade that was begun last. */
  get upgrade(): Readonly<Upgrade> | undefined {
    return this.#upgrades.at(-1);
  }

  /** Opens both sessions over polling. */
  open(): void {
    this.server.session.attach(this.polling.server);
    this.client.session.attach(this.polling.client);
    this.polling.client.open();
  }

  /** Plays one step. */
  play(step: EngineStep): void {
    switch (step.do) {
      case "send":
        this.send(step.by, step.frames, step.size);
        return;
      case "tick":
        this.clock.advance(step.ms);
        return;
      case "end turn":
        this.clock.endTurn();
        return;
      case "upgrade":
        this.beginUpgrade();
        return;
      case "drop candidate":
        if (this.upgrade?.offer.at !== "switched") this.upgrade?.pipe.cut();
        return;
      case "stall":
        this.#ends().map((pipe) => pipe[step.by].stall());
        this.clock.advance(step.ms);
        this.#ends().map((pipe) => pipe[step.by].resume());
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        step satisfies never;
    }
  }

  /** Ends the story in one of its ways. */
  finish(end: EngineEnd): void {
    const wires = [this.polling, ...this.#ends()];
    switch (end) {
      case "cut":
        for (const wire of wires) wire.cut();
        return;
      case "silence":
        for (const wire of wires) wire.silence();
        return;
      case "client closes":
        this.client.session.close();
        return;
      case "server closes":
        this.server.session.close();
        return;
      case "client discards":
        this.client.session.discard();
        return;
      case "server discards":
        this.server.session.discard();
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        end satisfies never;
    }
  }

  /** Sends one packet of so many frames with so many characters each. */
  send(by: "client" | "server", frames: number = 1, size: number = 0): void {
    const side = this[by];
    const number = side.sent.length;
    const texts = Array.from({ length: frames }, (_, at) => `${by} ${number + at} ${"x".repeat(size)}`);
    side.sent.push(...texts);
    side.packets.push(number);
    side.session.send({
      frames: texts.map((data) => this.#dialect.frame({ type: "message", data }, false)),
      compress: false,
      flushed: () => side.reports.push(number),
    });
  }

  /** Offers the server a candidate, if the sessions are where one may be offered. */
  beginUpgrade(): void {
    const mayOffer = this.client.session.state.at === "open" && this.client.session.carrier === this.polling.client;
    if (!mayOffer || this.upgrade?.offer.at === "probing" || this.upgrade?.offer.at === "pausing") return;
    const pipe = createPipe({ ...this.#options, clock: this.clock, dialect: this.#dialect });
    const upgrade: Upgrade = { pipe, offer: UPGRADE_OFFERED, ticket: UPGRADE_ACCEPTED };
    this.#upgrades.push(upgrade);
    pipe.client.listen({
      received: (packet) => this.#offer(upgrade, { is: "packet", packet }),
      drained: () => undefined,
      carrierClosed: (why) => this.#offer(upgrade, { is: "failed", why }),
    });
    this.#accept(upgrade);
    this.#offer(upgrade, { is: "opened" });
  }

  #accept(upgrade: Upgrade): void {
    const { server } = upgrade.pipe;
    const { session } = this.server;
    if (session.state.at !== "open" || session.carrier !== this.polling.server) {
      server.close("discard");
      return;
    }
    server.listen({
      received: (packet) => this.#ticket(upgrade, { is: "packet", packet }),
      drained: () => undefined,
      carrierClosed: (why) => this.#ticket(upgrade, { is: "failed", why }),
    });
    this.clock.after(UPGRADE_TIMEOUT_MS, () => this.#ticket(upgrade, { is: "failed", why: "too late" }));
  }

  #offer(upgrade: Upgrade, input: OfferInput): void {
    const { state, actions } = stepOffer(upgrade.offer, input);
    upgrade.offer = state;
    for (const action of actions) this.#actAsClient(upgrade, action);
  }

  #actAsClient(upgrade: Upgrade, action: OfferAction): void {
    const { client } = upgrade.pipe;
    switch (action) {
      case "send probe":
        client.sendAlone({ type: "ping", data: PROBE });
        return;
      case "pause current":
        this.polling.client.pause(() => this.#offer(upgrade, { is: "paused" }));
        return;
      case "resume current":
        this.polling.client.resume();
        return;
      case "send upgrade":
        client.sendAlone({ type: "upgrade" });
        return;
      case "switch":
        this.client.session.replace(client);
        this.polling.client.close("discard");
        return;
      case "close candidate":
        client.close("discard");
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        action satisfies never;
    }
  }

  #ticket(upgrade: Upgrade, input: TicketInput): void {
    const { state, actions } = stepTicket(upgrade.ticket, input);
    upgrade.ticket = state;
    for (const action of actions) this.#actAsServer(upgrade, action);
  }

  #actAsServer(upgrade: Upgrade, action: TicketAction): void {
    const { server } = upgrade.pipe;
    switch (action) {
      case "answer probe":
        server.sendAlone({ type: "pong", data: PROBE });
        return;
      case "release polls":
        this.#releasePolls(upgrade);
        return;
      case "switch":
        this.server.session.replace(server);
        this.polling.server.close("discard");
        return;
      case "close candidate":
        server.close("discard");
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        action satisfies never;
    }
  }

  #releasePolls(upgrade: Upgrade): void {
    if (upgrade.ticket.at !== "probed") return;
    this.polling.server.release();
    this.clock.after(RELEASE_INTERVAL_MS, () => this.#releasePolls(upgrade));
  }

  #ends(): readonly Pipe<PipeEnd, PipeEnd>[] {
    return this.#upgrades.map((upgrade) => upgrade.pipe);
  }

  #side(side: "client" | "server"): EngineSide {
    const owner = createSessionRecorder();
    owner.react = (told) => {
      if (told.startsWith("closed")) this.#dropUpgrades(side);
    };
    const terms = createSessionTerms({
      dialect: this.#dialect,
      side,
      pingIntervalMs: 25_000,
      pingTimeoutMs: 20_000,
      clock: this.clock,
      trace: SILENT,
    });
    const session = new EngineSession(side, owner, terms);
    return { session, owner, sent: [], packets: [], reports: [] };
  }

  #dropUpgrades(side: "client" | "server"): void {
    for (const upgrade of this.#upgrades) {
      if (side === "client") this.#offer(upgrade, { is: "failed", why: "the session ended" });
      else this.#ticket(upgrade, { is: "failed", why: "the session ended" });
    }
  }
}
