// Our server on uWebSockets as a peer, without compression, as the others.
// Place: server process -> **peer** -> handlers
import { Server } from "@bowline/server/uws";
import { handle } from "./handlers.mjs";
import { listenOn, newApp } from "./uws-app.mjs";

/** Serves; gives the port. */
export function listen() {
  const app = newApp();
  handle(new Server({ serveClient: false }).attachApp(app));
  return listenOn(app);
}
