// Options of a program that have no effect: told once per process on Node, with the name that was probably meant.
import { afterEach, expect, test } from "vitest";
import { connectTo } from "./client.ts";
import { stopAll } from "./servers.ts";

afterEach(stopAll);

function nextWarning(): Promise<Error> {
  return new Promise((resolve) => {
    process.once("warning", resolve);
  });
}

test("an option with letters in the wrong order is warned of", async () => {
  const told = nextWarning();
  const options = { autoConnect: false, reconnectoin: true };
  connectTo("http://127.0.0.1:1", options);
  expect(await told).toMatchObject({
    code: "BOWLINE_UNKNOWN_OPTION",
    message:
      'Option "reconnectoin" (is "reconnection" meant?) has no effect: this version of the client does not know it',
  });
});
