// What every Socket.IO peer does in a measurement, so that all do the same.
// Place: server process -> peer -> **handlers**
// Rules: `echo` answers by ack; `publish` sends one event to everybody, as many times as it says, in one turn.

/** The data of an ordinary small event. */
export const SMALL = { id: 12345, name: "hello world", ok: true };

/** Listens on every connection of a Socket.IO server, of whatever generation. */
export function handle(io) {
  io.on("connection", (socket) => {
    socket.on("echo", (data, answer) => answer(data));
    socket.on("publish", (times) => {
      for (let i = 0; i < times; i += 1) io.emit("news", SMALL);
    });
  });
}
