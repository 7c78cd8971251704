// The options that only Node has: cookies, headers, compression, agents, TLS, the addresses of a WebSocket, and what keeps a
// process alive. Scenes run in processes of their own with our client and, where it has the option, with the official one.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

const SCENES: string = fileURLToPath(new URL("./node-client-scenes.mjs", import.meta.url));

type Whose = "own" | "official";
const BOTH: readonly Whose[] = ["own", "official"];

function start(scene: string, whose: Whose, options: object, env: Readonly<Record<string, string>> = {}) {
  const args = [SCENES, scene, whose, JSON.stringify(options)];
  return spawn(process.execPath, args, { env: { ...process.env, ...env }, timeout: 15_000, killSignal: "SIGKILL" });
}

/** Plays a scene, and gives its lines and what it wrote on the standard error. */
async function play(scene: string, whose: Whose, options: object = {}, env: Readonly<Record<string, string>> = {}) {
  const child = start(scene, whose, options, env);
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const ended: unknown[] = await once(child, "close");
  const lines = output.split("\n").filter((line) => line !== "");
  return { code: ended[0], lines: lines.map((line): unknown => JSON.parse(line)), errors };
}

const LAX = ["sid=1; Path=/; HttpOnly", "old=1; Max-Age=0", "late=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT"];

describe.each(BOTH)("the %s client", (whose) => {
  test("sends the cookies that the server set along with its requests and the WebSocket", async () => {
    const cookies = [...LAX, "text=a%20b; Path=/", "soon=1; Path=/; Max-Age=100"];
    const { lines } = await play("cookies", whose, { cookies, client: { withCredentials: true } });
    const sent = "sid=1; text=a%20b; soon=1";
    expect(lines).toEqual([
      ["GET", "none"],
      ["POST", sent],
      ["WebSocket", sent],
    ]);
  });

  test("keeps no cookies unless it is asked to", async () => {
    const { lines } = await play("cookies", whose, { cookies: LAX, client: {} });
    expect(lines).toEqual(["GET", "POST", "WebSocket"].map((kind) => [kind, "none"]));
  });

  test("sends extra headers over both transports", async () => {
    const { lines } = await play("headers", whose);
    expect(lines.slice(0, 1)).toEqual([["GET", "me"]]);
    expect(lines.slice(-1)).toEqual([["WebSocket", "me"]]);
  });

  test.each([
    ["of 1024 bytes and more", {}, [false, false, true]],
    ["from the size on that it is told", { perMessageDeflate: { threshold: 100 } }, [false, true, true]],
    ["of no size where that is off", { perMessageDeflate: false }, [false, false, false]],
  ])("compresses messages %s", async (_what, client, compressed) => {
    const { lines } = await play("deflate", whose, { client });
    expect(lines).toEqual([20, 900, 2000].map((size, index) => [size, compressed[index]]));
  });

  test.each([
    ["an agent", true],
    ["an agent that is none of Node's class", false],
  ])("asks %s for the connections of both transports", async (_what, isSubclass) => {
    const { lines } = await play("agent", whose, { isSubclass });
    expect(lines.filter((line, index) => String(line) !== String(lines[index - 1]))).toEqual([
      ["asked", "polling"],
      ["connected", "polling"],
      ["asked", "websocket"],
      ["connected", "websocket"],
    ]);
  });

  test("opens its WebSocket from the address, with the origin and in the version that it is told", async () => {
    const client = { localAddress: "127.0.0.2", family: 4, origin: "http://a.example", protocolVersion: 8 };
    const { lines } = await play("websocket", whose, { client });
    const address: unknown = expect.stringContaining("127.0.0.2");
    const version = [null, "http://a.example", "8"];
    expect(lines).toEqual([version, [address, expect.any(String)], ["received", 1000]]);
  });

  test("ends the connection when a message is larger than it takes", async () => {
    const { lines } = await play("websocket", whose, { client: { maxPayload: 500 } });
    expect(lines.slice(2)).toEqual([["disconnect", "transport error"]]);
  });
});

test("our client sends cookies to no other path, domain or security than they are for, beside the program's own", async () => {
  const cookies = ["sid=1; Path=/", "a=1; Path=/admin", "b=1; Path=/; Domain=example.com", "c=1; Path=/; Secure"];
  const extraHeaders = { Cookie: "mine=1; sid=mine" };
  const { lines } = await play("cookies", "own", { cookies, client: { withCredentials: true, extraHeaders } });
  expect(lines).toEqual([
    ["GET", "mine=1; sid=mine"],
    ["POST", "mine=1; sid=1"],
    ["WebSocket", "mine=1; sid=1"],
  ]);
});

describe("over TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "bowline-node-client-"));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";

  beforeAll(() => {
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const names = ["-subj", "/CN=elsewhere.example", "-addext", "subjectAltName=DNS:elsewhere.example"];
    execFileSync("openssl", [...request, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const CLIENTS: readonly (readonly [Whose, string])[] = [
    ["own", "polling"],
    ["own", "websocket"],
    ["official", "websocket"],
  ];

  test.each(CLIENTS)(
    "the %s client lets the program decide who the server is, and takes its ciphers: %s",
    async (whose, transport) => {
      const options = { key, cert, ciphers, transport };
      const trusted = await play("tls", whose, { ...options, isTrusted: true });
      expect(trusted.lines.slice(0, 1)).toEqual([["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]]);
      expect(trusted.lines.slice(-1)).toEqual([["connected"]]);
      const refused = await play("tls", whose, { ...options, isTrusted: false });
      expect(refused.lines.slice(-1)).toEqual([["refused"]]);
    },
  );
});

describe.each(BOTH)("beside a server in another process the %s client", (whose) => {
  /** Starts the server, and gives its port. */
  async function startServer(): Promise<number> {
    const server = start("server", "official", {});
    onTestFinished(() => {
      server.kill("SIGKILL");
    });
    const read: unknown[] = await once(server.stdout, "data");
    const told: unknown = JSON.parse(String(read[0]));
    return Number(Array.isArray(told) ? told[0] : told);
  }

  test.each([
    ["lets its process end", true, [["connected"]]],
    ["keeps its process unless it is told otherwise", false, [["connected"], ["tick"]]],
  ])("%s", async (_rule, autoUnref, lines) => {
    const client = { autoUnref, transports: ["websocket"] };
    const run = await play("visitor", whose, { port: await startServer(), client });
    expect(run).toMatchObject({ code: 0, lines });
  });

  test("says what it does where DEBUG asks for it, and nothing elsewhere", async () => {
    const options = { port: await startServer(), client: {} };
    const { errors } = await play("visitor", whose, options, { DEBUG: "socket.io-client:manager" });
    expect(errors).toContain("socket.io-client:manager open");
    expect(errors).not.toContain("engine.io-client");
    expect((await play("visitor", whose, options, { DEBUG: "other" })).errors).toBe("");
  });

  test("says what its engine does, also where no program listens there", async () => {
    const options = { port: await startServer(), client: {} };
    const { errors } = await play("visitor", whose, options, { DEBUG: "engine.io-client:*" });
    expect(errors).toContain("engine.io-client:socket ");
    expect(errors).not.toContain("socket.io-client");
  });
});
