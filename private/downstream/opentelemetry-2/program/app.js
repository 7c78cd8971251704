const { spans } = require("./tracing.js");
const { createServer } = require("node:http");


const httpServer = createServer((_req, res) => res.end(JSON.stringify(spans())));
const io = require("socket.io")(httpServer);

io.on("connection", (socket) => {
  socket.join("harbour");
  socket.on("ask", (text, answer) => {
    socket.emit("private", text);
    io.to("harbour").emit("public", text);
    socket.broadcast.emit("others", text);
    answer("done");
  });
  socket.on("quiet", (answer) => answer("quiet"));
  socket.on("fail", async () => {
    throw new Error("no");
  });
});
io.of("/chat").on("connection", (socket) => {
  socket.on("say", (text, answer) => {
    io.of("/chat").emit("said", text);
    answer();
  });
});

process.on("unhandledRejection", () => {});
httpServer.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on port ${httpServer.address().port}`);
});
