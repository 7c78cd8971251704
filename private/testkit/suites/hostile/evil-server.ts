// A server that speaks the protocol until it does not: scripted or mutated answers on raw TCP.
// Place: **bytes** -> the client's HTTP and WebSocket -> transports -> engine
// Rules: the first segment of the path says which script a client gets, so that many clients can be deceived at a time;
//        an answer to a poll ends its connection.

import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import type { SeededRandom } from "../../src/seeded-random.ts";
import { mutateBytes } from "./mutate.ts";
import { frame } from "./raw-websocket.ts";
import type { Revision } from "./traffic.ts";

/** A request as the evil server sees it. */
export interface Asked {
  readonly method: string;
  readonly hasSid: boolean;
  readonly isUpgrade: boolean;
  readonly key: string;
  /** How many requests of this script came before. */
  readonly count: number;
}

/** Decides what is written; undefined lets the client wait. */
export type Script = (asked: Asked) => Uint8Array | string | undefined;

/** A running evil server. */
export interface EvilServer {
  readonly url: string;
  /** Gives the path under which a script is played. */
  play(script: Script): string;
  close(): Promise<void>;
}

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const WEBSOCKET_LASTS_MS = 250;

/** The bytes of an HTTP response. */
export function answer(body: string | Uint8Array, status = "200 OK", headers = "Content-Type: text/plain\r\n"): Buffer {
  const bytes = Buffer.from(body);
  const head = `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The head of a 101. */
export function switching(key: string, headers = ""): Buffer {
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  return Buffer.from(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${headers}\r\n`,
  );
}

/** A frame from a server, which masks nothing. */
export function serverFrame(payload: string | Uint8Array, reserved = 0): Buffer {
  return frame(payload, { isMasked: false, reserved });
}

/** The data of a good open packet. */
export const OPEN =
  '{"sid":"abcdefghijklmnopqrst","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000}';

const EVENTS = [
  '42["news",{"a":[1,null]}]',
  '421["question"]',
  '451-["bytes",{"_placeholder":true,"num":0}]',
  "bAQID",
  '430["late"]',
];

function payload(revision: Revision, packets: readonly string[]): string {
  return revision === 4 ? packets.join("\x1e") : packets.map((packet) => `${packet.length}:${packet}`).join("");
}

/** What a good server would say, request by request. */
export function honestScript(revision: Revision): Script {
  const joined = revision === 4 ? '40{"sid":"zyxwvutsrqponmlkjihg"}' : "40";
  const events = revision === 4 ? EVENTS : EVENTS.map((packet) => packet.replace("bAQID", "b4AQID"));
  return ({ method, hasSid, isUpgrade, key, count }) => {
    if (isUpgrade && hasSid) return Buffer.concat([switching(key), serverFrame("3probe")]);
    if (isUpgrade) {
      const texts = [`0${OPEN}`, joined, ...EVENTS.slice(0, 2)];
      return Buffer.concat([
        switching(key),
        ...texts.map((text) => serverFrame(text)),
        serverFrame(Uint8Array.of(1, 2)),
      ]);
    }
    if (method === "POST") return answer("ok");
    if (!hasSid) return answer(payload(revision, [`0${OPEN}`]));
    return count > 8
      ? undefined
      : answer(payload(revision, count < 4 ? [joined, ...events] : [revision === 4 ? "2" : "6"]));
  };
}

/** A good server whose answers are damaged, most of the time. */
export function mutatedScript(revision: Revision, random: SeededRandom): Script {
  const honest = honestScript(revision);
  const other = answer(payload(revision, [`0${OPEN}`, ...EVENTS]));
  // Where the handshake is left whole, the damage reaches what comes behind it.
  const firstDamaged = random.below(3);
  return (asked) => {
    const said = honest(asked);
    if (said === undefined || asked.count < firstDamaged) return said;
    return mutateBytes(Buffer.from(said), random, other);
  };
}

function readRequest(text: string): { readonly head: string; readonly path: string } | undefined {
  const end = text.indexOf("\r\n\r\n");
  const path = /^\S+ \/([^/]+)\//.exec(text)?.[1];
  return end < 0 || path === undefined ? undefined : { head: text.slice(0, end), path };
}

/** Starts an evil server on a free port of loopback. */
export async function startEvilServer(): Promise<EvilServer> {
  const scripts = new Map<string, { readonly script: Script; count: number }>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    let isAnswered = false;
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const request = readRequest(text);
      const entry = request === undefined ? undefined : scripts.get(request.path);
      if (isAnswered || request === undefined || entry === undefined) return;
      isAnswered = true;
      const { head } = request;
      const isUpgrade = /^upgrade: *websocket/im.test(head);
      const said = entry.script({
        method: head.slice(0, head.indexOf(" ")),
        hasSid: /^\S+ \S*[?&]sid=/.test(head),
        isUpgrade,
        key: /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "",
        count: entry.count++,
      });
      if (said === undefined) return;
      if (!isUpgrade) socket.end(said);
      else {
        socket.write(said);
        setTimeout(() => socket.end(), WEBSOCKET_LASTS_MS);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    play(script) {
      const path = `s${scripts.size}`;
      scripts.set(path, { script, count: 0 });
      return `/${path}/`;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
