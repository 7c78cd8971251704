// The programs that run on the server under attack, by name: what each adds to handlers that echo.
// Place: victim.ts -> **programs** -> options and listeners of the server
// Rules: what a request asks for in its query decides which mistake of a program it meets; mistakes that end the process
//        of any server, such as an error thrown in a listener, are not among them.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Parser } from "@bowline/protocol";
import { createJsonParser } from "@bowline/protocol/json";
import { createMsgpackParser } from "@bowline/protocol/msgpack";
import type { Server, ServerOptions } from "@bowline/server";
import { requireOfficial } from "../../src/peers/load-package.ts";

/** What a victim runs. */
export interface Program {
  readonly options: Partial<ServerOptions>;
  /** Called once the server is there. */
  prepare?(io: Server): void;
  /** What it counts, for reports. */
  figures?(): Readonly<Record<string, number>>;
}

/** The names of programs. */
export type ProgramName =
  | "plain"
  | "our msgpack"
  | "our json"
  | "published msgpack"
  | "careless"
  | "compressing"
  | "recovering"
  | "recovering, judging"
  | "dynamic"
  | "children"
  | "draining"
  | "elder";

const LATE_MS = 300;
const LARGE = "many words ".repeat(20_000);
const NAMESPACES = 100;

/** What a request asks for: the value of a key of its query. */
function wishOf(request: unknown, key: string): string {
  const url: unknown = typeof request === "object" && request !== null ? Reflect.get(request, "url") : "";
  return new URLSearchParams(String(url).split("?", 2)[1]).get(key) ?? "";
}

/** The boundary to packages without types. */
function isParser(value: unknown): value is Parser {
  return typeof value === "object" && value !== null && "Encoder" in value && "Decoder" in value;
}

function published(name: string): Parser {
  const parser = requireOfficial(name);
  if (!isParser(parser)) throw new Error(`Cannot use "${name}": it is no parser`);
  return parser;
}

/** What no text can be made of. */
const NO_TEXT: unknown = Object.create(null);

let idsMade = 0;

/** Gives ids of all kinds, some of which are none. */
function careless(request: unknown): never;
function careless(request: unknown): unknown {
  switch (wishOf(request, "id")) {
    case "number":
      return idsMade++;
    case "same":
      return "same";
    case "proto":
      return "__proto__";
    case "nothing":
      return undefined;
    case "empty":
      return "";
    case "object":
      return NO_TEXT;
    case "breakout":
      return 'x"</script>\r\nSet-Cookie: a=b; \u2028';
    case "throw":
      throw new Error("no ids left");
    case "reject":
      return Promise.reject(new Error("no ids left"));
    case "never":
      return new Promise(() => undefined);
    case "late":
      return new Promise((resolve) => setTimeout(() => resolve(`late-${idsMade++}`), LATE_MS));
    default:
      return `id-${idsMade++}`;
  }
}

function misbehave(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): unknown {
  switch (wishOf(request, "middleware")) {
    case "twice":
      next();
      next();
      return next(new Error("no, after all"));
    case "throw":
      throw new Error("broken");
    case "throw nothing":
      throw undefined;
    case "reject":
      return Promise.reject(new Error("broken"));
    case "next and reject":
      next();
      return Promise.reject(new Error("broken"));
    case "late":
      return setTimeout(next, LATE_MS);
    case "answer":
      return response.writeHead(200).end("mine");
    case "answer and go on":
      response.writeHead(200).end("mine");
      return next();
    case "answer late":
      return setTimeout(() => response.writeHead(200).end("mine"), LATE_MS);
    default:
      return next();
  }
}

const CARELESS: Partial<ServerOptions> = {
  allowedOrigins: (origin, decide) => {
    switch (origin) {
      case "http://throws.test":
        throw new Error("broken");
      case "http://rejects.test":
        return Promise.reject(new Error("broken"));
      case "http://refused.test":
        return decide("not from there", false);
      case "http://twice.test":
        decide(null, true);
        return decide("no, after all", false);
      case "http://never.test":
        return undefined;
      default:
        return decide(null, true);
    }
  },
  generateId: careless,
  cookie: { name: "io", path: "/" },
  allowRequest: (request, decide) => {
    const wish = wishOf(request, "allow");
    if (wish === "never") return;
    if (wish === "no") decide("not today", false);
    if (wish === "late") setTimeout(() => decide(null, true), LATE_MS);
    else decide(null, true);
    if (wish === "twice") decide("no, after all", false);
  },
  cors: (request: never, give: (error: Error | null, options?: { readonly origin: string }) => void) => {
    const wish = wishOf(request, "cors");
    if (wish === "throw") throw new Error("broken");
    if (wish === "fail") give(new Error("broken"));
    give(null, { origin: "http://a.test" });
    if (wish === "twice") give(null, { origin: "http://b.test" });
  },
};

