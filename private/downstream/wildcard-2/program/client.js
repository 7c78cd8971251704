// A client of 2.x with the plugin in the form for clients: node client.js URL
const io = require("socket.io-client");
const patch = require("socketio-wildcard")(io.Manager);

const url = process.argv[2];
const tell = (step, value) => console.log(JSON.stringify([step, value]));
const open = (path) => {
  const socket = io(url + path, { forceNew: true });
  patch(socket);
  return socket;
};
const next = (socket, event) => new Promise((resolve) => socket.once(event, (...args) => resolve(args)));

async function main() {
  const main = open("/");
  const all = [];
  main.on("*", (packet) => all.push(packet.data));
  await next(main, "connect");
  const first = next(main, "heard");
  main.emit("anything", 1, { deep: [true] });
  tell("heard", await first);
  const second = next(main, "heard");
  tell("plain", await new Promise((resolve) => main.emit("plain", "x", resolve)));
  tell("heard", (await second)[0].slice(0, 2));
  const bytes = next(main, "heard");
  main.emit("bytes", Buffer.from([1, 2, 254]));
  tell("bytes", [...(await bytes)[0][1]]);
  tell("all", all.map(([name]) => name));

  const [ada, bo] = [open("/chat"), open("/chat")];
  await Promise.all([next(ada, "connect"), next(bo, "connect")]);
  const said = next(bo, "*");
  ada.emit("say", "ahoy");
  tell("said", (await said)[0].data);
  tell("asked", await new Promise((resolve) => ada.emit("what", 7, resolve)));
  for (const socket of [main, ada, bo]) socket.close();
}

setTimeout(() => process.exit(1), 20000).unref();
main();
