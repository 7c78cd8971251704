// Our client under Deno, which has WebTransport as browsers do.
// Place: a process of its own, started by webtransport.test.ts with the port, a fingerprint and the transports.
// Rules: tells what it saw in one line, and ends by itself.
import { Buffer } from "node:buffer";
import { io } from "../../../../packages/client/dist/entry/node.mjs";

const { port, fingerprint, transports } = JSON.parse(globalThis.Deno.args[0]);
const serverCertificateHashes = [{ algorithm: "sha-256", value: Buffer.from(fingerprint, "base64") }];
const socket = io(`http://127.0.0.1:${port}`, {
  transports,
  reconnection: false,
  transportOptions: { webtransport: { serverCertificateHashes } },
});

/** Resolves once the connection has moved, where there is something to move to. */
const moved = new Promise((resolve) => {
  if (transports.length === 1) socket.once("connect", resolve);
  else socket.io.engine.once("upgrade", resolve);
  socket.once("connect_error", (error) => resolve(error.message));
});
const failure = await moved;
const [bytes, serverSide] = await new Promise((resolve) => {
  socket.emit("echo", Buffer.from([1, 2, 3]), (...answer) => resolve(answer));
});
const clientSide = socket.io.engine.transport.name;
socket.disconnect();
console.log(
  JSON.stringify({ failure: typeof failure === "string" ? failure : null, bytes: [...bytes], serverSide, clientSide }),
);
