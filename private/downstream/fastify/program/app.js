const fastify = require("fastify");
const { default: socketio } = require("fastify-socket.io");

const app = fastify({ forceCloseConnections: true });

app.register(socketio, {
  cors: { origin: ["https://example.org", /\.example\.net$/] },
  maxHttpBufferSize: 100_000,
});

app.get("/", async () => ({ connected: app.io.engine.clientsCount }));

app.post("/rooms/:room", async (request, reply) => {
  app.io.to(request.params.room).emit("posted", request.body);
  const sockets = await app.io.in(request.params.room).fetchSockets();
  return reply.code(202).send({ receivers: sockets.length });
});

app.addHook("onClose", async () => console.log("Fastify has closed"));

app.ready((error) => {
  if (error) throw error;
  app.io.use((socket, next) => {
    socket.data.name = socket.handshake.query.name;
    next(socket.data.name ? undefined : Object.assign(new Error("A name is needed"), { data: { field: "name" } }));
  });
  app.io.on("connection", (socket) => {
    socket.on("join", async (room, done) => {
      await socket.join(room);
      done({ rooms: socket.rooms.size });
    });
    socket.on("ask others", async (question, done) => {
      const answers = await socket.broadcast.timeout(5000).emitWithAck("question", question);
      done(answers.sort());
    });
    socket.on("disconnecting", (reason) => console.log(`${socket.data.name} leaves ${socket.rooms.size} rooms: ${reason}`));
  });
});

app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" }).then((address) => {
  console.log(`Fastify is listening at ${address}`);
});
process.on("SIGTERM", () => app.close());
