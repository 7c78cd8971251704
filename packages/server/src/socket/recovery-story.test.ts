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

/**
 * A client that reads now and then, breaks now and then, and comes back with what it knows. As official ones do, it keeps what
 * comes before the answer until there is one, also when the connection ends meanwhile, and has its offset from what it has told.
 */
class Traveller {
  readonly got: string[] = [];
  readonly ids = new Set<string>();
  /** How often it was sent away to empty its buffer. */
  timesSentAway = 0;
  readonly #connect: () => FakeClient;
  #client: FakeClient;
  #arrived: (string | Uint8Array)[] = [];
  #buffer: { readonly number: string; readonly offset: string }[] = [];
  #isConnected = false;
  #pid = "";
  #offset = "";

  constructor(connect: () => FakeClient) {
    this.#connect = connect;
    this.#client = connect();
    this.#client.send("0");
    this.read();
  }

  /** Reads what has arrived; comes back where the server has ended the connection. */
  read(): void {
    for (this.#look(); this.#arrived.length > 0; this.#look()) this.#readFirst(this.#arrived.length);
    if (this.#client.port.closes === 0) return;
    this.timesSentAway++;
    this.#isConnected = false;
    this.comeBack();
    this.read();
  }

  /** The connection breaks, which the server hears of or not; of what has arrived only the first part is read, if anything. */
  lose(isNoticed: boolean, share: number): void {
    this.#look();
    this.#readFirst(Math.floor(this.#arrived.length * share));
    this.#isConnected = false;
    if (isNoticed) this.#client.vanish();
  }

  comeBack(): void {
    this.#arrived = [];
    this.#client = this.#connect();
    this.#client.send(`0${JSON.stringify({ pid: this.#pid, offset: this.#offset })}`);
  }

  #look(): void {
    this.#arrived.push(...this.#client.take());
  }

  #readFirst(count: number): void {
    for (const frame of this.#arrived.splice(0, count)) {
      const event = /^2\["n",(?<number>\d+),"(?<offset>[^"]+)"\]$/.exec(String(frame))?.groups;
      const reply = /^0\{"sid":"(?<sid>[^"]+)","pid":"(?<pid>bwl_[^"]+)"\}$/.exec(String(frame))?.groups;
      if (event !== undefined) {
        this.#buffer.push({ number: event["number"] ?? "", offset: event["offset"] ?? "" });
      } else if (reply !== undefined) {
        this.ids.add(reply["sid"] ?? "");
        this.#pid = reply["pid"] ?? "";
        this.#isConnected = true;
      } else if (frame === "2") this.#client.port.receive("3");
      else throw new Error(`Cannot read "${String(frame)}": the story has no such frame`);
      if (this.#isConnected) this.#tell();
    }
  }

  #tell(): void {
    for (const { number, offset } of this.#buffer.splice(0)) {
      this.got.push(number);
      this.#offset = offset;
    }
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
      if (!isAway) traveller.lose(random.fraction() < 0.7, random.fraction());
      isAway = true;
    },
    () => {
      if (!isAway) return;
      traveller.comeBack();
      losses++;
      // It was not let in, but is to empty its buffer, and may be lost while it does.
      if (socket?.connected !== true && random.fraction() < 0.3) traveller.lose(true, random.fraction());
      else {
        if (socket?.connected !== true) traveller.read();
        isAway = false;
      }
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

  it("is sent away in some of these stories, to empty its buffer", () => {
    expect(Math.max(...[0, 1, 2, 3].map((seed) => play(seed).traveller.timesSentAway))).toBeGreaterThan(0);
  });
});
