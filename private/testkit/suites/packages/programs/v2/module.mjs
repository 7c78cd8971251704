// A program of 2.x as ES module.
import { createServer } from "node:http";
import createIo from "socket.io";
import connect, { Manager, protocol, Socket } from "socket.io-client";
import talking from "./talk.cjs";

const { say, talk } = talking;

const httpServer = createServer();
const server = createIo(httpServer);
say(protocol, typeof Manager, typeof Socket);
httpServer.listen(0, () => talk(server, httpServer, connect));
