// The token in the URL.
const io = require("socket.io-client");

const socket = io("http://localhost:3000?token=abc");

module.exports = [socket];
