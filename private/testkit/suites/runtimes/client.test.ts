// The built client in other runtimes than the one that it is developed with.
// Place in the flow: all of it, in a process of each runtime, against servers in this one.
// Rules: the gate plays a sample, the oldest Node, Bun and Deno with our server; `npm run test:full` all of them, also
//        with the official servers. Every process has to end by itself after its last socket has left.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  CASE_SERVERS,
  type CaseServer,
  type CaseServerName,
  protocolOf,
  startCaseServer,
} from "../../src/client-cases/case-server.ts";
import { CASE_NAMES, type CaseName, expectationOf, MODES } from "../../src/client-cases/expectations.ts";
import { loadParser } from "../../src/peers/parsers.ts";
import type { TransportMode } from "../../src/peers/peer.ts";
import { type Entry, type Played, playIn, readRuntimes } from "./runtimes.ts";

const IS_FULL = process.env["BOWLINE_FULL"] === "1";
const SAMPLE: readonly string[] = ["Node 20", "Bun", "Deno"];

type Pairing = readonly [name: CaseName, mode: TransportMode];
const ALL: readonly Pairing[] = CASE_NAMES.flatMap((name) => MODES.map((mode): Pairing => [name, mode]));
const FEW: readonly Pairing[] = [
  ["text", "upgrade"],
  ["binary", "upgrade"],
  ["lost", "polling"],
];

/** One process: what it loads, whom it talks to, what it plays. */
interface Run {
  readonly title: string;
  readonly entry: Entry;
  readonly server: CaseServerName;
  readonly parser?: "msgpack";
  readonly pairings: readonly Pairing[];
}

const RUNS: readonly Run[] = [
  { title: "imported", entry: "import", server: "our server", pairings: ALL },
  { title: "required", entry: "require", server: "our server", pairings: FEW },
  { title: "speaking MessagePack", entry: "import", server: "our server", parser: "msgpack", pairings: FEW },
];

const FULL_RUNS: readonly Run[] = CASE_SERVERS.filter((server) => server !== "our server").map((server) => ({
  title: `with ${server}`,
  entry: "import",
  server,
  pairings: ALL,
}));

/** What bundlers take for pages needs a WebSocket of the platform, which Node 20 has not. */
const BROWSER_RUN: Run = {
  title: "with the entry for browsers",
  entry: "browser",
  server: "our server",
  pairings: FEW,
};

function runsFor(runtime: string): readonly Run[] {
  const browser = runtime === "Node 20" ? [] : [BROWSER_RUN];
  return [...RUNS, ...browser, ...(IS_FULL ? FULL_RUNS : [])];
}

const RUNTIMES = readRuntimes().filter(({ name }) => IS_FULL || SAMPLE.includes(name));

describe.each(RUNTIMES)("the client in $name", (runtime) => {
  const skipped = runtime.missing === undefined ? "" : ` (skipped: ${runtime.missing})`;

  describe.skipIf(runtime.missing !== undefined).each(runsFor(runtime.name))(`$title${skipped}`, (run) => {
    let server: CaseServer;
    let played: Played;

    beforeAll(async () => {
      const parser = run.parser === undefined ? undefined : await loadParser("our msgpack of protocol 5");
      server = await startCaseServer(run.server, parser === undefined ? {} : { options: { parser } });
      const more = run.parser === undefined ? {} : { parser: run.parser };
      const parts = run.pairings.map(([name, mode]) => ({ name, mode, url: server.url, ...more }));
      played = await playIn(runtime, run.entry, parts);
    });
    afterAll(() => server?.close());

    test.each(run.pairings.map(([name, mode], index) => ({ name, mode, index })))("$name over $mode", (part) => {
      const platform = run.entry === "browser" ? "browser" : "process";
      const setting = { mode: part.mode, protocol: protocolOf(run.server), platform } as const;
      expect(played.outcomes[part.index]).toEqual({ seen: expectationOf(part.name, setting) });
    });

    test("ends its process by itself, and has nothing to complain about", () => {
      expect(played).toMatchObject({ exitCode: 0, errors: "" });
    });
  });
});
