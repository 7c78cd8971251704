// The bare uWebSockets as a peer: what a server written in C++ can do, with its own topics for what goes to many.
// Place: server process -> **peer** -> calls
import { newsFrame, readCall } from "./raw-calls.mjs";
import { listenOn, newApp } from "./uws-app.mjs";

const EVERYBODY = "everybody";

/** Serves; gives the port. */
export function listen() {
  const app = newApp();
  const topicOf = (room) => (room === undefined ? EVERYBODY : `room ${room}`);
  const calls = {
    publish(_socket, [times, bytes, room]) {
      for (let i = 0; i < times; i += 1) app.publish(topicOf(room), newsFrame(bytes), false);
    },
    join(socket, [first, count, all]) {
      for (let i = 0; i < count; i += 1) socket.subscribe(topicOf((first + i) % all));
      socket.send("joined");
    },
  };
  app.ws("/*", {
    open: (socket) => socket.subscribe(EVERYBODY),
    message(socket, data, isBinary) {
      const call = readCall(new Uint8Array(data));
      if (call === undefined) socket.send(data, isBinary);
      else calls[call.name](socket, call.values);
    },
  });
  return listenOn(app);
}
