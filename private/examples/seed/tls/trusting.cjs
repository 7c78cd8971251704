// A client that knows the certificate.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const io = require("socket.io-client");

const socket = io("https://localhost:3000", {
  ca: readFileSync(join(__dirname, "server-cert.pem")),
});

module.exports = [socket];
