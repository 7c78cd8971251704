// A server under measurement, alone in its process: plain JavaScript, so that nothing but the peer is in here.
// Place: run -> **server process** <- load process
// Rules: one peer per process, named by the first argument; it listens on loopback and tells its port over IPC, answers
//        questions about itself, and ends when it is told to or when its parent is gone.
// Usage: node --expose-gc server-process.mjs PEER
import { createServer } from "node:http";
import { facts } from "../process-facts.mjs";
import * as bowline from "./bowline.mjs";
import * as socketIo2 from "./socket-io-2.mjs";
import * as socketIo4 from "./socket-io-4.mjs";
import * as ws from "./ws.mjs";

const PEERS = { bowline, "socket.io 4.8": socketIo4, "socket.io 2.5": socketIo2, ws };

const peer = PEERS[process.argv[2]];
if (peer === undefined)
  throw new TypeError(`Cannot serve "${process.argv[2]}": choose ${Object.keys(PEERS).join(", ")}`);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.type === "end") process.exit();
  process.send({ type: "facts", facts: facts(message, 0) });
});

const httpServer = createServer();
peer.serve(httpServer);
httpServer.listen(0, "127.0.0.1", 4096, () => process.send({ type: "listening", port: httpServer.address().port }));
