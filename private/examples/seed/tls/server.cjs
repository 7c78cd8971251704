// A server with a certificate that it has made itself.
const { readFileSync } = require("node:fs");
const { createServer } = require("node:https");
const { join } = require("node:path");

const server = createServer({
  key: readFileSync(join(__dirname, "server-key.pem")),
  cert: readFileSync(join(__dirname, "server-cert.pem")),
});
const io = require("socket.io")(server);

server.listen(3000);

module.exports = io;
