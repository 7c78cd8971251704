// The official engines below our server: `io.bind(engine)` with engine.io 6 and 3, and official clients above.
// Place: **tests** -> official engine -> our server

import { Server, type Socket } from "@bowline/server";
import { Server as Engine6 } from "engine.io-v6";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { requireOfficial } from "../../src/peers/load-package.ts";
import { call } from "./scene.ts";

/** What the test makes use of in an official client. */
interface OfficialClient {
  on(event: string, listener: (...args: readonly unknown[]) => void): unknown;
  emit(event: string, ...args: readonly unknown[]): unknown;
  disconnect(): unknown;
}

/** What it makes use of in an official engine. */
type OfficialEngine = Parameters<Server["bind"]>[0] & { attach(server: object, options: object): unknown };

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

function isCallable(value: unknown): value is (...args: readonly unknown[]) => OfficialClient {
  return typeof value === "function";
}

function isEngine(value: unknown): value is OfficialEngine {
  return typeof value === "object" && value !== null && "attach" in value && "on" in value;
}

function createEngine(generation: 3 | 6): OfficialEngine {
  const made: unknown =
    generation === 6
      ? new Engine6({ allowEIO3: true })
      : Reflect.apply(asFunction(requireOfficial("engine.io-v3")), undefined, []);
  if (!isEngine(made)) throw new Error("Cannot use the official engine: it has no attach()");
  return made;
}

function asFunction(value: unknown): (...args: readonly unknown[]) => unknown {
  if (typeof value !== "function") throw new Error("Cannot call the official package: it is no function");
  return (...args) => {
    const result: unknown = Reflect.apply(value, undefined, args);
    return result;
  };
}

/** Our server over an official engine, and an official client that has joined. */
async function openScene(generation: 3 | 6, clientPackage: string, transports: readonly string[]) {
  const http = await listenOnLoopback(0);
  const engine = createEngine(generation);
  engine.attach(http.server, { path: "/socket.io" });
  const io = new Server();
  io.bind(engine);
  endings.push(
    () => io.close(),
    () => http.cut(),
  );
  const connect = requireOfficial(clientPackage);
  if (!isCallable(connect)) throw new Error(`Cannot connect with "${clientPackage}": it is no function`);
  const joined = new Promise<Socket>((resolve) => io.on("connection", resolve));
  const client = connect(`http://127.0.0.1:${http.port}`, { forceNew: true, transports, query: { name: "bob" } });
  endings.push(() => client.disconnect());
  return { io, client, socket: await joined };
}

describe.each([
  ["engine.io 6 and a client of 4.8", 6, "socket.io-client-v4"],
  ["engine.io 6 and a client of 2.5", 6, "socket.io-client-v2"],
  ["engine.io 3 and a client of 2.5", 3, "socket.io-client-v2"],
] as const)("%s", (_, generation, clientPackage) => {
  test.each([[["polling"]], [["websocket"]], [["polling", "websocket"]]] as const)(
    "talk to our server over %s: events, bytes, answers, rooms, the end",
    async (transports) => {
      const { io, client, socket } = await openScene(generation, clientPackage, transports);
      const heard: unknown[] = [];
      client.on("news", (...args) => void heard.push(args));
      client.on("question", (answer) => call(answer, "fine", Buffer.from([7])));
      socket.on("ask", (bytes: Uint8Array, answer: (...args: unknown[]) => void) => answer([...bytes]));
      client.emit("ask", Buffer.from([1, 2]), (answer: unknown) => void heard.push(answer));
      await socket.join("room");
      io.to("room").emit("news", "for the room", Buffer.from([3]));
      socket.emit("question", (...args: unknown[]) => void heard.push(args));
      await vi.waitFor(() => expect(heard).toHaveLength(3), { timeout: 10_000 });
      expect(heard).toContainEqual([1, 2]);
      expect(heard).toContainEqual(["for the room", Buffer.from([3])]);
      expect(heard).toContainEqual(["fine", Buffer.from([7])]);
      expect(socket.handshake.query).toMatchObject({ name: "bob" });
      const ended = new Promise((resolve) => socket.on("disconnect", resolve));
      client.disconnect();
      expect(await ended).toMatch(/^(?:transport close|client namespace disconnect)$/);
    },
  );
});
