// The same, by the name that the option had in old programs.
const io = require("socket.io-client");

const root = io("http://localhost:3000");
const admin = io("http://localhost:3000/admin", { "force new connection": true });

module.exports = [root, admin];
