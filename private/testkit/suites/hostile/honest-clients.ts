// Clients that want nothing but an echo while others attack: official ones of both generations on every transport, and
// one that is written down here, packet by packet.
// Place: honest programs -> official clients -> the server under attack
// Rules: each has one echo under way at a time; whatever it hears but the right echo is trouble, and is kept with its name.

import WebSocket from "ws";
import { clientPeer } from "../../src/peers/client-peers.ts";
import type { ParserName } from "../../src/peers/parsers.ts";
import type { ClientName, ClientSocket, TransportMode } from "../../src/peers/peer.ts";
import type { Listener } from "../../src/peers/raw-surface.ts";
import { within } from "../../src/peers/wait-for.ts";

/** A group of honest clients. */
export interface HonestClients {
  readonly count: number;
  /** How many echoes have come back so far, over all clients. */
  readonly echoes: number;
  /** What went wrong, empty when nothing did. */
  readonly trouble: readonly string[];
  /** Resolves once every client has had one more echo. */
  another(): Promise<void>;
  /** Ends the echoing and the connections. */
  leave(): Promise<void>;
}

const NAMES: readonly ClientName[] = ["client 4.8", "client 2.5"];
const MODES: readonly TransportMode[] = ["polling", "websocket", "upgrade"];
const PAUSE_MS = 15;
const PATIENCE_MS = 15_000;

/** What an honest client needs of its socket. */
interface EchoSocket {
  on(event: string, listener: Listener): void;
  echo(number: number, text: string, bytes: Uint8Array, settled: Listener): void;
  dispose(): void;
}

class HonestClient {
  echoes = 0;
  readonly name: string;
  readonly #socket: EchoSocket;
  readonly #report: (trouble: string) => void;
  readonly #isJson: boolean;
  #isLeaving = false;
  #waiting: (() => void)[] = [];

  constructor(name: string, socket: EchoSocket, report: (trouble: string) => void, isJson = false) {
    this.name = name;
    this.#isJson = isJson;
    this.#socket = socket;
    this.#report = report;
    for (const event of ["disconnect", "connect_error", "error"]) {
      socket.on(event, (...args) => {
        if (!this.#isLeaving) this.#report(`${name}: ${event} ${String(args[0])}`);
      });
    }
    socket.on("connect", () => this.#ask());
  }

  another(): Promise<void> {
    const arrival = new Promise<void>((resolve) => this.#waiting.push(resolve));
    return within(arrival, PATIENCE_MS, `an echo of ${this.name}`);
  }

  leave(): void {
    this.#isLeaving = true;
    this.#socket.dispose();
  }

  #ask(): void {
    const sent = this.echoes;
    const bytes = Buffer.from([sent & 0xff, 0x1e, 0x80]);
    this.#socket.echo(sent, `text ${sent} \u{1f600}`, bytes, (...answer) => {
      const [number, text, back] = answer;
      // Plain JSON has no bytes, but a form of its own for Buffers.
      const isSame =
        back instanceof Uint8Array
          ? bytes.equals(back)
          : JSON.stringify(back) === (this.#isJson ? JSON.stringify(bytes) : "");
      if (number !== sent || text !== `text ${sent} \u{1f600}` || !isSame) {
        this.#report(`${this.name}: echo ${sent} came back as ${JSON.stringify(answer)}`);
      }
      this.echoes++;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
      setTimeout(() => {
        if (!this.#isLeaving) this.#ask();
      }, PAUSE_MS);
    });
  }
}

/** A plain WebSocket that speaks revision 4 packet by packet: joins, answers pings, sends bytes and waits for its ack. */
function openBareSocket(port: number): EchoSocket {
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  const listeners = new Map<string, Listener>();
  let settle: Listener = () => {};
  let answer: readonly unknown[] = [];
  let foreign = 0;
  const hear = (packet: string) => {
    if (packet === "2") webSocket.send("3");
    else if (packet.startsWith("40")) listeners.get("connect")?.();
    else if (packet.startsWith("461-1")) {
      const parsed: unknown = JSON.parse(packet.slice(5));
      answer = Array.isArray(parsed) ? parsed : [];
    } else if (/^4(2|5\d+-)\["spread"/.test(packet)) {
      // What others broadcast is no trouble; its attachments follow without anything between.
      foreign = Number(/^45(\d+)-/.exec(packet)?.[1] ?? 0);
    } else if (!packet.startsWith("0")) listeners.get("error")?.(`the packet ${packet}`);
  };
  webSocket.on("open", () => webSocket.send("40"));
  webSocket.on("error", (error) => listeners.get("error")?.(error.message));
  webSocket.on("close", (code) => listeners.get("disconnect")?.(code));
  webSocket.on("message", (data) => {
    const bytes = Buffer.isBuffer(data) ? data : undefined;
    // The older ws of the workspace hands texts over as strings, later ones as bytes.
    if (bytes !== undefined && foreign > 0) foreign--;
    else if (bytes !== undefined && answer.length > 0) {
      const [number, text] = answer;
      answer = [];
      settle(number, text, bytes);
    } else hear(String(data));
  });
  return {
    on(event, listener) {
      listeners.set(event, listener);
    },
    echo(number, text, bytes, settled) {
      settle = settled;
      webSocket.send(`451-1${JSON.stringify(["echo", number, text, { _placeholder: true, num: 0 }])}`);
      webSocket.send(bytes);
    },
    dispose() {
      webSocket.close();
    },
  };
}

function echoOver(socket: ClientSocket): EchoSocket {
  return {
    on: (event, listener) => socket.on(event, listener),
    echo: (number, text, bytes, settled) => socket.emit("echo", number, text, bytes, settled),
    dispose: () => socket.dispose(),
  };
}

/**
 * Connects a group of honest clients, which echo until they leave.
 *
 * @param port - The server's port.
 * @param parsers - By what the official clients read and write, where it is not text.
 * @returns The clients, each with an echo behind it.
 */
export async function connectHonestClients(
  port: number,
  parsers: Partial<Record<ClientName, ParserName>> = { "client 4.8": "text", "client 2.5": "text" },
): Promise<HonestClients> {
  const trouble: string[] = [];
  const clients: HonestClient[] = [];
  for (const name of NAMES) {
    const parser = parsers[name];
    if (parser === undefined) continue;
    const peer = await clientPeer(name, parser);
    for (const mode of MODES) {
      const socket = peer.connect(`http://127.0.0.1:${port}`, { mode });
      clients.push(
        new HonestClient(`${name} by ${mode}`, echoOver(socket), (what) => trouble.push(what), parser === "json 3.0"),
      );
    }
  }
  const isText = Object.values(parsers).every((parser) => parser === "text");
  if (isText) clients.push(new HonestClient("bare WebSocket", openBareSocket(port), (what) => trouble.push(what)));
  const another = async () => {
    await Promise.all(clients.map((client) => client.another()));
  };
  await another();
  return {
    count: clients.length,
    get echoes() {
      return clients.reduce((sum, client) => sum + client.echoes, 0);
    },
    trouble,
    another,
    async leave() {
      for (const client of clients) client.leave();
    },
  };
}
