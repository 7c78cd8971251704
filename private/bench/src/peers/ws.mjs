// The bare `ws` as a peer: the floor that anything built on it stands on.
// Place: server process -> **peer** -> calls
// Rules: it sends messages of the same length as the Socket.IO peers; it knows nothing of events or acks; a room is a set
//        of its sockets.
import { WebSocketServer } from "ws";
import { listenWith } from "./node-http.mjs";
import { newsFrame, readCall } from "./raw-calls.mjs";

const AS_TEXT = { binary: false };

function serve(httpServer) {
  const server = new WebSocketServer({ server: httpServer, perMessageDeflate: false });
  const rooms = new Map();
  const calls = {
    publish(_socket, [times, bytes, room]) {
      const members = room === undefined ? server.clients : (rooms.get(room) ?? []);
      const frame = newsFrame(bytes);
      for (let i = 0; i < times; i += 1) for (const member of members) member.send(frame, AS_TEXT);
    },
    join(socket, [first, count, all]) {
      for (let i = 0; i < count; i += 1) {
        const room = (first + i) % all;
        if (!rooms.has(room)) rooms.set(room, new Set());
        rooms.get(room).add(socket);
      }
      socket.send("joined");
    },
  };
  server.on("connection", (socket) => {
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) => {
      const call = readCall(data);
      if (call === undefined) socket.send(data, { binary: isBinary });
      else calls[call.name](socket, call.values);
    });
  });
}

/** Serves; gives the port. */
export function listen() {
  return listenWith(serve);
}
