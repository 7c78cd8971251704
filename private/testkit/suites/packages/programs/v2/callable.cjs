// A program of 2.x: both packages are functions.
const { createServer } = require("node:http");
const connect = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

const httpServer = createServer();
const io = require("socket.io")(httpServer);
say(io instanceof require("socket.io"), connect === connect.connect, connect.protocol);
httpServer.listen(0, () => talk(io, httpServer, (url) => connect(url)));
