// Cases about what is sent over a connection that stands: events, acks, binary, text and much of it.
// Place: **cases** -> scene -> peers
// Rules: everything goes both ways; contents are written down as the receiver's listener got them.

import type { ClientSocket, ServerSocket } from "../../../src/peers/peer.ts";
import type { DifferentialCase } from "../case.ts";
import { describeValues } from "../describe-value.ts";
import { barrier, call, emitForAck, type Joined, observeEvent, type Scene } from "../scene.ts";

/** Answers "echo" with what came, and writes it down. */
function echo(scene: Scene, side: string, end: ClientSocket | ServerSocket): void {
  const lane = scene.lane(side);
  end.on("echo", (...args) => {
    const values = args.slice(0, -1);
    lane.add(`echo(${describeValues(values)})`);
    call(args.at(-1), ...values);
  });
}

/** Sends the same values from either end, once without and once with an ack, and writes down what the acks carry. */
async function exchange(scene: Scene, rounds: readonly (readonly unknown[])[]): Promise<Joined> {
  const server = await scene.startServer();
  const joined = await scene.join(server, {}, (socket) => {
    observeEvent(scene.lane("server"), socket, "plain");
    echo(scene, "server", socket);
  });
  const { client, socket } = joined;
  observeEvent(scene.lane("client"), client, "plain");
  echo(scene, "client", client);
  for (const values of rounds) {
    client.emit("plain", ...values);
    socket.emit("plain", ...values);
    const [toClient, toServer] = await Promise.all([
      emitForAck(client, "echo", ...values),
      emitForAck(socket, "echo", ...values),
    ]);
    scene.lane("client").add(`ack(${describeValues(toClient)})`);
    scene.lane("server").add(`ack(${describeValues(toServer)})`);
  }
  await barrier(joined);
  return joined;
}

const exchangesEvents: DifferentialCase = {
  name: "events and acks carry their arguments both ways",
  shows: "both",
  async run(scene) {
    await exchange(scene, [
      [],
      [1, "two", true, null],
      [undefined, Number.NaN, -0, 1e21],
      [{ nested: { list: [1, [2, [3]]], "": "empty key" }, gone: undefined }],
      [new Date(0), [], {}],
      [{ toString: "own", hasOwnProperty: 1, constructor: "c" }],
      ["a,b", '["]', "\\n", "\u0000", "2[1]"],
      [{ _placeholder: "not true", num: 0 }],
    ]);
  },
};

const usesNames: DifferentialCase = {
  name: "event names are free but for the reserved ones, and send() is the event message",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const names = ["", "0", "with space", "naïve 😀", "__proto__", "hasOwnProperty", "message"];
    const joined = await scene.join(server, {}, (socket) => {
      for (const name of names) {
        observeEvent(scene.lane("server"), socket, name);
      }
    });
    for (const name of names) {
      observeEvent(scene.lane("client"), joined.client, name);
    }
    for (const name of names) {
      joined.client.emit(name, "by name");
      joined.socket.emit(name, "by name");
    }
    joined.client.send("by send", 2);
    await barrier(joined);
  },
};

const acksOnce: DifferentialCase = {
  name: "an ack is taken once, and late acks find their event",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const waiting: unknown[] = [];
    const keep = (end: ClientSocket | ServerSocket): void => {
      end.on("twice", (ack) => {
        call(ack, "first");
        call(ack, "second");
      });
      end.on("later", (value, ack) => {
        waiting.push(() => call(ack, "late", value));
      });
    };
    const joined = await scene.join(server, {}, keep);
    keep(joined.client);
    for (const [side, end] of [["client", joined.client] as const, ["server", joined.socket] as const]) {
      const lane = scene.lane(side);
      end.emit("twice", (answer: unknown) => lane.add(`ack of twice: ${describeValues([answer])}`));
      end.emit("later", 1, (...answer: unknown[]) => lane.add(`ack of later: ${describeValues(answer)}`));
      end.emit("later", 2, (...answer: unknown[]) => lane.add(`ack of later: ${describeValues(answer)}`));
      await barrier(joined);
      for (const release of waiting.splice(0).reverse()) {
        call(release);
      }
      await barrier(joined);
    }
  },
};

/** Binary of every kind that both generations can send from Node. */
function binaries(count: number): unknown[] {
  return Array.from({ length: count }, (_nothing, index) => {
    const bytes = Uint8Array.from({ length: index + 1 }, (_none, at) => (index * 31 + at * 7) % 256);
    return index % 2 === 0 ? Buffer.from(bytes) : bytes.buffer;
  });
}

const sendsOneBinary: DifferentialCase = {
  name: "binary with one attachment goes both ways, in events and in acks",
  shows: "both",
  async run(scene) {
    await exchange(scene, [
      [Buffer.from([0, 1, 2, 254, 255])],
      [Buffer.alloc(0)],
      ["before", { deep: [{ bytes: Buffer.from([4, 0, 4]) }] }, "after"],
      [Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]).subarray(2, 5)],
      [new Uint16Array([258]).buffer],
    ]);
  },
};

const sendsViews: DifferentialCase = {
  name: "typed arrays and views go both ways",
  shows: "both",
  async run(scene) {
    await exchange(scene, [
      [Uint8Array.of(4, 0, 4)],
      [Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 3)],
      [new DataView(Uint8Array.of(9, 8, 7).buffer, 1)],
      [Uint16Array.of(258)],
    ]);
  },
};

const sendsTenBinaries: DifferentialCase = {
  name: "binary with ten attachments goes both ways, in events and in acks",
  shows: "both",
  async run(scene) {
    const same = Buffer.from("same");
    await exchange(scene, [
      binaries(10),
      [{ list: binaries(8), and: { same, again: same } }, "tail"],
      ["text between"],
      binaries(10).reverse(),
    ]);
  },
};

const sendsAstralText: DifferentialCase = {
  name: "text beyond ASCII goes both ways unharmed",
  shows: "both",
  async run(scene) {
    await exchange(scene, [
      ["€", "ÿ", "😀", "👩‍👩‍👧‍👦", "\u2028\u2029", "漢字かな交じり文", "\u{10FFFF}", "\uFEFFbom", "\u0080\u07FF\u0800"],
      [{ "ключ 🔑": "значение" }],
      ["😀".repeat(5000)],
      [Buffer.from("😀"), "mixed with binary 😀"],
    ]);
  },
};

const sendsMuch: DifferentialCase = {
  name: "900 kB of text and 650 kB of binary go both ways",
  shows: "both",
  // Written as numbers, or in base64 over polling, it is more than the limit of 1 MB.
  notBy: ["msgpack 2.2", "msgpack 3.0", "json 3.0"],
  async run(scene) {
    const text = Array.from({ length: 90_000 }, (_none, at) => String(at).padStart(10, "0")).join("");
    const bytes = Buffer.from(Uint8Array.from({ length: 650_000 }, (_none, at) => (at * 7919) % 251));
    const { client, socket } = await exchange(scene, []);
    for (const value of [text, bytes]) {
      // One after the other: a 2.x client puts what is waiting into one body, which must stay below the limit of 1 MB.
      for (const [side, end] of [["client", client] as const, ["server", socket] as const]) {
        scene.lane(side).add(`ack(${describeValues(await emitForAck(end, "echo", value))})`);
      }
    }
  },
};

/** The cases about exchanging. */
export const EXCHANGING_CASES: readonly DifferentialCase[] = [
  exchangesEvents,
  usesNames,
  acksOnce,
  sendsOneBinary,
  sendsViews,
  sendsTenBinaries,
  sendsAstralText,
  sendsMuch,
];
