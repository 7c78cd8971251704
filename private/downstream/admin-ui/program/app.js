const { createServer } = require("node:http");
const { dirname, join } = require("node:path");
const { instrument } = require("@socket.io/admin-ui");
const bcrypt = require("bcryptjs");
const express = require("express");
const { Server } = require("socket.io");

const app = express();
const page = join(dirname(require.resolve("@socket.io/admin-ui/package.json")), "ui", "dist");
app.use("/console", express.static(page));

const httpServer = createServer(app);
const io = new Server(httpServer, { cors: { origin: true, credentials: true } });

instrument(io, {
  mode: process.env.ADMIN_MODE ?? "development",
  namespaceName: process.env.NAMESPACE ?? "/admin",
  readonly: process.env.READONLY === "1",
  serverId: "harbour",
  auth: process.env.AUTH === "basic" && { type: "basic", username: "ada", password: bcrypt.hashSync("knots", 4) },
});

io.of("/chat");
io.on("connection", (socket) => {
  socket.data.name = socket.handshake.auth.name;
  socket.join("harbour");
  socket.on("say", (text, answer) => {
    socket.to("harbour").emit("said", text);
    answer("delivered");
  });
  socket.on("lock", () => socket.join("lock"));
});

httpServer.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on port ${httpServer.address().port}`);
});
