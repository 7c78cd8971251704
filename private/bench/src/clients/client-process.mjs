// Clients under measurement, alone in their process: plain JavaScript, so that nothing but the peer is in here.
// Place: run -> **client process** <- load process
// Rules: one peer per process, named by the first argument; it connects as many clients as it is told to, says when all
//        are connected, answers questions about itself, and ends when it is told to or when its parent is gone; a client
//        that cannot connect ends it with an error.
// Usage: node --expose-gc client-process.mjs PEER
import { facts } from "../process-facts.mjs";

const MODULES = {
  bowline: "./bowline.mjs",
  "socket.io 4.8": "./socket-io-4.mjs",
  "socket.io 2.5": "./socket-io-2.mjs",
  ws: "./ws.mjs",
};
const OPENING_AT_ONCE = 50;

const module = MODULES[process.argv[2]];
if (module === undefined)
  throw new TypeError(`Cannot connect "${process.argv[2]}": choose ${Object.keys(MODULES).join(", ")}`);
// Only the one: what others define and patch would be in this process as well.
const peer = await import(module);

/** As a program does, the process holds what it has opened. */
const clients = [];
let received = 0;

function connectAll({ port, clients: count }) {
  let missing = count;
  let waiting = count;
  const owner = {
    connected() {
      missing -= 1;
      if (missing === 0) process.send({ type: "connected" });
      else openOne();
    },
    received(data) {
      // The event says `id: 1`, so that counting it reads it.
      received += data.id;
    },
    failed(error) {
      // A connection that breaks later is told of by the other side, unless it was broken because all is over.
      if (missing > 0) throw error;
    },
  };
  const openOne = () => {
    if (waiting === 0) return;
    waiting -= 1;
    clients.push(peer.connect(port, owner));
  };
  for (let i = 0; i < OPENING_AT_ONCE; i += 1) openOne();
}

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.type === "end") process.exit();
  else if (message.type === "connect") connectAll(message);
  else process.send({ type: "facts", facts: facts(message, received) });
});
process.send({ type: "ready" });
