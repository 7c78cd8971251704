// One server, clients of several kinds over every transport, a network that fails, and what came of all that was sent.
// Place: **traffic** -> clients, proxies, server -> history -> checker
// Rules: every message is numbered by its sender; the end is when all is whole, nothing waits to be answered, and nothing has
//        come for a while; the checker has the last word.
// Source: docs/reliability.md, "One server"

import { setTimeout as delay } from "node:timers/promises";
import { checkHistory, type HistoryVerdict } from "../../src/history/check-history.ts";
import { History } from "../../src/history/history.ts";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, ClientSocket, RunningServer, ServerName, TransportMode } from "../../src/peers/peer.ts";
import { isListener } from "../../src/peers/raw-surface.ts";
import { serverPeer } from "../../src/peers/server-peers.ts";
import { startTcpProxy, type TcpProxy } from "../../src/peers/tcp-proxy.ts";
import { createSeededRandom } from "../../src/seeded-random.ts";
import { haunt } from "./nemesis.ts";

/** What is played. */
export interface DeliveryPlan {
  readonly server: ServerName;
  readonly clients: readonly ClientName[];
  /** Whether sessions are kept. */
  readonly keepsSessions: boolean;
  /** How many messages the server and its clients send in all, about. */
  readonly messages: number;
  readonly faults: number;
  readonly seed: number;
  /** Told now and then how far it is. */
  readonly progress?: (line: string) => void;
}

/** The streams of one direction, put together. */
export interface DirectionVerdict {
  readonly owed: number;
  readonly lost: number;
  readonly told: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly phantom: number;
  readonly leaked: number;
}

/** What came of it. */
export interface DeliveryVerdict {
  /** From the server, by the kind of client. */
  readonly down: Readonly<Record<string, DirectionVerdict>>;
  /** To the server, by the kind of client. */
  readonly up: Readonly<Record<string, DirectionVerdict>>;
  readonly faults: number;
  readonly recovered: number;
  readonly beganAnew: number;
}

const MODES: readonly TransportMode[] = ["polling", "websocket", "upgrade"];
const EVERYBODY = "everybody";
const PROGRAM = "the program";
/** Faults are about so far apart, in milliseconds. */
const PAUSE_MS = 160;
const BATCH_MS = 10;
/** A client has so many of its messages under way or waiting. */
const MOST_WAITING = 100;
const QUIET_MS = 1500;
const LONGEST_END_MS = 30_000;

/** One client with its network. */
class Participant {
  readonly name: string;
  readonly kind: ClientName;
  readonly proxy: TcpProxy;
  readonly socket: ClientSocket;
  /** Numbered by itself, to be answered by the program. */
  sent = 0;
  answered = 0;

  constructor(name: string, kind: ClientName, proxy: TcpProxy, socket: ClientSocket) {
    this.name = name;
    this.kind = kind;
    this.proxy = proxy;
    this.socket = socket;
  }

  get upStream(): string {
    return `of ${this.name}`;
  }

  get downStream(): string {
    return `to ${this.name}`;
  }
}

class Play {
  readonly #plan: DeliveryPlan;
  readonly #history = new History(() => performance.now());
  readonly #participants: Participant[] = [];
  readonly #numbers = new Map<string, number>();
  #lastReceivedMs = 0;
  #recovered = 0;
  #beganAnew = 0;

  constructor(plan: DeliveryPlan) {
    this.#plan = plan;
  }

  async run(): Promise<DeliveryVerdict> {
    const { faults, seed } = this.#plan;
    const server = await this.#openServer();
    try {
      for (const kind of this.#plan.clients) for (const mode of MODES) await this.#add(kind, mode, server);
      const haunted = haunt(
        this.#participants,
        (struck) => struck < faults,
        PAUSE_MS,
        createSeededRandom(seed),
        this.#history,
      );
      let isOver = false;
      void haunted.finally(() => {
        isOver = true;
      });
      await this.#send(server, () => isOver);
      await haunted;
      await this.#settle();
      return this.#judge(checkHistory(this.#history.events));
    } finally {
      for (const { socket } of this.#participants) socket.dispose();
      await Promise.all(this.#participants.map(({ proxy }) => proxy.close()));
      await server.kill();
    }
  }

  async #openServer(): Promise<RunningServer> {
    const { server, keepsSessions } = this.#plan;
    const peer = await serverPeer(server);
    const running = await peer.start({
      pingIntervalMs: 200,
      pingTimeoutMs: 250,
      ...(keepsSessions ? { keptForMs: 60_000 } : {}),
    });
    running.onConnection("/", (socket) => {
      const name = String(socket.handshake.query["name"]);
      void socket.join(EVERYBODY);
      void socket.join(name);
      socket.on("say", (stream, number, answer) => {
        this.#received(String(stream), Number(number), PROGRAM);
        if (isListener(answer)) answer();
      });
    });
    return running;
  }

  async #add(kind: ClientName, mode: TransportMode, server: RunningServer): Promise<void> {
    const proxy = await startTcpProxy(server.port);
    const name = `${kind} over ${mode}`;
    const peer = await clientPeer(kind);
    const socket = peer.connect(proxy.url, {
      mode,
      reconnection: true,
      query: { name },
      ...(peer.generation === 4 && { retries: { most: 10_000, afterMs: 200 } }),
    });
    const participant = new Participant(name, kind, proxy, socket);
    const history = this.#history;
    history.note({ kind: "joining", stream: EVERYBODY, receiver: name });
    history.note({ kind: "joining", stream: participant.downStream, receiver: name });
    let wasConnected = false;
    const connected = new Promise<void>((resolve) => {
      socket.on("connect", () => {
        const recovered = socket.recovered === true;
        history.note({ kind: "connected", receiver: name, recovered });
        if (wasConnected && recovered) this.#recovered++;
        else if (wasConnected) this.#beganAnew++;
        wasConnected = true;
        resolve();
      });
    });
    socket.on("disconnect", (reason) => history.note({ kind: "disconnected", receiver: name, reason: String(reason) }));
    socket.on("tell", (stream, number) => this.#received(String(stream), Number(number), name));
    await connected;
    history.note({ kind: "joined", stream: EVERYBODY, receiver: name });
    history.note({ kind: "joined", stream: participant.downStream, receiver: name });
    history.note({ kind: "joining", stream: participant.upStream, receiver: PROGRAM });
    history.note({ kind: "joined", stream: participant.upStream, receiver: PROGRAM });
    this.#participants.push(participant);
  }

  #received(stream: string, number: number, receiver: string): void {
    this.#lastReceivedMs = performance.now();
    this.#history.note({ kind: "received", stream, number, receiver });
  }

  #nextOf(stream: string): number {
    const number = this.#numbers.get(stream) ?? 0;
    this.#numbers.set(stream, number + 1);
    this.#history.note({ kind: "sent", stream, number });
    return number;
  }

