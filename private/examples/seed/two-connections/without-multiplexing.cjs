// The same, in the words of the option that shares connections.
const io = require("socket.io-client");

const root = io("http://localhost:3000");
const admin = io("http://localhost:3000/admin", { multiplex: false });

module.exports = [root, admin];
