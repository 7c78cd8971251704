// What every Socket.IO client does in a measurement, so that all do the same.
// Place: client process -> peer -> **follow**
// Rules: a manager and a WebSocket for each client; the handler looks at the data of the event that came.

/** Options of all clients; the rest are the defaults of each. */
export const options = { transports: ["websocket"], forceNew: true };

/** Where the server listens. */
export const urlOf = (port) => `http://127.0.0.1:${port}`;

/** Tells the owner what a socket goes through. */
export function follow(socket, { connected, received, failed }) {
  socket.on("connect", connected);
  socket.on("connect_error", failed);
  socket.on("news", received);
  return socket;
}
