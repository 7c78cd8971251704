// Requests go to /myownpath/ as well; the namespace travels in the payload.
const io = require("socket.io-client");

const socket = io("http://localhost:3000/admin", { path: "/myownpath" });

module.exports = [socket];
