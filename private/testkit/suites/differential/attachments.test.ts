// Eleven attachments for our client from servers that speak protocol 3: official clients of 2.4 and 2.5 throw out of
// every listener there, so what to observe stands here in full.
// Place: **tests** -> run -> cases

import { describe, expect, test } from "vitest";
import { LIMIT_CASES } from "./cases/limits.ts";
import type { Meeting } from "./pairings.ts";
import { meetingName } from "./pairings.ts";
import { runCase } from "./run-case.ts";

const MEETINGS: readonly Meeting[] = [
  { server: "server 2.5", clients: ["our client"] },
  { server: "server 4.8 with allowEIO3", clients: ["our client held to protocol 3"] },
  { server: "our server", clients: ["our client held to protocol 3"] },
];

const fromServer = LIMIT_CASES.filter(({ name }) => name === "a server sends binary with eleven attachments");
const reference: Meeting = { server: "server 2.5", clients: ["client 2.5"] };

describe.each(fromServer.map((script) => [script.name, script] as const))("%s", (_name, script) => {
  test.each(MEETINGS.map((meeting) => [meetingName(meeting), meeting] as const))("%s", async (_meeting, meeting) => {
    expect(await runCase(script, meeting, reference, "websocket")).toEqual([
      'client: disconnect "parse error", connected=false disconnected=true id=undefined',
      "outcome: gone, without having heard it",
      "outcome: connected: false, false, bystander true",
      "server: connection on /, connected=true",
      'server: disconnecting "transport close", rooms <id>',
      'server: disconnect "transport close", connected=false, rooms ',
    ]);
  });
});

test("the case is there", () => {
  expect(fromServer).toHaveLength(1);
});
