// The bare `ws` as a peer: the floor that anything built on it stands on.
// Place: server process -> **peer**
// Rules: it sends messages of the same length as the Socket.IO peers; it knows nothing of events, acks or rooms.
import { WebSocketServer } from "ws";
import { SMALL } from "./handlers.mjs";

const PUBLISH = /^publish (\d+)$/;
const NEWS = Buffer.from(`42${JSON.stringify(["news", SMALL])}`);
const AS_TEXT = { binary: false };

/** Serves on `httpServer`. */
export function serve(httpServer) {
  const server = new WebSocketServer({ server: httpServer, perMessageDeflate: false });
  server.on("connection", (socket) => {
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) => {
      const times = data.length < 16 ? Number(PUBLISH.exec(data.toString())?.[1] ?? 0) : 0;
      if (times === 0) socket.send(data, { binary: isBinary });
      for (let i = 0; i < times; i += 1) for (const client of server.clients) client.send(NEWS, AS_TEXT);
    });
  });
}
