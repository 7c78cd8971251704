// A program of 2.x that hears every event by socketio-wildcard.
const http = require("http").createServer();
const io = require("socket.io")(http);
const middleware = require("socketio-wildcard")();

io.use(middleware);
io.of("/chat").use(middleware);

io.on("connection", (socket) => {
  socket.on("*", (packet) => socket.emit("heard", packet.data, packet.nsp));
  socket.on("plain", (text, answer) => answer(text));
});
io.of("/chat").on("connection", (socket) => {
  socket.on("*", (packet) => {
    const answer = packet.data[packet.data.length - 1];
    if (typeof answer === "function") answer(packet.data.slice(0, -1));
    else socket.broadcast.emit(...packet.data);
  });
});

http.listen(process.env.PORT || 3000, () => console.log(`listening on port ${http.address().port}`));
