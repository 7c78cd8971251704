// Two namespaces, one connection.
const io = require("socket.io-client");

const root = io("http://localhost:3000");
const admin = io("http://localhost:3000/admin");

module.exports = [root, admin];
