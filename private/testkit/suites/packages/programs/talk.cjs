// What all programs do once they have a server and a way to connect: connect, event, ack and binary in both directions.
// Prints one line per observation; ends the process by closing everything.

const describe = (value) =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? [...Buffer.from(value)] : value;
const say = (...parts) => console.log(JSON.stringify(parts.map(describe)));

function talk(server, httpServer, connect) {
  server.on("connection", (socket) => {
    say("server: connection", socket.handshake.query.EIO, typeof socket.id);
    socket.on("add", (a, b, answer) => answer(a + b));
    socket.on("bytes", (bytes, answer) => {
      say("server: bytes", bytes);
      answer(Buffer.from([...bytes].reverse()));
    });
    socket.on("disconnect", (reason) => {
      say("server: disconnect", reason);
      server.close();
    });
    socket.emit("hello", "world", Buffer.from([1, 2, 3]));
  });
  const client = connect(`http://localhost:${httpServer.address().port}`);
  const heard = new Promise((resolve) => {
    client.on("hello", (text, bytes) => {
      say("client: hello", text, bytes);
      resolve();
    });
  });
  client.on("connect", () => {
    say("client: connect", client.connected, typeof client.id);
    client.emit("add", 1, 2, (sum) => {
      say("client: sum", sum);
      client.emit("bytes", Buffer.from([4, 5, 6]), async (bytes) => {
        say("client: bytes", bytes);
        await heard;
        client.disconnect();
      });
    });
  });
}

module.exports = { say, talk };
