// A server that reads and writes packets by another parser, and echoes.
const parser = require("socket.io-msgpack-parser");
const io = require("socket.io")({ parser });

io.on("connection", (socket) => {
  socket.on("echo", (value, reply) => reply(value));
});

io.listen(3000);

module.exports = io;
