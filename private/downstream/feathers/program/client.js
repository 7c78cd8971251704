const { feathers } = require("@feathersjs/feathers");
const socketio = require("@feathersjs/socketio-client");
const io = require("socket.io-client");

const tell = (step, value) => console.log(JSON.stringify([step, value]));

async function main() {
  const socket = io(process.argv[2], { auth: { author: "ada" } });
  const app = feathers();
  app.configure(socketio(socket));
  const messages = app.service("messages");

  const heard = new Promise((resolve) => messages.once("created", resolve));
  tell("create", await messages.create({ text: "Knots" }));
  tell("created", await heard);
  tell("find", await messages.find({ query: { author: "ada" } }));
  await messages.create({}).catch((error) => tell("refused", [error.name, error.code, error.message, error.data]));
  const gone = new Promise((resolve) => messages.once("removed", resolve));
  tell("remove", await messages.remove(0));
  tell("removed", await gone);
  tell("left", await messages.find({}));
  socket.close();
}

main();
