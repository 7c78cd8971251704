// An app of uWebSockets on a free port of loopback.
// Place: server process -> peer -> **app**
import { createRequire } from "node:module";
import { UWS_FILE } from "../../../../tools/runtimes.mjs";

const uws = createRequire(import.meta.url)(UWS_FILE);

/** An app without routes. */
export const newApp = () => uws.App();

/** Listens; gives the port. */
export function listenOn(app) {
  return new Promise((resolve, reject) => {
    app.listen("127.0.0.1", 0, (token) => {
      if (token) resolve(uws.us_socket_local_port(token));
      else reject(new Error("Cannot listen on 127.0.0.1: uWebSockets gave no socket"));
    });
  });
}