  /** Sends at an even pace until the faults are over, and all has been sent. */
  async #send(server: RunningServer, isOver: () => boolean): Promise<void> {
    const { messages, faults, progress } = this.#plan;
    const started = performance.now();
    const lastsMs = Math.max(1000, (faults * PAUSE_MS) / 2);
    let sent = 0;
    let told = started;
    while (sent < messages || !isOver()) {
      await delay(BATCH_MS);
      const now = performance.now();
      const due = Math.min(messages, (messages * (now - started)) / lastsMs);
      while (sent < due) {
        const participant = this.#participants[sent % this.#participants.length];
        if (participant !== undefined) this.#sendOne(server, participant, sent);
        sent++;
      }
      if (now - told < 5000) continue;
      told = now;
      progress?.(`${sent} of ${messages} messages`);
    }
  }

  #sendOne(server: RunningServer, participant: Participant, turn: number): void {
    const round = Math.floor(turn / this.#participants.length);
    if (round % 3 === 0) server.emitToRoom("/", EVERYBODY, "tell", EVERYBODY, this.#nextOf(EVERYBODY));
    else if (round % 3 === 1 || !this.#mayAsk(participant)) {
      const { name, downStream } = participant;
      server.emitToRoom("/", name, "tell", downStream, this.#nextOf(downStream));
    } else {
      participant.sent++;
      const number = this.#nextOf(participant.upStream);
      participant.socket.emit("say", participant.upStream, number, () => {
        participant.answered++;
      });
    }
  }

  /** Clients of 2.x do not send anything again. */
  #mayAsk({ kind, sent, answered }: Participant): boolean {
    return kind !== "client 2.5" && sent - answered < MOST_WAITING;
  }

  async #settle(): Promise<void> {
    const stopped = performance.now();
    for (;;) {
      await delay(100);
      const now = performance.now();
      const isQuiet = now - Math.max(this.#lastReceivedMs, stopped) > QUIET_MS;
      const isWhole = this.#participants.every(({ socket, sent, answered }) => socket.connected && sent === answered);
      if ((isQuiet && isWhole) || now - stopped > LONGEST_END_MS) return;
    }
  }

  #judge({ streams }: HistoryVerdict): DeliveryVerdict {
    const sum = (kind: ClientName, isUp: boolean): DirectionVerdict => {
      const own = this.#participants.filter((participant) => participant.kind === kind);
      const chosen = streams.filter(({ stream, receiver }) =>
        isUp ? own.some(({ upStream }) => upStream === stream) : own.some(({ name }) => name === receiver),
      );
      const count = (what: "lost" | "told" | "duplicated" | "reordered" | "phantom" | "leaked"): number =>
        chosen.reduce((total, verdict) => total + verdict[what].length, 0);
      return {
        owed: chosen.reduce((total, { owed }) => total + owed, 0),
        lost: count("lost"),
        told: count("told"),
        duplicated: count("duplicated"),
        reordered: count("reordered"),
        phantom: count("phantom"),
        leaked: count("leaked"),
      };
    };
    const of = (isUp: boolean) => Object.fromEntries(this.#plan.clients.map((kind) => [kind, sum(kind, isUp)]));
    return {
      down: of(false),
      up: of(true),
      faults: this.#plan.faults,
      recovered: this.#recovered,
      beganAnew: this.#beganAnew,
    };
  }
}

/** Plays a plan to its end. */
export function playDelivery(plan: DeliveryPlan): Promise<DeliveryVerdict> {
  return new Play(plan).run();
}
