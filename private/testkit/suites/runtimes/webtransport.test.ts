// WebTransport over real QUIC: our server under Deno, with Chromium and with Deno's own client.
// Place in the flow: all of it, with HTTP/3 below.
// Rules: the page and the programs ask for nothing that a user could not; certificates are made for the run and trusted by
//        their fingerprint, as the standard has it for servers without a name.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";
import { isObject } from "../../src/peers/raw-surface.ts";
import { createSelfSigned } from "../../src/peers/self-signed.ts";
import { within } from "../../src/peers/wait-for.ts";
import { readRuntimes } from "./runtimes.ts";

const WAIT_MS = 20_000;
const deno = readRuntimes().find(({ name }) => name === "Deno");
const certificate = createSelfSigned();

/** A process of Deno that tells what happens line by line. */
class DenoProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly ended: Promise<number | null>;

  constructor(script: string, argument: unknown) {
    const [program = "", ...start] = deno?.command ?? [];
    const path = fileURLToPath(new URL(script, import.meta.url));
    const args = [...start, "--unstable-net", path, JSON.stringify(argument)];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => {
      child.once("close", resolve);
    });
  }

  /** What the process tells next. */
  async next(): Promise<Record<string, unknown>> {
    const line = await within(this.#lines.next(), WAIT_MS, "a line of the Deno process");
    const told: unknown = JSON.parse(String(line.value));
    if (!isObject(told)) throw new TypeError(`Cannot read "${String(line.value)}": it is no object`);
    return told;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

describe.skipIf(deno?.missing !== undefined)(
  `over QUIC${deno?.missing === undefined ? "" : ` (${deno.missing})`}`,
  () => {
    let server: DenoProcess;
    let port: unknown;

    beforeAll(async () => {
      server = new DenoProcess("webtransport-server.mjs", { cert: certificate.cert, key: certificate.key });
      ({ port } = await server.next());
    });

    afterAll(async () => {
      await server.stop();
    });

    describe.skipIf(missingChromium() !== undefined)(`a page in Chromium ${missingChromium() ?? ""}`, () => {
      let browser: Browser;
      let page: Page;

      beforeAll(async () => {
        browser = await launchChromium();
      });

      beforeEach(async () => {
        page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${String(port)}/`);
      });

      afterEach(async () => {
        await page.close();
      });

      afterAll(async () => {
        await browser.close();
      });

      /** What a page sees that connects, waits for the end of its upgrade, and sends text and bytes. */
      function visit(transports: readonly string[], goodbye: "client" | "server"): Promise<unknown> {
        const { fingerprint } = certificate;
        return page.evaluate(
          `(async ({ fingerprint, names, leaver }) => {
          const value = Uint8Array.from(atob(fingerprint), (letter) => letter.charCodeAt(0));
          const socket = window.io({
            transports: names,
            reconnection: false,
            transportOptions: { webtransport: { serverCertificateHashes: [{ algorithm: "sha-256", value }] } },
          });
          const { engine } = socket.io;
          await new Promise((resolve, reject) => {
            if (names.length === 1) socket.on("connect", resolve);
            else engine.on("upgrade", resolve);
            socket.on("connect_error", reject);
          });
          const data = { bytes: Uint8Array.of(1, 2, 3).buffer, text: "x".repeat(200000) };
          const answer = await new Promise((resolve) => {
            socket.emit("echo", data, ({ bytes, text }, transport) =>
              resolve({ size: bytes.byteLength, length: text.length, transport }),
            );
          });
          const isSame = answer.transport === engine.transport.name;
          const reason = new Promise((resolve) => {
            socket.on("disconnect", resolve);
          });
          if (leaver === "client") socket.disconnect();
          else socket.emit("leave");
          return { ...answer, isSame, reason: await reason };
        })(${JSON.stringify({ fingerprint, names: transports, leaver: goodbye })})`,
        );
      }

      test("opens its session there", async () => {
        const seen = {
          size: 3,
          length: 200_000,
          transport: "webtransport",
          isSame: true,
          reason: "io client disconnect",
        };
        expect(await visit(["webtransport"], "client")).toEqual(seen);
        expect(await server.next()).toEqual({ reason: "client namespace disconnect", transport: "webtransport" });
      });

      test("moves its session there, and learns of the server's end", async () => {
        // Deno ends the whole QUIC connection with the session, which a browser takes for a failure.
        const seen = { size: 3, length: 200_000, transport: "webtransport", isSame: true, reason: "transport error" };
        expect(await visit(["polling", "webtransport"], "server")).toEqual(seen);
        expect(await server.next()).toMatchObject({ transport: "webtransport" });
      });

      test("that names all transports moves to the one that answers first, and loses nothing", async () => {
        const names = ["polling", "websocket", "webtransport"];
        expect(await visit(names, "client")).toMatchObject({ size: 3, length: 200_000, isSame: true });
        expect(["websocket", "webtransport"]).toContain((await server.next())["transport"]);
      });
    });

    test.each([
      ["opens its session there", ["webtransport"]],
      ["moves its session there", ["polling", "webtransport"]],
      ["moves its session to whichever is faster", ["polling", "websocket", "webtransport"]],
    ])("Deno's own client %s, and its process ends by itself", async (_rule, transports) => {
      const { fingerprint } = certificate;
      const client = new DenoProcess("webtransport-client.mjs", { port, fingerprint, transports });
      const told = await client.next();
      expect(told).toMatchObject({ failure: null, bytes: [1, 2, 3] });
      expect(told["serverSide"]).toBe(told["clientSide"]);
      expect(await within(client.ended, WAIT_MS, "the end of the client's process")).toBe(0);
      // Deno throws away what its peer has not confirmed when it closes a session, and that may be the goodbye.
      expect(["client namespace disconnect", "transport close"]).toContain((await server.next())["reason"]);
    });
  },
);
