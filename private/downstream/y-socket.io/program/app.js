// Documents of Yjs that are edited by many: each is a namespace of its own, made when the first one asks for it.
const { createServer } = require("node:http");
const { Server } = require("socket.io");
const { YSocketIO } = require("y-socket.io/dist/server");

const httpServer = createServer();
const io = new Server(httpServer);
const documents = new YSocketIO(io, { authenticate: (handshake) => handshake.auth.token === "knots" });

documents.on("document-loaded", (doc) => console.log(`loaded ${doc.name}`));
documents.on("all-document-connections-closed", (doc) => console.log(`alone ${doc.name}: ${doc.getText("text").length} characters`));
documents.initialize();

httpServer.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on port ${httpServer.address().port}`);
});
