// The bare `ws` as a client, with JSON.parse: the floor that anything built on it stands on.
// Place: client process -> **peer**
// Rules: it gets the bytes that the Socket.IO clients of 4.x get, and takes the data out of them; it knows nothing else.
import { WebSocket } from "ws";

const TYPES_LENGTH = "42".length;

/** Connects one client. */
export function connect(port, { connected, received, failed }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.on("open", connected);
  socket.on("error", failed);
  socket.on("message", (bytes) => {
    const [, data] = JSON.parse(bytes.toString("utf8", TYPES_LENGTH));
    received(data);
  });
  return socket;
}
