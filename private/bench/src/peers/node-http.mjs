// Node's HTTP server on a free port of loopback, which most peers are attached to.
// Place: server process -> peer -> **HTTP server**
import { createServer } from "node:http";

const BACKLOG = 4096;

/**
 * Listens.
 * @param {(httpServer: import("node:http").Server) => void} attach puts the peer onto it
 * @returns {Promise<number>} the port
 */
export function listenWith(attach) {
  const httpServer = createServer();
  attach(httpServer);
  return new Promise((resolve) => {
    // Workers of a cluster would share a port otherwise.
    const where = { port: 0, host: "127.0.0.1", backlog: BACKLOG, exclusive: true };
    httpServer.listen(where, () => resolve(httpServer.address().port));
  });
}
