// A program of 4.x as ES module: named imports, a server on a port of its own.
import { once } from "node:events";
import { Namespace, Server, Socket } from "socket.io";
import { Socket as ClientSocket, io, Manager, protocol } from "socket.io-client";
import talking from "./talk.cjs";

const { say, talk } = talking;

const server = new Server(0);
await once(server.httpServer, "listening");
say(protocol, server.of("/") instanceof Namespace, typeof Socket);
talk(server, server.httpServer, (url) => {
  const client = new Manager(url).socket("/");
  say(client instanceof ClientSocket, typeof io);
  return client;
});
