// The pages, workers and scripts that the page suite loads: the built files as they are shipped, and the cases.
// Rule: nothing is bundled or changed on the way, so that what is tested is what users get.
import { existsSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../../", import.meta.url);
const CASES = "/private/testkit/src/client-cases/client-cases.mjs";

/** Gathers what goes wrong in a page, from its first script on. */
const GATHER_ERRORS = `<script>
window.pageErrors = [];
addEventListener("error", (event) => pageErrors.push(event.message));
addEventListener("unhandledrejection", (event) => pageErrors.push(String(event.reason)));
</script>`;

const IMPORT_MAP = JSON.stringify({
  imports: {
    "@bowline/client": "/packages/client/dist/entry/browser.mjs",
    "@bowline/client/msgpack": "/packages/client/dist/msgpack.mjs",
    "@bowline/protocol": "/packages/protocol/dist/index.mjs",
    "@bowline/protocol/internal": "/packages/protocol/dist/internal.mjs",
    "@bowline/protocol/msgpack": "/packages/protocol/dist/msgpack.mjs",
  },
});

function page(...parts: readonly string[]): string {
  return `<!doctype html><title>page</title><link rel="icon" href="data:,">${GATHER_ERRORS}${parts.join("")}`;
}

const script = (source: string): string => `<script src="${source}"></script>`;

/** The pages: how each of them gets the client. */
const PAGES: Readonly<Record<string, string>> = {
  "/global": page(script("/packages/client/dist/bowline.min.js"), script(CASES)),
  "/served": page(script("/socket.io/socket.io.js"), script(CASES)),
  "/served-module": page(
    script(CASES),
    '<script type="module">import { io } from "/socket.io/socket.io.esm.min.js"; window.io = io;</script>',
  ),
  "/packages": page(
    script(CASES),
    `<script type="importmap">${IMPORT_MAP}</script>`,
    `<script type="module">
      import { io } from "@bowline/client";
      import { createMsgpackParser } from "@bowline/client/msgpack";
      Object.assign(window, { io, parser: createMsgpackParser(5) });
    </script>`,
  ),
  "/official-2": page(script("/official-2.js"), script(CASES)),
  "/elsewhere": page(),
};

const LOAD_IN_WORKER = `importScripts("/packages/client/dist/bowline.min.js", "${CASES}");
const play = (part) => clientCases.play({ io, ...part }).then((seen) => ({ seen }), (error) => ({ failure: error.message }));
`;

/** The workers: each plays the case that it is told, and answers with what was seen. */
const WORKERS: Readonly<Record<string, string>> = {
  "/web-worker.js": `${LOAD_IN_WORKER}
    onmessage = async ({ data }) => postMessage(await play(data));`,
  "/shared-worker.js": `${LOAD_IN_WORKER}
    onconnect = ({ ports: [port] }) => {
      port.onmessage = async ({ data }) => port.postMessage(await play(data));
    };`,
  "/service-worker.js": `${LOAD_IN_WORKER}
    onmessage = (event) => event.waitUntil(play(event.data).then((answer) => event.ports[0].postMessage(answer)));`,
};

const OFFICIAL_2 = createRequire(import.meta.url).resolve("socket.io-client-v2/dist/socket.io.js");

/** The files that a page may ask for: the cases, and what the builds made. */
function fileOf(path: string): string | undefined {
  if (path === "/official-2.js") return OFFICIAL_2;
  const isOurs = path === CASES || /^\/packages\/(client|protocol)\/dist\/[\w./-]+\.m?js$/.test(path);
  const file = fileURLToPath(new URL(`.${path}`, ROOT));
  return isOurs && existsSync(file) ? file : undefined;
}

/** Answers requests for pages, workers and files; a server puts its own answers before these. */
export const servePages: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const html = PAGES[pathname];
  const worker = WORKERS[pathname];
  const file = fileOf(pathname);
  if (html !== undefined) response.setHeader("Content-Type", "text/html; charset=utf-8").end(html);
  else if (worker !== undefined) response.setHeader("Content-Type", "text/javascript; charset=utf-8").end(worker);
  else if (file !== undefined) {
    response.setHeader("Content-Type", "text/javascript; charset=utf-8").end(readFileSync(file));
  } else response.writeHead(404).end();
};
