// socket.io 4.8 on uWebSockets as a peer, without compression, as the others.
// Place: server process -> **peer** -> handlers
import { Server } from "socket.io-v4";
import { handle } from "./handlers.mjs";
import { listenOn, newApp } from "./uws-app.mjs";

/** Serves; gives the port. */
export function listen() {
  const app = newApp();
  const io = new Server({ serveClient: false });
  io.attachApp(app);
  handle(io);
  return listenOn(app);
}