function recovering(skipMiddlewares: boolean): Program {
  return {
    options: {
      connectionStateRecovery: { maxDisconnectionDuration: 60_000, skipMiddlewares, maxLogBytes: 1_000_000 },
    },
    prepare(io) {
      for (let index = 0; index < NAMESPACES; index++) {
        io.of(`/kept-${index}`);
      }
      io.on("connection", (socket) => {
        void socket.join("members");
        socket.on("tell", (room: string, text: string) => io.to(room).emit("told", text));
        socket.on("greet", () => {
          for (let index = 0; index < NAMESPACES; index++) io.of(`/kept-${index}`).emit("hello");
        });
        socket.on("flood", (count: number) => {
          for (let sent = 0; sent < count; sent++) io.to("nobody").emit("told", "x".repeat(1000));
        });
      });
      if (!skipMiddlewares) {
        io.use((socket, next) => {
          const { delay, banned } = socket.handshake.auth;
          const verdict = banned === true ? new Error("banned") : undefined;
          if (typeof delay === "number") setTimeout(() => next(verdict), Math.min(delay, 2000));
          else next(verdict);
        });
      }
    },
  };
}

function dynamic(): Program {
  let made = 0;
  return {
    options: { cleanupEmptyChildNamespaces: true, maxNamespaces: 100_000 },
    prepare(io) {
      io.on("new_namespace", () => made++);
      io.of(/^\/room-\d+$/).on("connection", (socket) => {
        socket.on("echo", (arg: unknown, answer: (arg: unknown) => void) => answer(arg));
      });
      io.of((name, _auth, next) => {
        if (name === "/twice") {
          next(null, true);
          next(new Error("no, after all"), false);
        } else if (name === "/error") next(new Error("no"), true);
        else if (name.startsWith("/late-")) setTimeout(() => next(null, true), LATE_MS);
        else if (!name.startsWith("/never-")) next(null, false);
      });
    },
    figures: () => ({ made }),
  };
}

/** Ends as in a rolling deployment once a client says so, and never answers the acks that it owes. */
function draining(): Program {
  const told: { readonly moved: number; readonly left: number; readonly forced: number }[] = [];
  let asked = 0;
  return {
    options: {},
    prepare(io) {
      io.on("connection", (socket) => {
        socket.on("drain", (timeoutMs: number) => {
          asked++;
          void io.drain({ timeoutMs, jitterMs: timeoutMs / 4 }).then((report) => told.push(report));
        });
        socket.on("keep waiting", () => undefined);
      });
    },
    figures: () => ({ asked, told: told.length, ...told.at(-1) }),
  };
}

/** Lets clients name rooms, and reads rooms and sockets as programs of 2.x do. */
function elder(): Program {
  return {
    options: { compat: 2 },
    prepare(io) {
      io.on("connection", (socket) => {
        socket.on("join", (room: string, answer?: (own: readonly string[]) => void) => {
          void socket.join(room);
          answer?.(Object.keys(socket.rooms));
        });
        socket.on("leave", (room: string) => void socket.leave(room));
        socket.on("look", (room: string, answer: (found: unknown) => void) => {
          const rooms: unknown = Reflect.get(io.sockets.adapter.rooms, room);
          const own = io.sockets.adapter.socketRooms(socket.id) ?? new Set();
          const isFound = typeof rooms === "object" && rooms !== null && "length" in rooms;
          answer([isFound ? rooms.length : undefined, [...own], io.sockets.adapter.rooms.has(room)]);
        });
        socket.on("hang", (key: string, value: unknown) => void Reflect.set(io.sockets.sockets, key, value));
      });
    },
  };
}

/** Makes a program. */
export function createProgram(name: string): Program {
  switch (name) {
    case "our msgpack":
      return { options: { parser: { 4: createMsgpackParser(4), 5: createMsgpackParser(5) } } };
    case "our json":
      return { options: { parser: createJsonParser() } };
    case "published msgpack":
      return { options: { parser: published("socket.io-msgpack-parser-v3") } };
    case "careless":
      return { options: CARELESS, prepare: (io) => void io.engine?.use(misbehave) };
    case "compressing":
      return {
        options: { perMessageDeflate: true },
        prepare: (io) => {
          io.on("connection", (socket) => socket.on("large", () => socket.emit("large", LARGE)));
        },
      };
    case "recovering":
      return recovering(true);
    case "recovering, judging":
      return recovering(false);
    case "dynamic":
      return dynamic();
    case "children":
      return { options: {}, prepare: (io) => void io.of(/^\/room-/) };
    case "draining":
      return draining();
    case "elder":
      return elder();
    default:
      return { options: {} };
  }
}
