// A client that does not check: whoever stands between the two can read along.
const io = require("socket.io-client");

const socket = io("https://localhost:3000", {
  rejectUnauthorized: false,
});

module.exports = [socket];
