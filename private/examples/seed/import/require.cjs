// The client by require: the module is the function that connects.
const io = require("socket.io-client");

const socket = io("http://localhost:3000");

module.exports = [socket];
