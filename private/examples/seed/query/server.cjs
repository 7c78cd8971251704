// A server that lets in who names a token it knows, in a middleware, and greets them with it.
const io = require("socket.io")();

const TOKENS = ["abc", "cde", "fgh"];

io.use((socket, next) => {
  if (TOKENS.includes(socket.handshake.query.token)) {
    next();
    return;
  }
  next(new Error("authentication error"));
});

io.on("connection", (socket) => {
  socket.emit("token", socket.handshake.query.token);
});

io.listen(3000);

module.exports = io;
