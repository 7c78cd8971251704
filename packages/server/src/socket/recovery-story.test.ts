// Recovery over long random stories: whatever is on its way when connections break, a client gets what was addressed to
// it, once each and in order.
import { createFakePlatform, createSeededRandom, FakeClient } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

const STEPS = 400;

/** A client that reads now and then, breaks now and then, and comes back with what it knows. */
class Traveller {
  readonly got: string[] = [];
  readonly ids = new Set<string>();
  readonly #connect: () => FakeClient;
  #client: FakeClient;
  #pid = "";
  #offset = "";

  constructor(connect: () => FakeClient) {
    this.#connect = connect;
    this.#client = connect();
    this.#client.send("0");
    this.read();
  }

  /** Reads what has arrived; what has not been read when the connection breaks is lost on the way. */
  read(): void {
    for (const frame of this.#client.take()) {
      const event = /^2\["n",(?<number>\d+),"(?<offset>[^"]+)"\]$/.exec(String(frame))?.groups;
      const reply = /^0\{"sid":"(?<sid>[^"]+)","pid":"(?<pid>bwl_[^"]+)"\}$/.exec(String(frame))?.groups;
      if (event !== undefined) {
        this.got.push(event["number"] ?? "");
        this.#offset = event["offset"] ?? "";
      } else if (reply !== undefined) {
        this.ids.add(reply["sid"] ?? "");
        this.#pid = reply["pid"] ?? "";
      } else throw new Error(`Cannot read "${String(frame)}": the story has no such frame`);
    }
  }

  /** The connection breaks, which the server hears of or not. */
  lose(isNoticed: boolean): void {
    if (isNoticed) this.#client.vanish();
  }

  comeBack(): void {
    this.#client = this.#connect();
    this.#client.send(`0${JSON.stringify({ pid: this.#pid, offset: this.#offset })}`);
  }
}

/** Plays one story and gives what was addressed to the client, and the client. */
function play(seed: number): { readonly sent: string[]; readonly traveller: Traveller; readonly losses: number } {
  const random = createSeededRandom(seed);
  const platform = createFakePlatform();
  const io = new ServerInMemory({ connectionStateRecovery: {} }, platform);
  const rooms = new Set<string>();
  let socket: Socket | undefined;
  io.on("connection", (joined: Socket) => {
    socket = joined;
  });
  const traveller = new Traveller(() => new FakeClient(io.door, platform.clock));
  const sent: string[] = [];
  let number = 0;
  let losses = 0;
  let isAway = false;
  const room = () => `room ${random.below(6)}`;
  const actions: readonly (() => void)[] = [
    () => {
      sent.push(String(number));
      io.emit("n", number++);
    },
    () => {
      sent.push(String(number));
      socket?.emit("n", number++);
    },
    () => {
      const to = [room(), room()];
      if (to.some((name) => rooms.has(name))) sent.push(String(number));
      io.to(to).emit("n", number++);
    },
    () => {
      const spared = room();
      if (!rooms.has(spared)) sent.push(String(number));
      io.except(spared).emit("n", number++);
    },
    () => {
      const name = room();
      if (isAway || rooms.size > 3) return;
      void socket?.join(name);
      rooms.add(name);
    },
    () => {
      if (!isAway) traveller.read();
    },
    () => {
      if (!isAway) traveller.lose(random.fraction() < 0.7);
      isAway = true;
    },
    () => {
      if (!isAway) return;
      traveller.comeBack();
      isAway = false;
      losses++;
    },
    () => platform.clock.advance(10),
  ];
  actions[0]?.();
  traveller.read();
  for (let step = 0; step < STEPS; step++) actions[random.below(actions.length)]?.();
  if (isAway) traveller.comeBack();
  traveller.read();
  return { sent, traveller, losses };
}

describe("a client whose connection breaks at any moment", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))("gets everything once and in order, seed %i", (seed) => {
    const { sent, traveller, losses } = play(seed);
    expect(traveller.got).toEqual(sent);
    expect([traveller.ids.size, losses > 5]).toEqual([1, true]);
  });
});
