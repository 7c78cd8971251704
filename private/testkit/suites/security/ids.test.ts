// Session ids as they are given out: nobody guesses one, and none tells how many there are.
// Place: engine server (**ids**) -> session
// Rules: what is random is judged by what it must not do by chance in ten thousand years.
// Source: docs/security.md, "Threats"

import { randomFillSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createId, type Random } from "@bowline/protocol/internal";
import { Server } from "@bowline/server";
import { expect, onTestFinished, test } from "vitest";

const ALPHABET = 64;
const LENGTH = 20;
const MANY = 20_000;

const fromCrypto: Random = { bytes: (count) => randomFillSync(new Uint8Array(count)), fraction: () => 0 };

test("20,000 ids of 120 random bits repeat nothing, and no place of them prefers a character (CVE-2017-16031)", () => {
  const seen = new Set<string>();
  const counts = Array.from({ length: LENGTH }, () => new Map<string, number>());
  for (let made = 0; made < MANY; made++) {
    const id = createId(fromCrypto);
    seen.add(id);
    for (const [at, character] of [...id].entries()) counts[at]?.set(character, (counts[at]?.get(character) ?? 0) + 1);
  }
  expect(seen.size).toBe(MANY);
  const expected = MANY / ALPHABET;
  // 63 degrees of freedom: beyond 180 a fair source comes less than once in 10^12 tries.
  const chiSquares = counts.map((of) =>
    [...of.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0),
  );
  expect([counts.every((of) => of.size === ALPHABET), Math.max(...chiSquares) < 180]).toEqual([true, true]);
});

test("sessions of a server have such ids, and their sockets others", async () => {
  const http = createServer();
  const io = new Server(http);
  onTestFinished(() => void io.close());
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/socket.io/?EIO=4&transport=polling`;
  const sockets: string[] = [];
  io.on("connection", ({ id }) => sockets.push(id));
  const sessions: string[] = [];
  for (let opened = 0; opened < 50; opened++) {
    const sid = /"sid":"([^"]+)"/.exec(await (await fetch(url)).text())?.[1] ?? "";
    sessions.push(sid);
    await fetch(`${url}&sid=${sid}`, { method: "POST", body: "40" });
  }
  expect(sessions.every((sid) => /^[\w-]{20}$/.test(sid))).toBe(true);
  expect(new Set([...sessions, ...sockets]).size).toBe(100);
  // A counter would leave some place with a character or two.
  for (let at = 0; at < LENGTH; at++) expect(new Set(sessions.map((sid) => sid[at])).size).toBeGreaterThan(10);
});
