// nginx and HAProxy in front of nodes on loopback, with the configurations that docs/deployment hands out.
// Place: clients -> **reverse proxy** -> nodes; tools/setup.mjs installs both. Where one is missing, tests are skipped
// with `missingProxy()` as their reason; on CI they are not skipped, so the start fails and says what is missing.
// Rules: nothing of a configuration is changed but addresses, ports and the places of certificates; the process stays
//        in the foreground, in a folder of its own, and is ended by its pid.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./http-listener.ts";
import { createSelfSigned } from "./self-signed.ts";
import { within } from "./wait-for.ts";

/** The programs there are. */
export type ProxyName = "nginx" | "haproxy";

const PROGRAMS: Readonly<Record<ProxyName, string>> = {
  nginx: process.env["BOWLINE_NGINX"] ?? "/usr/sbin/nginx",
  haproxy: process.env["BOWLINE_HAPROXY"] ?? "/usr/sbin/haproxy",
};

const DOCUMENTS: string = fileURLToPath(new URL("../../../../docs/deployment/", import.meta.url));
const START_MS = 10_000;
const RETRY_MS = 20;

/** A proxy that runs. */
export interface ReverseProxy {
  readonly port: number;
  /** Ends it and waits until it is gone. */
  close(): Promise<void>;
}

/**
 * Tells why tests with a proxy cannot run here.
 * @param name which proxy
 * @returns the reason to skip, or `undefined` when it is there or when this is CI, where its absence is a failure
 */
export function missingProxy(name: ProxyName): string | undefined {
  if (process.env["CI"] === "true") return undefined;
  if (spawnSync(PROGRAMS[name], ["-v"], { stdio: "ignore" }).status === 0) return undefined;
  return `"${PROGRAMS[name]}" does not run: run "node tools/setup.mjs" or set BOWLINE_${name.toUpperCase()}`;
}

/**
 * Reads a configuration as it stands in docs/deployment.
 * @param name which proxy it is for
 * @param file the file's name
 */
export function proxyConfiguration(name: ProxyName, file: string): string {
  return readFileSync(join(DOCUMENTS, name, file), "utf8");
}

/**
 * Starts a proxy and waits until it listens.
 * @param name which proxy
 * @param file the configuration's name in docs/deployment
 * @param nodePorts the ports of the nodes, in the order in which the configuration numbers them from 3001 on
 */
export async function startReverseProxy(
  name: ProxyName,
  file: string,
  nodePorts: readonly number[],
): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), "bowline-proxy-"));
  const port = await freePort();
  let complaints = "";
  const child = spawn(PROGRAMS[name], prepare(name, substituted(proxyConfiguration(name, file), port, nodePorts)), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  const gone = once(child, "close").catch((error: unknown) => {
    complaints += String(error);
  });

  /** Writes what it needs into its folder; answers its arguments. */
  function prepare(proxy: ProxyName, configuration: string): readonly string[] {
    const { cert, key } = createSelfSigned();
    writeFileSync(join(folder, "site.pem"), proxy === "haproxy" ? `${cert}${key}` : cert);
    writeFileSync(join(folder, "site.key"), key);
    const text = configuration.replaceAll(/\/etc\/\S+\/(site\.(?:pem|key))/g, (_, own: string) => join(folder, own));
    const path = join(folder, "site.conf");
    writeFileSync(path, text);
    if (proxy === "haproxy") return ["-db", "-f", path];
    const main = join(folder, "nginx.conf");
    writeFileSync(main, nginxAround(path, folder));
    return ["-p", folder, "-e", "stderr", "-c", main];
  }

  try {
    const ended = gone.then(() => Promise.reject(new Error(`it ended: ${complaints}`)));
    await Promise.race([within(untilListening(port, child), START_MS, `${name} with ${file}`), ended]);
  } catch (error) {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`Cannot start ${name} with "${file}": ${complaints}`, { cause: error });
  }
  return {
    port,
    async close() {
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The configuration with the ports of this test. */
function substituted(configuration: string, port: number, nodePorts: readonly number[]): string {
  return configuration
    .replaceAll(/^(\s*listen )(?:80|443)\b/gm, `$1127.0.0.1:${port}`)
    .replaceAll(/^(\s*bind ):(?:80|443)\b/gm, `$1127.0.0.1:${port}`)
    .replaceAll(/(127(?:\\?\.\d+){3}:)(300[123])/g, (_, host: string, node: string) => {
      return `${host}${nodePorts[Number(node) - 3001] ?? node}`;
    });
}

/** What stands around a file of /etc/nginx/conf.d; one process, and nothing is written but to the folder. */
function nginxAround(file: string, folder: string): string {
  const bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `    ${kind}_temp_path ${join(folder, kind)};`,
  );
  return [
    "daemon off;",
    "master_process off;",
    `pid ${join(folder, "pid")};`,
    "error_log stderr;",
    "events {}",
    "http {",
    "    access_log off;",
    ...bodies,
    `    include ${file};`,
    "}",
    "",
  ].join("\n");
}

/** Resolves when something listens there; gives up with the process. */
async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !(await accepts(port))) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
