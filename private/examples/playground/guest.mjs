// A guest for the playground's chat, from the console, through a client of the generation you choose:
//   node guest.mjs --url http://localhost:3000 --generation 2|4|bowline [--name NAME] [--room ROOM]
// 2 and 4 are the official clients, so that clients of all generations can be seen in one room.

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const CLIENTS = { 2: "socket.io-client-v2", 4: "socket.io-client-v4", bowline: "@bowline/client" };

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:3000" },
    generation: { type: "string", default: "bowline" },
    name: { type: "string" },
    room: { type: "string", default: "lobby" },
  },
});
const client = CLIENTS[values.generation];
if (client === undefined) {
  console.error(`Cannot speak generation "${values.generation}": pass 2, 4 or bowline`);
  process.exit(1);
}

const module = await import(client);
const connect = module.io ?? module.default;
const claims = { name: values.name ?? `Guest ${values.generation}`, room: values.room };
// The 2.x client knows no `auth`; the playground reads the query just as well.
const socket = connect(values.url, values.generation === "2" ? { query: claims } : { auth: claims });

socket.on("connect", () => console.log(`* connected as ${claims.name}, write a line to send it`));
socket.on("disconnect", (reason) => console.log(`* disconnected: ${reason}`));
socket.on("connect_error", (error) => console.log(`* no connection: ${error.message}`));
socket.on("people", ({ people }) => console.log(`* here: ${people.map(({ name }) => name).join(", ")}`));
socket.on("message", ({ name, text }) => console.log(`${name}: ${text}`));
socket.on("image", ({ name }, bytes) => console.log(`${name} sent an image of ${bytes.length} bytes`));

const lines = createInterface({ input: process.stdin });
lines.on("line", (text) => {
  socket.emit("message", { text }, (answer) => {
    if (!answer.ok) console.log(`* ${answer.error}`);
  });
});
lines.on("close", () => socket.close());
