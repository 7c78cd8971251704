// A server that lets in who has a header it knows.
const io = require("socket.io")();

io.use((socket, next) => {
  const clientId = socket.handshake.headers["x-clientid"];
  if (clientId === "abc") {
    next();
    return;
  }
  next(new Error("authentication error"));
});

io.listen(3000);

module.exports = io;
