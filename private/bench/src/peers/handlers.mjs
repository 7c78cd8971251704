// What every Socket.IO peer does in a measurement, so that all do the same.
// Place: server process -> peer -> **handlers**
// Rules: `echo` answers by ack; `join` adds the client to rooms of a ring; `serve` makes namespaces; `publish` sends one event to everybody or to a
//        room, as many times as it says, in one turn.

/** The data of an ordinary small event. */
export const SMALL = { id: 12345, name: "hello world", ok: true };

/** Makes what belongs to a key once. */
export function once(make) {
  const made = new Map();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key);
  };
}

/** The data of an event whose text has so many bytes; of 0, the small one. */
export const newsOf = once((bytes) => (bytes === 0 ? SMALL : { id: 12345, text: "x".repeat(bytes) }));

/** Listens on every connection of a Socket.IO server, of whatever generation. */
export function handle(io) {
  handleNamespace(io, io);
}

function handleNamespace(io, namespace) {
  namespace.on("connection", (socket) => {
    socket.on("echo", (data, answer) => answer(data));
    socket.on("join", (first, count, rooms, answer) => {
      for (let i = 0; i < count; i += 1) socket.join(`room ${(first + i) % rooms}`);
      answer();
    });
    socket.on("serve", (count, answer) => {
      for (let i = 0; i < count; i += 1) handleNamespace(io, io.of(`/n${i}`));
      answer();
    });
    socket.on("publish", (times, bytes, room) => {
      const news = newsOf(bytes);
      for (let i = 0; i < times; i += 1) {
        if (room === undefined) io.emit("news", news);
        else io.to(`room ${room}`).emit("news", news);
      }
    });
  });
}
