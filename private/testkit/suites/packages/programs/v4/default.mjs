// A program of 4.x as ES module: the client as default import, and under its debug path.
import { createServer } from "node:http";
import { Server } from "socket.io";
import connect from "socket.io-client";
import debug from "socket.io-client/debug";
import talking from "./talk.cjs";

const { say, talk } = talking;

const httpServer = createServer();
const server = new Server();
server.attach(httpServer);
say(typeof debug);
httpServer.listen(0, () => talk(server, httpServer, connect));
