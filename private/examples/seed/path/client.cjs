// Requests go to /myownpath/?EIO=...&transport=polling&sid=...
const io = require("socket.io-client");

const socket = io("http://localhost:3000", { path: "/myownpath" });

module.exports = [socket];
