// Attacks on the engine: requests, headers, upgrades, WebSocket handshakes.
// Place: attacker -> **bytes -> engine server, carriers** -> engine dialect -> session
// Source: docs/protocol/engine-4.md, "Query", "Polling" and "WebSocket"

import { openPolling } from "../hostile/polling-session.ts";
import { converse, openRaw, readReplies, request } from "../hostile/raw-http.ts";
import { frame, upgradeRequest, webSocketTarget } from "../hostile/raw-websocket.ts";
import { pollingTarget, type Revision } from "../hostile/traffic.ts";
import type { Victim } from "../hostile/victim-process.ts";
import { type Attack, firstOf } from "./attack.ts";

const BOTH: readonly Revision[] = [3, 4];
const LIMIT = 1_000_000;
const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", ""];
const ESCAPE = "\u001b";
const SAMPLES = 5;
/** More than any work on 16 kB of header takes that is done in one go; quadratic work takes far more. */
const QUICK_MS = 60;

/** The middle one of the longest times for which a server stood still in several goes. */
async function medianDelay(victim: Victim, go: () => Promise<unknown>): Promise<number> {
  const delays: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    await victim.report();
    await go();
    delays.push((await victim.report()).longestDelayMs);
  }
  return delays.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0;
}

/** The attacks. */
export const ENGINE_ATTACKS: readonly Attack[] = [
  {
    name: "pages of other origins may not read what is answered unless the program says so",
    ids: ["CVE-2020-28481"],
    revisions: BOTH,
    holed: { server: "socket.io 2.3", revision: 3 },
    play: async ({ port }, revision) => {
      const target = pollingTarget(revision);
      const { replies } = await converse(port, request("GET", target, "", "Origin: http://evil.example\r\n"));
      return /access-control-allow-origin/i.test(replies[0]?.head ?? "") ? replies[0]?.head : undefined;
    },
  },
  {
    name: "a body of one byte more than the limit is refused, declared or not",
    ids: ["CVE-2020-36048"],
    revisions: BOTH,
    holed: { server: "socket.io 2.3", revision: 3 },
    play: async ({ port }, revision) => {
      const session = await openPolling(port, revision);
      const text = `4${"x".repeat(LIMIT - 8)}`;
      const body = revision === 3 ? `${text.length + 9}:${text}${"x".repeat(9)}` : `${text}${"x".repeat(8)}`;
      const { replies } = await session.post(body);
      await session.leave();
      const [reply] = replies;
      return reply === undefined || reply.status === 413 ? undefined : `it was answered with ${reply.status}`;
    },
  },
  {
    name: "a frame with reserved bits straight behind the request harms nobody",
    ids: ["CVE-2022-21676"],
    revisions: BOTH,
    holed: { server: "engine.io 6.1.0", revision: 4 },
    play: async ({ port }, revision) => {
      for (const reserved of [0x40, 0x20, 0x10, 0x70]) {
        const bytes = Buffer.concat([upgradeRequest(webSocketTarget(revision)), frame("2", { reserved })]);
        await converse(port, bytes);
      }
      return undefined;
    },
  },
  {
    name: "a connection that is reset after any byte of its handshake harms nobody",
    ids: ["CVE-2022-41940"],
    revisions: BOTH,
    play: async ({ port }, revision) => {
      const accepted = Buffer.concat([upgradeRequest(webSocketTarget(revision)), frame("40")]);
      const refused = upgradeRequest(`/socket.io/?EIO=${revision}&transport=smoke`);
      const cuts = Array.from(accepted.keys(), (at) => accepted.subarray(0, at + 1));
      // While it is being refused, too, nobody may be hurt; it takes a while until a reset meets the answer on its way.
      for (const bytes of [...cuts, ...Array.from({ length: 200 }, () => refused)]) {
        const connection = await openRaw(port);
        await new Promise<void>((resolve) => {
          connection.socket.write(bytes, () => resolve());
        });
        connection.socket.resetAndDestroy();
      }
      return undefined;
    },
  },
  {
    name: "a transport that is a method elsewhere is unknown, by request and by upgrade",
    ids: ["CVE-2023-31125"],
    revisions: BOTH,
    play: ({ port }, revision) =>
      firstOf(NAMES, async (name) => {
        const target = `/socket.io/?EIO=${revision}&transport=${name}`;
        for (const bytes of [request("GET", target), upgradeRequest(target)]) {
          const { replies } = await converse(port, bytes);
          if (replies[0]?.status !== 400) return `it was answered with ${replies[0]?.status}`;
        }
        return undefined;
      }),
  },
  {
    name: "a session that is a method elsewhere is unknown, and so is a revision",
    ids: ["CVE-2023-31125"],
    revisions: BOTH,
    play: ({ port }, revision) =>
      firstOf(NAMES.slice(0, -1), async (name) => {
        const target = `/socket.io/?EIO=${revision}&transport=polling&sid=${name}`;
        const { replies } = await converse(port, request("GET", target));
        if (replies[0]?.status !== 400) return `it was answered with ${replies[0]?.status}`;
        await converse(port, request("GET", `/socket.io/?EIO=${name}&transport=polling&j=${name}&b64=${name}`));
        return undefined;
      }),
  },
  {
    name: "octets in a POST of a session of revision 4 are answered, and keep no request open",
    ids: ["engine.io fc11285e"],
    revisions: [4],
    play: async ({ port }, revision) => {
      const session = await openPolling(port, revision);
      const { replies } = await session.post("4x", "Content-Type: application/octet-stream\r\n");
      return replies.length > 0 ? undefined : "there was no answer";
    },
  },
  {
    name: "a session of one revision is none of the other",
    ids: ["engine.io 6.6.12"],
    revisions: BOTH,
    holed: { server: "parser 4.2.6", revision: 4, options: { allowEIO3: true } },
    play: async ({ port }, revision) => {
      const session = await openPolling(port, revision);
      const { replies } = await converse(
        port,
        request("POST", pollingTarget(revision === 3 ? 4 : 3, session.sid), "6"),
      );
      await session.leave();
      return replies[0]?.status === 400 ? undefined : `it was answered with ${replies[0]?.status}`;
    },
  },
  {
    name: "a key __proto__ of a query is as good as any other",
    ids: ["engine.io 6.6.12", "socket.io 4.8.4"],
    revisions: BOTH,
    play: ({ port }, revision) =>
      firstOf(
        ["__proto__=x", "__proto__[a]=b&constructor[prototype][a]=b", "EIO=__proto__", "a=b&a=c&__proto__"],
        async (more) => {
          const { replies } = await converse(port, request("GET", `${pollingTarget(revision)}&${more}`));
          const status = replies[0]?.status ?? 0;
          return status === 200 || status === 400 ? undefined : `it was answered with ${status}`;
        },
      ),
  },
  {
    name: "16 kB of spaces in the list of subprotocols are read in one go",
    ids: ["CVE-2021-32640"],
    revisions: BOTH,
    holed: { server: "ws 7.4.5", revision: 4 },
    play: async (victim, revision) => {
      const header = `Sec-WebSocket-Protocol: a${" ".repeat(15_000)}b\r\n`;
      const delayMs = await medianDelay(victim, () =>
        converse(victim.port, upgradeRequest(webSocketTarget(revision), header)),
      );
      return delayMs < QUICK_MS ? undefined : `the event loop stood still for ${delayMs.toFixed(0)} ms`;
    },
  },
  {
    name: "extensions that are methods elsewhere are not accepted",
    ids: ["GHSA-5v72-xg48-5rpm"],
    revisions: BOTH,
    play: ({ port }, revision) =>
      firstOf(
        ["constructor", "__proto__; a=b", "toString;constructor", "permessage-deflate;__proto__=1"],
        async (offer) => {
          const headers = `Sec-WebSocket-Extensions: ${offer}\r\n`;
          const { replies } = await converse(port, upgradeRequest(webSocketTarget(revision), headers));
          return /sec-websocket-extensions/i.test(replies[0]?.head ?? "") ? "it was accepted" : undefined;
        },
      ),
  },
  {
    name: "more headers than Node takes, so that Upgrade is lost among them, get an answer",
    ids: ["CVE-2024-37890"],
    revisions: BOTH,
    holed: { server: "ws 8.17.0", revision: 4 },
    play: async ({ port }, revision) => {
      const many = Array.from({ length: 2100 }, () => "a:\r\n").join("");
      const bytes = upgradeRequest(webSocketTarget(revision)).toString("latin1");
      // Node counts from the first: those that matter stand behind the others.
      const [line = "", ...rest] = bytes.split("\r\n");
      const { replies } = await converse(port, `${line}\r\n${many}${rest.join("\r\n")}`);
      const status = replies[0]?.status ?? 0;
      return [101, 400, 431].includes(status) ? undefined : `it was answered with ${status}`;
    },
  },
  {
    name: "no path below that of the engine leads to a file but the client's own",
    ids: ["socket.io dfb5ab3b", "socket.io 4.8.4"],
    revisions: [4],
    play: ({ port }) =>
      firstOf(
        [
          "/socket.io/../package.json",
          "/socket.io/..%2fpackage.json",
          "/socket.io/%2e%2e/package.json",
          "/socket.io/..%5cpackage.json",
          "/socket.io//package.json",
          "/socket.io/socket.io.js/../../package.json",
          "/socket.io/socket.io.js%00.map",
          `/socket.io/${"a".repeat(8000)}`,
          "/socket.io/__proto__",
        ],
        async (path) => {
          const { replies } = await converse(port, request("GET", path));
          return replies[0]?.status === 200 ? `it was answered: ${replies[0].body.slice(0, 100)}` : undefined;
        },
      ),
  },
  {
    name: "control characters come back in no header and in no error",
    ids: ["threat model: header and log injection"],
    revisions: BOTH,
    play: ({ port }, revision) =>
      firstOf(["%0d%0aSet-Cookie:%20a=b", "%00", "%1b%5b31m", "%0a"], async (evil) => {
        for (const target of [
          `${pollingTarget(revision)}&t=${evil}`,
          `/socket.io/?EIO=${revision}&transport=${evil}&sid=${evil}`,
        ]) {
          const connection = await openRaw(port);
          connection.socket.write(request("GET", target, "", `Origin: http://a${decodeURIComponent("%01")}b\r\n`));
          await connection.quiet();
          await connection.end();
          const [reply] = readReplies(connection.received).replies;
          const said = `${reply?.head}${reply?.body}`;
          if (/set-cookie/i.test(said) || said.includes(ESCAPE)) return "it came back";
        }
        return undefined;
      }),
  },
];
