// WebSocket at first; polling as well once that has failed.
const io = require("socket.io-client");

const socket = io("http://localhost:3000", {
  transports: ["websocket"],
});

socket.on("reconnect_attempt", () => {
  socket.io.opts.transports = ["polling", "websocket"];
});

module.exports = [socket];
