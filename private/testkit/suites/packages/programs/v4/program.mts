// A program of 4.x in TypeScript, as ES module; it is compiled, not run.
import { createServer } from "node:http";
import { type DefaultEventsMap, Server, type ServerOptions, type Socket } from "socket.io";
import connect, {
  type Socket as ClientSocket,
  type DisconnectDescription,
  io,
  type ManagerOptions,
  type SocketOptions,
} from "socket.io-client";
import { Decoder, Encoder, PacketType } from "socket.io-parser";

interface ClientToServer {
  add(a: number, b: number, answer: (sum: number) => void): void;
}
interface ServerToClient {
  hello(text: string, bytes: Uint8Array): void;
}

const options: Partial<ServerOptions> = { pingInterval: 1000 };
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
const credentials: Partial<SocketOptions> = { auth: { token: "abc" } };
connect("http://localhost", credentials).emit("anything", 1);
const decoder = new Decoder();
decoder.on("decoded", (packet: unknown) => console.log(packet));
for (const frame of new Encoder().encode({ type: PacketType.EVENT, nsp: "/", data: ["a"] })) decoder.add(frame);
// @ts-expect-error an event that the map does not have
client.emit("subtract", 1, 2);

import { decodePacket, encodePayload } from "engine.io-parser";

encodePayload([{ type: "message", data: "hello" }], (body: string) => console.log(body, decodePacket("4hello").type));
