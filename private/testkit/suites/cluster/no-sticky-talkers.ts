// Clients that say one thing after the other, each once, and have the server count for them.
// Place: **clients** -> nginx -> nodes
// Rules: whatever is said is answered, or the client is told that its connection has ended: nothing is left open; what it is
//        told in one session comes in order, without a gap, or the session ends.
import { setTimeout as delay } from "node:timers/promises";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ClientSocket } from "../../src/peers/peer.ts";
import { within } from "../../src/peers/wait-for.ts";
import type { Heard } from "./no-sticky-process.ts";
import type { Player } from "./no-sticky-sessions.ts";

const PATIENCE_MS = 20_000;
/** Between an answer and what is said next. */
const PAUSE_MS = 10;

/** A client that talks until it is told to end. */
export class Talker {
  readonly name: string;
  /** What was answered, by number. */
  readonly answered: Set<number> = new Set();
  /** What was not, since the connection ended. */
  readonly failed: Set<number> = new Set();
  /** What it was told in each of its sessions. */
  readonly ticks: Map<string, number[]> = new Map();
  readonly #client: ClientSocket;
  #isOver = false;
  #said = 0;
  #waiting: (() => void)[] = [];
  #talk: Promise<void> = Promise.resolve();

  private constructor(name: string, client: ClientSocket) {
    this.name = name;
    this.#client = client;
    client.on("connect", () => client.emit("count for me"));
    client.on("tick", (session, number) => {
      const ticks = this.ticks.get(String(session)) ?? [];
      this.ticks.set(String(session), ticks);
      ticks.push(Number(number));
    });
    for (const event of ["connect", "disconnect"]) client.on(event, () => this.#changed());
  }

  /** Connects a client, which begins to talk. */
  static async start(name: string, [clientName, mode]: Player, port: number): Promise<Talker> {
    const peer = await clientPeer(clientName);
    const client = peer.connect(`http://127.0.0.1:${port}`, { mode, reconnection: true });
    const talker = new Talker(name, client);
    talker.#talk = talker.#talkOn();
    // Who ends it hears of it.
    talker.#talk.catch(() => undefined);
    return talker;
  }

  /** Settles once something that was said from now on is answered. */
  async getsThrough(): Promise<void> {
    const from = this.#said;
    const heard = async (): Promise<void> => {
      while (![...this.answered].some((number) => number > from)) await this.#change();
    };
    await within(Promise.race([heard(), this.#talk]), PATIENCE_MS, `an answer to "${this.name}"`);
  }

  /** Says nothing more. @throws Error where something that was said is left open. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#changed();
    try {
      await this.#talk;
    } finally {
      this.#client.dispose();
    }
  }

  async #talkOn(): Promise<void> {
    while (!this.#isOver) {
      if (!this.#client.connected) await this.#change();
      else {
        await within(this.#say(this.#said++), PATIENCE_MS, `an answer to "${this.name}", or the end of its connection`);
        await delay(PAUSE_MS);
      }
    }
  }

  async #say(number: number): Promise<void> {
    this.#client.emit("say", this.name, number, () => {
      // An answer that comes behind the end of its connection would be somebody else's.
      if (this.failed.has(number)) throw new Error(`"${this.name}" got an answer to ${number}, which had failed`);
      this.answered.add(number);
      this.#changed();
    });
    while (!this.answered.has(number)) {
      await this.#change();
      if (!this.answered.has(number) && !this.#client.connected) {
        this.failed.add(number);
        return;
      }
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** What is wrong with what talkers have said and been told, one line for each mistake. */
export function judgeTalks(talkers: readonly Talker[], heard: readonly Heard[]): string[] {
  const faults: string[] = [];
  const counts = new Map<string, number>();
  for (const { client, number } of heard)
    counts.set(`${client} ${number}`, (counts.get(`${client} ${number}`) ?? 0) + 1);
  for (const [what, count] of counts) if (count > 1) faults.push(`${what} was heard ${count} times`);
  for (const { name, answered, ticks } of talkers) {
    for (const number of answered)
      if (!counts.has(`${name} ${number}`)) faults.push(`${name} ${number} was answered, not heard`);
    for (const [session, numbers] of ticks) {
      const at = numbers.findIndex((number, index) => number !== index);
      if (at >= 0) faults.push(`${name} was told ${numbers[at]} in the place of ${at}, in session ${session}`);
    }
  }
  return faults;
}
