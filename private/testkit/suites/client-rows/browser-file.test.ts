// The file that pages load, in a page without a browser: what a browser cannot do is asked of it in vain, without harm.
// Place: **tests** -> the built file in a context of its own -> servers over loopback
// Rules: the context has what pages have and nothing of Node's.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { isFactory, isRawClientSocket } from "../../src/peers/raw-surface.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { PAIRINGS_OF_4, useStage } from "./stage.ts";

const FILE: string = fileURLToPath(
  new URL("../../../../aliases/v4/socket.io-client/dist/socket.io.js", import.meta.url),
);
const SERVERS = [...new Set(PAIRINGS_OF_4.map(({ server }) => server))];

/** Options that only Node understands. */
const OF_NODE = {
  ca: "no certificate",
  cert: "none",
  key: "none",
  pfx: "none",
  passphrase: "none",
  ciphers: "none",
  rejectUnauthorized: false,
  agent: {},
  localAddress: "192.0.2.1",
  autoUnref: true,
};

/** What a page has for a client that polls. */
function createPage(): object {
  return createContext({
    ...{ AbortController, Blob, TextDecoder, TextEncoder, URL, crypto, fetch, performance },
    ...{ clearTimeout, console, queueMicrotask, setTimeout },
  });
}

describe.each(SERVERS)("the file for pages at %s", (server) => {
  const stage = useStage({ client: "@bowline/socket.io-client", server });

  test("leaves io behind, which connects although options of Node are set", async () => {
    const { url, asked } = await stage.serve();
    const page = createPage();
    runInContext(readFileSync(FILE, "utf8"), page);
    const io: unknown = runInContext("io", page);
    const options = { ...OF_NODE, transports: ["polling"], forceNew: true };
    const socket = isFactory(io) ? io(url, options) : undefined;
    if (!isRawClientSocket(socket)) throw new TypeError("Cannot use what the file left behind: io made no socket");
    await waitFor(socket, "connect", undefined, "the page's socket");
    expect(asked.every(({ query }) => !query.has("ca"))).toBe(true);
    socket.disconnect();
  });
});
