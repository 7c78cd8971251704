// What a bus is rejected with, by what the client of Redis says.
import { expect, test } from "vitest";
import { busErrorOf } from "./bus-error.ts";

const codeFor = (message: string): string => busErrorOf("do it", "up", new Error(message)).code;

test("an answer of Redis is a refusal, with what to do about it", () => {
  const cause = new Error("NOPERM User app has no permissions to access one of the channels");
  const error = busErrorOf('join "t"', "up", cause);
  expect(error).toMatchObject({ name: "BusError", code: "BOWLINE_BUS_REFUSED", cause });
  expect(error.message).toBe(
    'Cannot join "t": Redis says "NOPERM User app has no permissions to access one of the channels"; give the user of the clients the right to do so (ACL SETUSER)',
  );
  expect(["OOM command not allowed", "READONLY You can't write", "ERR what"].map(codeFor)).toEqual(
    Array.from({ length: 3 }, () => "BOWLINE_BUS_REFUSED"),
  );
});

test("a connection that breaks, and what is over by itself, is absence", () => {
  const messages = ["read ECONNRESET", "Socket closed unexpectedly", "LOADING Redis is loading", "CLUSTERDOWN no"];
  expect(messages.map(codeFor)).toEqual(messages.map(() => "BOWLINE_BUS_AWAY"));
  expect(busErrorOf("do it", "down", "text").message).toContain('Redis is away ("text")');
  expect(busErrorOf("do it", "down").message).toContain("Redis is away; look");
});

test("a bus that was closed says so, whatever Redis said", () => {
  expect(busErrorOf("do it", "closed", new Error("OOM no")).code).toBe("BOWLINE_BUS_CLOSED");
});
