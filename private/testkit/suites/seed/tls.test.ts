// Connections over TLS: a server with a certificate of its own, and what a client needs to trust it.
// Place in the flow: client and server over real connections in Node, ours and official on either side.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { type ClientName, OUR_CLIENT_PAIRS, PAIRS, type ServerName, serverOf } from "./cast.ts";
import { connect, connected, once, serverSocket, until } from "./stage.ts";
import type { SeedServer } from "./surface.ts";

const folder = mkdtempSync(join(tmpdir(), "bowline-tls-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPENSSL = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
const NAMES = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];

function makeCertificate(name: string): { readonly key: Buffer; readonly cert: Buffer } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.cert`)];
  execFileSync("openssl", [...OPENSSL, ...NAMES, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

const OF_SERVER = makeCertificate("server");
const OF_CLIENT = makeCertificate("client");

async function serveTls(name: ServerName, options: ServerOptions = {}): Promise<{ io: SeedServer; url: string }> {
  const https = createServer({ ...OF_SERVER, ...options });
  const io = serverOf(name)(https);
  const open = new Set<TLSSocket>();
  https.on("secureConnection", (socket: TLSSocket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => {
    https.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await io.close();
  });
  const address = https.address();
  return { io, url: `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}` };
}

const PFX = join(folder, "client.pfx");
execFileSync("openssl", [
  ...["pkcs12", "-export", "-inkey", join(folder, "client.key"), "-in", join(folder, "client.cert")],
  ...["-passout", "pass:open sesame", "-out", PFX],
]);

/** How a client shows who it is. */
const IDENTITIES: readonly (readonly [string, object])[] = [
  ["key and certificate", OF_CLIENT],
  ["both in one file, and its passphrase", { pfx: readFileSync(PFX), passphrase: "open sesame" }],
];

/** What makes a client trust the server, in the spellings that programs use. */
const TRUST: readonly (readonly [string, object])[] = [
  ["the certificate as bytes", { ca: OF_SERVER.cert }],
  ["the certificate as text", { ca: OF_SERVER.cert.toString() }],
  ["certificates in a list", { ca: [OF_SERVER.cert] }],
  ["no check", { rejectUnauthorized: false }],
];

const TRUST_BY_TRANSPORT: readonly (readonly [string, object])[] = [
  [
    "the certificate for each transport",
    { transportOptions: { polling: { ca: OF_SERVER.cert }, websocket: { ca: OF_SERVER.cert } } },
  ],
  [
    "no check for each transport",
    { transportOptions: { polling: { rejectUnauthorized: false }, websocket: { rejectUnauthorized: false } } },
  ],
];

function trustOf(client: ClientName): typeof TRUST {
  return client === "client 2.5" ? TRUST : [...TRUST, ...TRUST_BY_TRANSPORT];
}

describe.each(PAIRS)("%s with %s over TLS", (client, server) => {
  test.each(trustOf(client))("with %s connects by polling and goes over to WebSocket", async (_what, trust) => {
    const { io, url } = await serveTls(server);
    const there = serverSocket(io);
    const socket = connect(client, url, trust);
    await connected(socket);
    expect((await there).handshake.secure).toBe(true);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
  });

  test.each(trustOf(client))("with %s connects by WebSocket alone", async (_what, trust) => {
    const { url } = await serveTls(server);
    const socket = connect(client, url, { ...trust, transports: ["websocket"] });
    await connected(socket);
    expect(socket.io.engine.transport.name).toBe("websocket");
  });

  test.each(IDENTITIES)("with %s of its own is known to the server", async (_what, identity) => {
    const { io, url } = await serveTls(server, { requestCert: true, rejectUnauthorized: true, ca: [OF_CLIENT.cert] });
    const there = serverSocket(io);
    const socket = connect(client, url, { ...identity, ca: OF_SERVER.cert });
    await connected(socket);
    expect((await there).conn.request.socket.authorized).toBe(true);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
  });
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s over TLS", (client, server) => {
  test.each([
    ["polling", "xhr poll error"],
    ["websocket", "websocket error"],
  ])("does not trust a certificate that nobody vouches for, by %s", async (transport, message) => {
    const { url } = await serveTls(server);
    const socket = connect(client, url, { transports: [transport], reconnection: false });
    const [failure] = await once<[Error & { description?: unknown; cause?: unknown }]>(socket, "connect_error");
    expect(failure.message).toBe(message);
    expect(String(failure.cause)).toMatch(/self-signed certificate/);
  });

  test("a certificate that is set before an attempt is trusted by it", async () => {
    const { url } = await serveTls(server);
    const socket = connect(client, url);
    await once(socket, "connect_error");
    socket.io.opts["ca"] = OF_SERVER.cert;
    await connected(socket);
    expect(socket.connected).toBe(true);
  });

  test.each(["https", "wss"])("%s:// is a connection with TLS, by polling and by WebSocket", async (scheme) => {
    const { io, url } = await serveTls(server);
    const there = serverSocket(io);
    const socket = connect(client, url.replace("https", scheme), { ca: OF_SERVER.cert });
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
    expect((await there).handshake.secure).toBe(true);
  });
});
