// Another token for the next connection.
const io = require("socket.io-client");

const socket = io("http://localhost:3000", {
  query: {
    token: "cde",
  },
});

socket.on("reconnect_attempt", () => {
  socket.io.opts.query = {
    token: "fgh",
  };
});

module.exports = [socket];
