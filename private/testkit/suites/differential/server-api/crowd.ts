// Three clients of one server, for cases about broadcasts.
// Place: cases -> **crowd** -> stage

import type { Pair, Stage } from "./stage.ts";
import type { ApiClient, ApiServer, ApiSocket } from "./surface.ts";

/** The server and its clients. */
export interface Crowd {
  readonly io: ApiServer;
  readonly one: Pair;
  readonly two: Pair;
  readonly three: Pair;
  /** Waits until all has arrived. */
  arrived(): Promise<void>;
}

/** Three clients that write down the event "news": one is in the rooms a and b, two in b, three in none. */
export async function crowd(stage: Stage, options: object = {}): Promise<Crowd> {
  const { serve, join, observer, show, settled, soon, generation } = stage;
  const served = await serve(options);
  const hear = (name: string, client: ApiClient): void => {
    const tell = observer(name);
    for (const event of ["news", "message"]) {
      client.on(event, (...args: readonly unknown[]) => tell(`${event}(${show(...args)})`));
    }
  };
  const enter = async (socket: ApiSocket, rooms: readonly string[]): Promise<void> => {
    for (const room of rooms) {
      if (generation === 2) await soon(new Promise<void>((resolve) => void socket.join(room, () => resolve())));
      else await socket.join(room);
    }
  };
  const one = await join(served, "one");
  const two = await join(served, "two");
  const three = await join(served, "three");
  hear("client one", one.client);
  hear("client two", two.client);
  hear("client three", three.client);
  await enter(one.socket, ["a", "b"]);
  await enter(two.socket, ["b"]);
  return {
    io: served.io,
    one,
    two,
    three,
    async arrived() {
      for (const pair of [one, two, three]) await settled(pair);
    },
  };
}

/** Answers an event at a client with the client's name. */
export function answer({ client }: Pair, name: string): void {
  client.on("ask", (...args: readonly unknown[]) => {
    const reply = args.at(-1);
    if (typeof reply === "function") reply(`${name} got ${args.length - 1}`);
  });
}
