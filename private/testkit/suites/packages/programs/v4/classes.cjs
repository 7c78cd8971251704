// A program of 4.x in CommonJS: named members, WebSocket alone, a subclass of the server.
const { createServer } = require("node:http");
const { Server, Namespace, Socket } = require("socket.io");
const { io: connect, Manager, Socket: ClientSocket } = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

class Shop extends Server {
  name() {
    return "shop";
  }
}

const httpServer = createServer();
const shop = new Shop(httpServer);
shop.on("connection", (socket) => say(socket instanceof Socket, socket.nsp instanceof Namespace, shop.name()));
httpServer.listen(0, () => {
  talk(shop, httpServer, (url) => {
    const client = connect(url, { transports: ["websocket"] });
    say(client instanceof ClientSocket, client.io instanceof Manager);
    return client;
  });
});
