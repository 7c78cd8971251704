// A program of 4.x in TypeScript, as CommonJS; it is compiled, not run.
import { createServer } from "node:http";
import { Emitter } from "@socket.io/component-emitter";
import { type DefaultEventsMap, Server, type ServerOptions, type Socket } from "socket.io";
import connect, {
  type Socket as ClientSocket,
  type DisconnectDescription,
  io,
  type ManagerOptions,
} from "socket.io-client";
import * as parser from "socket.io-msgpack-parser";
import { Decoder, Encoder, PacketType } from "socket.io-parser";

interface ClientToServer {
  add(a: number, b: number, answer: (sum: number) => void): void;
}
interface ServerToClient {
  hello(text: string, bytes: Uint8Array): void;
}

class Lamp extends Emitter<{ lit: (hours: number) => void }, Record<never, never>, { broke: () => void }> {
  smash(): void {
    this.emitReserved("broke");
  }
}
new Lamp().on("lit", (hours) => console.log(hours.toFixed())).once("broke", () => {});
const options: Partial<ServerOptions> = { pingInterval: 1000, parser };
const server = new Server<ClientToServer, ServerToClient>(createServer(), options);
server.on("connection", (socket: Socket<ClientToServer, ServerToClient>) => {
  socket.on("add", (a, b, answer) => answer(a + b));
  socket.emit("hello", "world", new Uint8Array(1));
});
const loose: Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, { user: string }> = new Server();
loose.on("connection", (socket) => console.log(socket.data.user));
const settings: Partial<ManagerOptions> = { forceNew: true };
const client: ClientSocket<ServerToClient, ClientToServer> = io("http://localhost", settings);
client.on("hello", (text, bytes) => console.log(text.length, bytes.byteLength));
client.on("disconnect", (reason: string, details?: DisconnectDescription) => console.log(reason, details));
connect("http://localhost").emit("anything", 1);
const decoder = new Decoder();
decoder.on("decoded", (packet: unknown) => console.log(packet));
for (const frame of new Encoder().encode({ type: PacketType.EVENT, nsp: "/", data: ["a"] })) decoder.add(frame);
// @ts-expect-error an event that the map does not have
client.emit("subtract", 1, 2);
