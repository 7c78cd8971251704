// One honest client of a soak: comes, talks and listens for a while, moves between rooms, and goes when it has got everything.
// Place: crowd -> **visitor** -> official client or ours -> its own proxy, or none -> server
// Rules: what it is owed and what it gets is noted at once; a client that repeats what is not answered owes all that it says,
//        the others what was answered; a new session has no rooms but those that the program gives it. What the server has
//        been told to say is waited for before somebody comes into a room, and before and after somebody leaves it, since
//        the server hears its orders and its clients over different ways.

import { setTimeout as delay } from "node:timers/promises";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientName, ClientSocket, TransportMode } from "../../src/peers/peer.ts";
import { isListener, isObject } from "../../src/peers/raw-surface.ts";
import { startTcpProxy, type TcpProxy } from "../../src/peers/tcp-proxy.ts";
import type { Ledger } from "./ledger.ts";
import { isPayload, payloadOf } from "./payload.ts";
import type { Serving } from "./server-process.ts";

/** Who it is. */
export interface VisitorPlan {
  readonly name: string;
  readonly kind: ClientName;
  readonly mode: TransportMode;
  readonly namespace: string;
  readonly group: string;
  /** Whether its network fails; otherwise how long the answers take is measured. */
  readonly isHaunted: boolean;
}

/** Receives what clients say. */
export const PROGRAM = "the program";
/** A client has so many of its messages under way or waiting. */
const MOST_WAITING = 5;
const RETRY_MS = 400;
const LONGEST_END_MS = 120_000;
const LOOK_INTERVAL_MS = 50;

/** The stream of everybody in a namespace. */
export const everybodyOf = (namespace: string): string => `everybody of ${namespace}`;
/** The stream of a room. */
export const roomStream = (namespace: string, room: string): string => `${room} of ${namespace}`;

type Stay = "out" | "entering" | "in" | "quitting";

/**
 * Clients of 2.x and 3.x keep the first half of a packet when their connection ends in the middle of one, and throw where nobody
 * can catch it when the next connection brings something else. They begin anew instead, as those of 4.x do.
 */
function guardDecoder(manager: unknown, thrown: (error: unknown) => void): void {
  if (!isObject(manager)) return;
  const decoder = manager["decoder"];
  const add: unknown = isObject(decoder) ? decoder["add"] : undefined;
  if (!isObject(decoder) || !isListener(add)) throw new TypeError("Cannot guard the client: it has no decoder");
  decoder["add"] = (packet: unknown): void => {
    try {
      add.call(decoder, packet);
    } catch (error) {
      thrown(error);
      forgetHalfPacket(manager);
      const engine = manager["engine"];
      const close: unknown = isObject(engine) ? engine["close"] : undefined;
      if (isListener(close)) close.call(engine);
    }
  };
}

function forgetHalfPacket(manager: Record<string, unknown>): void {
  const { decoder } = manager;
  if (isObject(decoder)) decoder["reconstructor"] = null;
}

/** One client with its network. */
export class Visitor {
  readonly plan: VisitorPlan;
  readonly #ledger: Ledger;
  readonly #serving: Serving;
  readonly #repeats: boolean;
  #proxy: TcpProxy | undefined;
  #socket: ClientSocket | undefined;
  #sent = 0;
  readonly #unanswered = new Set<number>();
  #wasConnected = false;
  #connectedMs = 0;
  #isGone = false;
  #isLeaving = false;
  #hall = "";
  #stay: Stay = "out";
  /** Answers to what was asked in an earlier turn say nothing of this one. */
  #turn = 0;

  private constructor(plan: VisitorPlan, serving: Serving, ledger: Ledger) {
    this.plan = plan;
    this.#serving = serving;
    this.#ledger = ledger;
    // Repeated events go one after the other, so that the time of an answer would be that of the queue.
    this.#repeats = plan.isHaunted && (plan.kind === "our client" || plan.kind === "client 4.8");
  }

