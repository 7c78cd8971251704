// Two namespaces, and a connection for each.
const io = require("socket.io-client");

const root = io("http://localhost:3000");
const admin = io("http://localhost:3000/admin", { forceNew: true });

module.exports = [root, admin];
