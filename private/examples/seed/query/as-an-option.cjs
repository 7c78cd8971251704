// The token as an option.
const io = require("socket.io-client");

const socket = io("http://localhost:3000", {
  query: {
    token: "cde",
  },
});

module.exports = [socket];
