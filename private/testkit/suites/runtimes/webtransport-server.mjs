// Our server under Deno, which has HTTP/3: polling and WebSockets over TCP, WebTransport over UDP, on the same port number.
// Place: a process of its own, started by webtransport.test.ts with a certificate as its argument.
// Rules: tells its port in one line, and then each connection's transport when it ends; ends when it is told to.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Server } from "../../../../packages/server/dist/index.mjs";

const { Deno } = globalThis;
const { cert, key } = JSON.parse(Deno.args[0]);
const bundle = new URL("../../../../packages/client/dist/bowline.js", import.meta.url);

const pages = createServer((request, response) => {
  if (request.url === "/bowline.js")
    response.writeHead(200, { "Content-Type": "text/javascript" }).end(readFileSync(bundle));
  else
    response.writeHead(200, { "Content-Type": "text/html" }).end('<!doctype html><script src="/bowline.js"></script>');
});
const io = new Server(pages, { transports: ["polling", "websocket", "webtransport"], serveClient: false });
io.on("connection", (socket) => {
  socket.on("echo", (data, reply) => reply(data, socket.conn.transport.name));
  socket.on("leave", () => socket.conn.close());
  socket.on("disconnect", (reason) => console.log(JSON.stringify({ reason, transport: socket.conn.transport.name })));
});

await new Promise((resolve) => {
  pages.listen(0, "127.0.0.1", resolve);
});
const { port } = pages.address();
const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port });
const listener = endpoint.listen({ cert, key, alpnProtocols: ["h3"] });
console.log(JSON.stringify({ port }));

for (;;) {
  try {
    const incoming = await listener.incoming();
    const session = await Deno.upgradeWebTransport(await incoming.accept());
    void io.engine.onWebTransportSession(session);
  } catch {
    // Who leaves before a session is there, as a client whose WebSocket was faster, is nobody's loss.
  }
}
