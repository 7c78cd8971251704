// A program of 4.x in CommonJS: both packages are functions.
const { createServer } = require("node:http");
const connect = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

const httpServer = createServer();
const io = require("socket.io")(httpServer, { transports: ["websocket", "polling"] });
say(io instanceof require("socket.io").Server, connect === connect.io, connect === connect.connect);
httpServer.listen(0, () => talk(io, httpServer, (url) => connect(url)));
