// How programs make a server, start it, and listen to it; and the file for a script tag that it serves.
// Place in the flow: the server over real connections, with official clients and ours.

import { createServer, type Server } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../src/peers/http-listener.ts";
import { OUR_SERVERS, serverOf } from "./cast.ts";
import { connect, connected, serve, serverSocket, until } from "./stage.ts";
import type { SeedServer } from "./surface.ts";

function closeAtEnd(io: SeedServer): SeedServer {
  onTestFinished(async () => {
    await io.close();
  });
  return io;
}

async function visit(url: string): Promise<boolean> {
  const socket = connect("our client", url, { forceNew: true });
  await connected(socket);
  socket.disconnect();
  return true;
}

describe.each(OUR_SERVERS)("%s", (name) => {
  const factory = serverOf(name);

  test("is made by a call and by new, without arguments, and listens later", async () => {
    for (const io of [factory(), new factory()]) {
      const port = await freePort();
      closeAtEnd(io).listen(port);
      expect(await visit(`http://127.0.0.1:${port}`)).toBe(true);
    }
  });

  test("is attached to an HTTP server that listens only afterwards", async () => {
    const http = createServer();
    closeAtEnd(factory(http));
    const port = await freePort();
    await new Promise<void>((resolve) => {
      http.listen(port, "127.0.0.1", resolve);
    });
    expect(await visit(`http://127.0.0.1:${port}`)).toBe(true);
  });

  test.each([
    ["a number", (port: number) => port],
    ["a text", (port: number) => String(port)],
  ])("listens on a port given as %s, with options beside it", async (_what, write) => {
    const port = await freePort();
    closeAtEnd(factory(write(port), { path: "/mine" }));
    const socket = connect("our client", `http://127.0.0.1:${port}`, { path: "/mine" });
    await connected(socket);
    expect(socket.connected).toBe(true);
  });

  test.each(["connection", "connect"])(
    "tells %s at itself, at its sockets and at the main namespace",
    async (event) => {
      const served = await serve(name);
      const heard: string[] = [];
      served.io.on(event, () => heard.push("io"));
      served.io.sockets.on(event, () => heard.push("sockets"));
      served.io.of("/").on(event, () => heard.push("of"));
      await connected(connect("our client", served.url));
      await until(() => heard.length === 3, "all three");
      expect(heard).toEqual(["io", "sockets", "of"]);
    },
  );

  test("gives the main namespace for what is listened to at itself", () => {
    const io = factory();
    expect(io.on("connection", () => {})).toBe(io.of("/"));
    expect(io.sockets).toBe(io.of("/"));
  });

  test("serves the client with a quoted tag, which spares the second download in all its forms", async () => {
    const { url } = await serve(name);
    const script = `${url}/socket.io/socket.io.js`;
    const first = await fetch(script);
    expect(first.status).toBe(200);
    expect(first.headers.get("content-type")).toMatch(/^application\/javascript/);
    expect(first.headers.get("cache-control")).toBe("public, max-age=0");
    const tag = first.headers.get("etag") ?? "";
    expect(tag).toMatch(/^"[^"]+"$/);
    for (const condition of [tag, `W/${tag}`, `"other", W/${tag}`]) {
      const again = await fetch(script, { headers: { "If-None-Match": condition } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
    }
    const changed = await fetch(script, { headers: { "If-None-Match": '"other"' } });
    expect([changed.status, (await changed.text()).length]).toEqual([200, (await first.text()).length]);
  });

  test("serves the source map of the client as JSON", async () => {
    const { url } = await serve(name);
    const map = await fetch(`${url}/socket.io/socket.io.js.map`);
    expect(map.headers.get("content-type")).toMatch(/^application\/json/);
    expect(JSON.parse(await map.text())).toMatchObject({ version: 3 });
  });

  test("serves the client below its own path, and not at all where that is not wanted", async () => {
    const moved = await serve(name, { path: "/myownpath" });
    const without = await serve(name, { serveClient: false });
    answerOthers(without.http);
    expect((await fetch(`${moved.url}/myownpath/socket.io.js`)).status).toBe(200);
    const refused = await fetch(`${without.url}/socket.io/socket.io.js`);
    expect(refused.ok).toBe(false);
    expect(refused.headers.get("content-type")).not.toMatch(/javascript/);
  });

  test("the middlewares of the main namespace run in their order, and the last one lets in", async () => {
    const served = await serve(name);
    const order: number[] = [];
    for (const number of [1, 2, 3]) {
      served.io.use((_socket, next) => {
        order.push(number);
        setTimeout(next, 5);
      });
    }
    const there = serverSocket(served.io).then(() => order.push(4));
    await connected(connect("our client", served.url));
    await there;
    expect(order).toEqual([1, 2, 3, 4]);
  });
});

/** Whoever else serves on the HTTP server. */
function answerOthers(http: Server): void {
  http.on("request", (_request, response) => {
    if (!response.headersSent) response.writeHead(404).end();
  });
}
