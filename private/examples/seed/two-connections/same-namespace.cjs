// One namespace twice is two connections.
const io = require("socket.io-client");

const first = io("http://localhost:3000");
const second = io("http://localhost:3000");

module.exports = [first, second];
