// The playground that `npm start` opens: one HTTP server with the built page and a Bowline server on it.
//   node server.mjs [--port N] [--host NAME]
// Read on in server/events.mjs (what happens on each event), server/rooms.mjs (what is remembered),
// server/check.mjs (what is let in) and server/page.mjs (how the page's files are served).

import { createServer } from "node:http";
import { networkInterfaces } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Server } from "@bowline/server";
import { servePlayground } from "./server/events.mjs";
import { loadPage } from "./server/page.mjs";
import { Rooms } from "./server/rooms.mjs";

const FIRST_PORT = 3_000;
const PORTS_TO_TRY = 100;

const { port: wantedPort, host } = readArguments();
const page = loadPage(fileURLToPath(new URL("dist", import.meta.url)));
if (page === undefined) stop("Cannot serve the page: it is not built yet. Run `npm run build -w @bowline/playground`.");

const rooms = new Rooms();
let running = await start(wantedPort ?? FIRST_PORT, wantedPort === undefined ? PORTS_TO_TRY : 1);
printWelcome(running.port);

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    running?.io.close();
    // Open pages would hold the process for as long as they keep reconnecting.
    running?.breakConnections();
    process.exit(0);
  });
}

/** Listens on `port`, or on the next free one of `tries` ports. */
async function start(port, tries) {
  const http = createServer(page);
  const connections = new Set();
  http.on("connection", (connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  try {
    await listen(http, port);
  } catch (error) {
    if (error.code === "EADDRINUSE" && tries > 1) return start(port + 1, tries - 1);
    stop(`Cannot listen on ${host}:${port}: ${error.message}. Pass another one: --port N`);
  }
  const io = new Server(http, {
    // Long-polling carries an image as base64, a third longer than the 800 kB it may have: over the default limit.
    maxHttpBufferSize: 1_200_000,
    // Shorter than by default, so that a tab that vanished leaves the list of people while one watches.
    pingInterval: 10_000,
    pingTimeout: 5_000,
  });
  servePlayground(io, rooms, beDown);
  return {
    io,
    port: http.address().port,
    breakConnections() {
      for (const connection of connections) connection.destroy();
    },
  };
}

/** What the page's "kill the server" button asks for: all gone at once, back on the same port after `ms`. */
async function beDown(ms) {
  if (running === undefined) return;
  const { io, port, breakConnections } = running;
  running = undefined;
  // Let the answer to the button and the notice to the other pages leave first.
  await delay(50);
  // Connections break without a goodbye, as they would if the process died.
  breakConnections();
  const closed = io.close();
  breakConnections();
  await Promise.all([closed, delay(ms)]);
  running = await start(port, 1);
}

function listen(http, port) {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen(port, host, resolve);
  });
}

function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function readArguments() {
  const options = { port: { type: "string" }, host: { type: "string", default: "127.0.0.1" } };
  try {
    const { values } = parseArgs({ options });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      stop(`Cannot use port "${values.port}": not a number from 0 to 65535`);
    }
    return { port, host: values.host };
  } catch (error) {
    return stop(`Cannot read the arguments: ${error.message}. Usage: server.mjs [--port N] [--host NAME]`);
  }
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

function printWelcome(port) {
  const local = `http://localhost:${port}`;
  const open = isEveryAddress(host)
    ? [local, ...lanAddresses().map((address) => `http://${address}:${port}`)]
    : [local];
  const guest = (client, identity) =>
    `node -e 's=require("${client}")("${local}",${identity});s.on("message",m=>console.log(m.name+": "+m.text));` +
    `s.on("connect",()=>s.emit("message",{text:"hello from ${client}"},console.log))'`;

  console.log(`
  Bowline playground

  Open in two browser tabs:  ${open.join("  ")}

  Let official clients join the chat from this folder
  (elsewhere first: npm i socket.io-client-v2@npm:socket.io-client@2 socket.io-client-v4@npm:socket.io-client@4)

  2.x  ${guest("socket.io-client-v2", '{query:{name:"Two",room:"lobby"}}')}

  4.x  ${guest("socket.io-client-v4", '{auth:{name:"Four",room:"lobby"}}')}

  Stop with Ctrl+C.
`);
}

function isEveryAddress(address) {
  return address === "0.0.0.0" || address === "::";
}

function lanAddresses() {
  return Object.values(networkInterfaces())
    .flat()
    .filter((address) => address?.family === "IPv4" && !address.internal)
    .map((address) => address.address);
}
