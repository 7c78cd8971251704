// The files of the client that our server serves, as a browser's cache asks for them.
import { expect, test } from "vitest";
import { startCaseServer } from "../../src/client-cases/case-server.ts";

test("a served file has an ETag that spares the second download, and nothing beside the client's files is served", async () => {
  const server = await startCaseServer("our server");
  const first = await fetch(`${server.url}/socket.io/socket.io.min.js`);
  const again = await fetch(`${server.url}/socket.io/socket.io.min.js`, {
    headers: { "If-None-Match": first.headers.get("etag") ?? "" },
  });
  const other = await fetch(`${server.url}/socket.io/..%2findex.mjs`);
  await server.close();
  expect([first.status, again.status, other.status]).toEqual([200, 304, 400]);
});
