// The listeners of a scene: each joins its rooms, comes back, and tells what it gets.
// Place: scene -> **audience** -> balancer or node -> history
// Rules: who begins anew has left its rooms, and joins them again; who is recovered has never left them.

import type { History } from "../../../src/history/history.ts";
import { connectClient, type SceneClient } from "./scene-client.ts";
import { ROOMS } from "./sender.ts";

/** One who listens. */
interface Listener {
  readonly receiver: string;
  readonly rooms: readonly string[];
  /** The rooms in which it is for certain. */
  readonly confirmed: Set<string>;
}

/** Everybody who listens. */
export class Audience {
  readonly #history: History;
  readonly #clients: SceneClient[] = [];
  #lastReceived = 0;

  constructor(history: History) {
    this.#history = history;
  }

  /** When something was received last, by the clock of the run. */
  get lastReceived(): number {
    return this.#lastReceived;
  }

  get isWhole(): boolean {
    return this.#clients.every(({ connected }) => connected);
  }

  /**
   * Adds a client.
   * @param turn decides by whose client, and whether it is one of the few.
   */
  async add(receiver: string, url: string, turn: number): Promise<void> {
    const rooms = turn % 4 < 2 ? [ROOMS.all, ROOMS.few] : [ROOMS.all];
    const listener: Listener = { receiver, rooms, confirmed: new Set() };
    const client = await connectClient(url, turn, receiver);
    this.#clients.push(client);
    client.on("disconnect", (reason) => this.#history.note({ kind: "disconnected", receiver, reason: String(reason) }));
    client.on("connect", () => this.#connected(client, listener));
    client.on("m", (stream, number) => {
      this.#lastReceived = performance.now();
      this.#history.note({ kind: "received", stream: String(stream), number: Number(number), receiver });
    });
    this.#connected(client, listener);
  }

  close(): void {
    for (const client of this.#clients) client.disconnect();
  }

  #connected(client: SceneClient, { receiver, rooms, confirmed }: Listener): void {
    const { recovered } = client;
    this.#history.note({ kind: "connected", receiver, recovered });
    for (const stream of recovered ? [] : rooms) {
      this.#history.note({ kind: "leaving", stream, receiver });
      this.#history.note({ kind: "left", stream, receiver });
      confirmed.delete(stream);
    }
    for (const stream of rooms) if (!confirmed.has(stream)) void this.#join(client, stream, { receiver, confirmed });
  }

  async #join(client: SceneClient, stream: string, { receiver, confirmed }: Omit<Listener, "rooms">): Promise<void> {
    this.#history.note({ kind: "joining", stream, receiver });
    // Who loses its connection meanwhile asks again once it is back.
    const isThere: unknown = await client.emitWithAck("join", stream).catch(() => false);
    if (isThere !== true) return;
    confirmed.add(stream);
    this.#history.note({ kind: "joined", stream, receiver });
  }
}
