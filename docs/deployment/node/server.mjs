// A node that ends in order: systemd and PM2 start it, and send it a signal when it is to go.
// Place it beside the program; what it does is told in docs/deployment/shutdown.md
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Server } from "@bowline/server";

const { PORT = "3001", NODE_NAME = "a", SPREAD_MS = "5000" } = process.env;
const GIVE_UP_MS = 30_000;

const httpServer = createServer();
const io = new Server(httpServer, {
  // For proxies that find a node by the name in its session ids; leave it out for the others.
  generateId: () => `${NODE_NAME}.${randomBytes(15).toString("base64url")}`,
});

io.on("connection", (socket) => {
  socket.on("where", (answer) => answer(NODE_NAME));
});

// PM2 waits for this word where it is told to (`wait_ready`); elsewhere nobody listens.
httpServer.listen(Number(PORT), "127.0.0.1", () => process.send?.("ready"));

async function leave() {
  setTimeout(() => process.exit(1), GIVE_UP_MS).unref();
  await io.drain({ timeoutMs: 20_000, jitterMs: Number(SPREAD_MS) });
  await io.close();
  if (process.connected) process.disconnect();
}

process.once("SIGTERM", leave);
process.once("SIGINT", leave);
