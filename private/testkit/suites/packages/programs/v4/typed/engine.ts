// A program of 4.x that looks at the engine and at the connections below its sockets.
import { createServer } from "node:http";
import { Server } from "socket.io";

const io = new Server(createServer());

io.engine.on("connection_error", (error) => {
  console.log(error.req.url, error.code, error.message, error.context);
});
io.engine.on("initial_headers", (headers, req) => {
  headers.test = "123";
  headers["set-cookie"] = "mycookie=456";
  console.log(req.headers.host);
});
io.engine.on("headers", (headers) => {
  headers.test = "789";
});
io.engine.on("connection", (connection) => console.log(connection.request.url));
console.log(io.engine.clientsCount.toFixed());
io.engine.generateId = (req) => `${req.headers.host}-${Math.random()}`;
io.engine.generateId = async () => Promise.resolve("abc");
io.engine.opts.pingInterval = 1000;
const httpServer = createServer((req, res) => io.engine.handleRequest(req, res));
httpServer.on("upgrade", (req, socket, head) => io.engine.handleUpgrade(req, socket, head));
io.engine.attach(httpServer, { path: "/chat/", destroyUpgrade: false });
io.engine.use((_req: unknown, _res: unknown, next: () => void) => next());
io.httpServer.on("listening", () => console.log("listening"));

io.on("connection", (socket) => {
  const transport: string = socket.conn.transport.name;
  socket.conn.once("upgrade", () => {
    const upgraded = socket.conn.transport.name;
    console.log(transport, upgraded);
  });
  socket.conn.on("close", (reason) => console.log(reason, socket.conn.protocol === 4));
  socket.conn.on("drain", () => console.log(socket.conn.readyState, socket.conn.remoteAddress));
  socket.conn.on("packet", ({ type, data }) => console.log(type, data));
  socket.conn.on("packetCreate", ({ type, data }) => console.log(type, data));
  socket.conn.on("message", (message: string) => console.log(message.length));
  socket.conn.close();
  console.log(socket.client.conn.request.url, socket.conn.request.headers.host);
});
