// A server that keeps sessions, in memory and on a clock that stands still, and clients that lose their connections.
// Place: tests -> fake clients -> **server** -> sockets
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import type { ServerOptions } from "../src/socket/options.ts";
import { SocketServer } from "../src/socket/server.ts";
import type { Socket } from "../src/socket/socket.ts";

type FakePlatform = ReturnType<typeof createFakePlatform>;

class ServerInMemory extends SocketServer {
  readonly door: ReturnType<SocketServer["startEngine"]> = this.startEngine({});
}

/** The server, and what connects to it. */
export interface RecoveryScene {
  readonly io: SocketServer;
  /** Those that have joined, in their order. */
  readonly sockets: Socket[];
  readonly clock: FakePlatform["clock"];
  readonly uncaught: FakePlatform["uncaught"];
  connect(options?: FakeClientOptions): FakeClient;
}

/** Makes a server that keeps sessions. */
export function createServer(options: Partial<ServerOptions> = {}): RecoveryScene {
  const platform = createFakePlatform();
  const io = new ServerInMemory({ connectionStateRecovery: {}, ...options }, platform);
  const sockets: Socket[] = [];
  io.on("connection", (socket) => sockets.push(socket));
  return {
    io,
    sockets,
    clock: platform.clock,
    uncaught: platform.uncaught,
    connect: (clientOptions?: FakeClientOptions) => new FakeClient(io.door, platform.clock, clientOptions),
  };
}

/** The answer to a CONNECT. */
export interface Reply {
  readonly sid: string;
  readonly pid: string;
}

/** What a client reads out of the answer to its CONNECT. */
export function readReply(reply: unknown): Reply {
  const { sid, pid } = /"sid":"(?<sid>[^"]+)","pid":"(?<pid>[^"]+)"/.exec(String(reply))?.groups ?? {};
  if (sid === undefined || pid === undefined) throw new Error(`Cannot read "${String(reply)}": it is no such answer`);
  return { sid, pid };
}

/** Joins the main namespace and gives what the server answered. */
export function join(client: FakeClient): Reply {
  client.send("0");
  return readReply(client.take().at(-1));
}

/** The offset at the end of an event. */
export function offsetOf(frame: unknown): string {
  return /"(?<offset>[^"]+)"\]$/.exec(String(frame))?.groups?.["offset"] ?? "";
}

/** What a client knows that has lost its connection. */
export interface Lost extends Reply {
  readonly offset: string;
  /** The CONNECT with which it comes back. */
  readonly claim: string;
}

/** A client that has joined, got an event and lost its connection; what it knows then. */
export function loseClient({ io, connect }: Pick<RecoveryScene, "io" | "connect">): Lost {
  const client = connect();
  const { sid, pid } = join(client);
  io.emit("first");
  const offset = offsetOf(client.take()[0]);
  client.vanish();
  return { sid, pid, offset, claim: `0${JSON.stringify({ pid, offset })}` };
}
