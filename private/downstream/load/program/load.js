// 60 clients in 6 rooms say 5 things each; then some of them go in various ways: node load.js URL
const { io } = require("socket.io-client");

const CLIENTS = 60;
const ROOMS = 6;
const ROUNDS = 5;
const TRANSPORTS = [["polling"], ["websocket"], ["polling", "websocket"]];

const url = process.argv[2];
const tell = (step, value) => console.log(JSON.stringify([step, value]));
const count = (values) => Object.entries(values.reduce((all, value) => ({ ...all, [value]: (all[value] ?? 0) + 1 }), {}));
const connected = (socket) => new Promise((resolve) => socket.once("connect", resolve));

async function until(claim) {
  while (!(await claim())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function main() {
  const sockets = Array.from({ length: CLIENTS }, (_, index) => {
    const socket = io(url, { transports: TRANSPORTS[index % 3], forceNew: true, reconnectionDelay: 50 });
    return Object.assign(socket, { room: `room ${index % ROOMS}`, heard: [] });
  });
  for (const socket of sockets) socket.on("said", (text) => socket.heard.push(text));
  await Promise.all(sockets.map(connected));
  const sizes = await Promise.all(sockets.map((socket) => socket.emitWithAck("enter", socket.room)));
  tell("largest", Math.max(...sizes));

  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(sockets.map((socket, index) => socket.emitWithAck("say", socket.room, `${index}/${round}`)));
  }
  const expected = (CLIENTS / ROOMS - 1) * ROUNDS;
  await until(() => sockets.every(({ heard }) => heard.length >= expected));
  tell("heard", count(sockets.map(({ heard }) => heard.length)));
  tell("once each", sockets.every(({ heard }) => new Set(heard).size === heard.length));
  // Of each speaker the rounds in their order, whatever came between.
  const inOrder = (heard) =>
    [...new Set(heard.map((text) => text.split("/")[0]))].every((speaker) =>
      heard.filter((text) => text.startsWith(`${speaker}/`)).every((text, round) => text === `${speaker}/${round}`),
    );
  tell("in order", sockets.every(({ heard }) => inOrder(heard)));

  const [lost, gone] = [sockets.slice(0, 15), sockets.slice(15, 30)];
  const back = Promise.all(lost.map(connected));
  for (const socket of lost) socket.io.engine.close();
  for (const socket of gone) socket.disconnect();
  await back;
  const state = async () => (await fetch(url)).json();
  await until(async () => (await state()).clients === CLIENTS - gone.length);
  tell("after", await state());
  for (const socket of sockets) socket.disconnect();
  await until(async () => (await state()).clients === 0);
  tell("end", await state());
}

setTimeout(() => process.exit(1), 40_000).unref();
main();
