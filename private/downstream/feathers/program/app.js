const { feathers } = require("@feathersjs/feathers");
const { koa, rest, bodyParser, errorHandler } = require("@feathersjs/koa");
const { NotAuthenticated } = require("@feathersjs/errors");
const socketio = require("@feathersjs/socketio");

class MessageService {
  messages = [];

  async find(params) {
    return params.query?.author ? this.messages.filter(({ author }) => author === params.query.author) : this.messages;
  }

  async create(data, params) {
    if (!data.text) throw new NotAuthenticated("A message needs a text", { field: "text" });
    const message = { id: this.messages.length, text: data.text, author: params.author, via: params.provider };
    this.messages.push(message);
    return message;
  }

  async remove(id) {
    const [removed] = this.messages.splice(Number(id), 1);
    return removed;
  }
}

const app = koa(feathers());
app.use(errorHandler());
app.use(bodyParser());
app.configure(rest());

// Whoever connects says who they are; all that they call carries it along.
app.configure(
  socketio({ pingInterval: 20000 }, (io) => {
    io.use((socket, next) => {
      const { author } = socket.handshake.auth;
      if (author === "nobody") return next(new Error("Nobody may come in"));
      socket.feathers.author = author;
      next();
    });
    io.on("connection", (socket) => {
      socket.emit("news", { hello: socket.feathers.author, headers: Object.keys(socket.feathers.headers).includes("host") });
      socket.on("whoami", (data, callback) => callback({ ...data, provider: socket.feathers.provider }));
    });
  }),
);

app.use("messages", new MessageService());

app.on("connection", (connection) => app.channel("everybody").join(connection));
app.on("disconnect", () => console.log("somebody left"));
app.publish((data) => (data.author === "whisperer" ? app.channel("nobody") : app.channel("everybody")));

app.listen(Number(process.env.PORT ?? 3030)).then((server) => {
  console.log(`Feathers is listening on port ${server.address().port}`);
});
process.on("SIGTERM", () => app.io.close(() => console.log("Feathers has closed")));