  /** Connects. @returns once it is connected for the first time. */
  static async come(plan: VisitorPlan, serving: Serving, ledger: Ledger): Promise<Visitor> {
    const visitor = new Visitor(plan, serving, ledger);
    await visitor.#open(serving.port);
    return visitor;
  }

  get name(): string {
    return this.plan.name;
  }

  /** What faults may be done to; undefined where its network is good. */
  get proxy(): TcpProxy | undefined {
    return this.#proxy;
  }

  /** Whether others may still speak to it by its name. */
  get isListening(): boolean {
    return !this.#isLeaving;
  }

  get downStream(): string {
    return `to ${this.name}`;
  }

  get #upStream(): string {
    return `of ${this.name}`;
  }

  /** Says something to the program. */
  say(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#isLeaving) return;
    if (this.#repeats ? this.#unanswered.size >= MOST_WAITING : !socket.connected) return;
    const [stream, number, saidMs] = [this.#upStream, this.#sent++, performance.now()];
    this.#unanswered.add(number);
    this.#ledger.note({ kind: this.#repeats ? "sent" : "offered", stream, number });
    socket.emit("say", stream, number, payloadOf(number), () => {
      this.#unanswered.delete(number);
      if (this.#isGone) return;
      if (!this.#repeats) this.#ledger.note({ kind: "acknowledged", stream, number });
      if (!this.plan.isHaunted) this.#ledger.answered(performance.now() - saidMs);
    });
  }

  /** Goes into a hall, or out of the one that it is in; nothing where it is about to. */
  move(hall: string): void {
    if (this.#isLeaving || this.#socket?.connected !== true) return;
    if (this.#stay === "out") this.#enter(hall);
    else if (this.#stay === "in") this.#quit();
  }

  /** Waits for what it is owed, and goes. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    for (const stream of this.#streams()) this.#ledger.note({ kind: "leaving", stream, receiver: this.name });
    const until = performance.now() + LONGEST_END_MS;
    const { checker } = this.#ledger;
    const isDone = (): boolean =>
      checker.isSettled(this.name) &&
      checker.isDelivered(this.#upStream) &&
      (!this.#repeats || this.#unanswered.size === 0);
    while (!isDone() && performance.now() < until) await delay(LOOK_INTERVAL_MS);
    if (!isDone()) {
      const { connected, engineState } = this.#socket ?? { connected: false, engineState: "none" };
      const { kind, mode } = this.plan;
      this.#ledger.late(
        `${this.name}, ${kind} over ${mode}, ${connected ? "connected" : "not connected"} (${engineState}), ${this.#stay} "${this.#hall}", ` +
          `${this.#unanswered.size} of ${this.#sent} not answered, down ${checker.isSettled(this.name) ? "whole" : "not whole"}, connected last ${((performance.now() - this.#connectedMs) / 1000).toFixed(1)} s ago`,
      );
    }
    await this.#serving.sync();
    this.#ledger.over(this.plan, this.#upStream, this.#sent, this.#repeats ? new Set() : this.#unanswered);
    await this.abandon();
  }

  /** Ends the connection, whatever is under way. */
  async abandon(): Promise<void> {
    this.#isGone = true;
    this.#socket?.dispose();
    await this.#proxy?.close();
  }

  #streams(): string[] {
    const { namespace, group } = this.plan;
    const always = [everybodyOf(namespace), roomStream(namespace, group), this.downStream];
    return this.#stay === "out" ? always : [...always, roomStream(namespace, this.#hall)];
  }

  async #open(port: number): Promise<void> {
    const { kind, mode, namespace, group, isHaunted } = this.plan;
    const receiver = this.name;
    if (isHaunted) this.#proxy = await startTcpProxy(port);
    const peer = await clientPeer(kind);
    for (const stream of this.#streams()) this.#ledger.note({ kind: "joining", stream, receiver });
    await this.#serving.sync();
    const socket = peer.connect(this.#proxy?.url ?? `http://127.0.0.1:${port}`, {
      mode,
      namespace,
      reconnection: true,
      query: { name: receiver, group },
      ...(this.#repeats && { retries: { most: 10_000, afterMs: RETRY_MS } }),
    });
    this.#socket = socket;
    if (kind === "client 2.5" || kind === "client 3.1") {
      guardDecoder(socket.manager, (error) => this.#ledger.threw(this.plan, error));
    }
    socket.on("tell", (stream, number, payload) => {
      if (this.#isGone) return;
      this.#ledger.note({ kind: "received", stream: String(stream), number: Number(number), receiver });
      if (!isPayload(payload, Number(number))) this.#ledger.garbled(`${String(stream)}, ${String(number)}`);
    });
    socket.on("ask", (number, answer) => {
      if (isListener(answer)) answer(number);
    });
    socket.on("disconnect", (reason) => {
      if (this.#isGone) return;
      this.#ledger.disconnected(this.plan, String(reason));
      // Who is sent away by the server does not come back by itself.
      if (reason === "io server disconnect") socket.connect();
    });
    await new Promise<void>((resolve) => {
      socket.on("connect", () => {
        this.#connected(socket.recovered === true);
        resolve();
      });
    });
    for (const stream of this.#streams()) this.#ledger.note({ kind: "joined", stream, receiver });
    this.#ledger.note({ kind: "joining", stream: this.#upStream, receiver: PROGRAM });
    this.#ledger.note({ kind: "joined", stream: this.#upStream, receiver: PROGRAM });
  }

  #connected(recovered: boolean): void {
    if (this.#isGone) return;
    this.#ledger.note({ kind: "connected", receiver: this.name, recovered });
    if (this.#wasConnected) this.#ledger.cameBack(this.plan, recovered);
    this.#wasConnected = true;
    this.#connectedMs = performance.now();
    if (recovered || this.#stay === "out") return;
    const wantsIn = this.#stay === "in" || this.#stay === "entering";
    const turn = ++this.#turn;
    this.#stay = "quitting";
    this.#ledger.note({ kind: "leaving", stream: this.#hallStream, receiver: this.name });
    this.#settle(turn, () => {
      this.#ledger.note({ kind: "left", stream: this.#hallStream, receiver: this.name });
      this.#stay = "out";
      if (wantsIn) this.#enter(this.#hall);
    });
  }

  get #hallStream(): string {
    return roomStream(this.plan.namespace, this.#hall);
  }

  #enter(hall: string): void {
    this.#hall = hall;
    this.#stay = "entering";
    const turn = ++this.#turn;
    this.#ledger.note({ kind: "joining", stream: this.#hallStream, receiver: this.name });
    this.#settle(turn, () => {
      this.#socket?.emit("enter", hall, () => {
        if (!this.#isTurn(turn)) return;
        this.#ledger.note({ kind: "joined", stream: this.#hallStream, receiver: this.name });
        this.#stay = "in";
      });
    });
  }

  #quit(): void {
    this.#stay = "quitting";
    const turn = ++this.#turn;
    this.#ledger.note({ kind: "leaving", stream: this.#hallStream, receiver: this.name });
    // What was owed before must not meet a room that has been left already.
    this.#settle(turn, () => {
      this.#socket?.emit("quit", this.#hall, () => {
        this.#settle(turn, () => {
          this.#ledger.note({ kind: "left", stream: this.#hallStream, receiver: this.name });
          this.#stay = "out";
        });
      });
    });
  }

  /** Whether an answer is about what is asked for now; who is about to go is owed nothing more. */
  #isTurn(turn: number): boolean {
    return turn === this.#turn && !this.#isGone && !this.#isLeaving;
  }

  /** Goes on once the server has said what it has been told to. */
  #settle(turn: number, goOn: () => void): void {
    this.#serving.sync().then(
      () => {
        if (this.#isTurn(turn)) goOn();
      },
      // A server that has died fails the soak.
      () => undefined,
    );
  }
}
