// A chat with rooms, as a load test likes it: it answers how many are there.
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const httpServer = createServer((_req, res) => {
  const { sids, rooms } = io.of("/").adapter;
  res.end(JSON.stringify({ clients: io.engine.clientsCount, sockets: io.of("/").sockets.size, sids: sids.size, rooms: rooms.size }));
});
const io = new Server(httpServer, { transports: ["polling", "websocket"] });

io.on("connection", (socket) => {
  socket.on("enter", async (room, answer) => {
    await socket.join(room);
    answer((await io.in(room).fetchSockets()).length);
  });
  socket.on("say", (room, text, answer) => {
    socket.to(room).emit("said", text);
    answer();
  });
});

httpServer.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on port ${httpServer.address().port}`);
});
