// The path of requests, and that a namespace travels in the payload only.
// Place in the flow: client and server over real connections, ours and official on either side.

import { createServer } from "node:http";
import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { OUR_SERVERS, PAIRS, revisionOf, serverOf } from "./cast.ts";
import { connect, connected, once, serve, serverSocket, until } from "./stage.ts";

describe.each(PAIRS)("%s with %s", (client, server) => {
  test.each(["/myownpath", "/myownpath/"])(
    "path %s: requests go there, with a slash before the query",
    async (path) => {
      const served = await serve(server, { path: "/myownpath" });
      const socket = connect(client, served.url, { path });
      await connected(socket);
      await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
      expect(new Set(served.requests.map((request) => request.path))).toEqual(new Set(["/myownpath/"]));
      const [first, ...later] = served.requests;
      expect(first).toMatchObject({ method: "GET", query: { transport: "polling" } });
      expect(first?.query["sid"]).toBeUndefined();
      expect(later.every(({ query }) => query["sid"] === socket.io.engine.id)).toBe(true);
    },
  );

  test("another path with a namespace: the path is that of the requests, the namespace that of the socket", async () => {
    const served = await serve(server, { path: "/mypath" });
    const there = serverSocket(served.io, "/admin");
    const socket = connect(client, `${served.url}/admin`, { path: "/mypath" });
    await connected(socket);
    expect([socket.nsp, (await there).nsp.name]).toEqual(["/admin", "/admin"]);
    expect(new Set(served.requests.map(({ path }) => path))).toEqual(new Set(["/mypath/"]));
  });

  test("requests have the parameters of the revision, and the upgrade those of WebSocket", async () => {
    const served = await serve(server);
    const socket = connect(client, served.url);
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
    const revision = String(revisionOf(client, server));
    const [, ...known] = served.requests;
    expect(known.map(({ query }) => query["EIO"])).toEqual(known.map(() => revision));
    expect(served.requests.find(({ isWebSocket }) => isWebSocket)?.query).toMatchObject({
      EIO: revision,
      transport: "websocket",
      sid: socket.io.engine.id,
    });
  });

  test("the namespace is sent in the payload, in the words of the revision", async () => {
    const served = await serve(server);
    served.io.of("/admin");
    let wire = "";
    served.http.on("connection", (tcp: Socket) => {
      tcp.on("data", (chunk: Buffer) => {
        wire += chunk.toString("latin1");
      });
    });
    const socket = connect(client, `${served.url}/admin`, { transports: ["polling"], upgrade: false });
    await connected(socket);
    expect(wire).toContain(revisionOf(client, server) === 3 ? "\r\n\r\n9:40/admin" : "\r\n\r\n40/admin,");
    expect(served.requests.some(({ path, query }) => path.includes("admin") || "nsp" in query)).toBe(false);
  });

  test("where the paths differ nobody connects, and the client tries again", async () => {
    const served = await serve(server, { path: "/one" });
    served.http.on("request", (request, response) => {
      if (request.url?.startsWith("/other") === true) response.writeHead(404).end();
    });
    const socket = connect(client, served.url, { path: "/other" });
    await once(socket, "connect_error");
    await once(socket, "connect_error");
    expect([socket.connected, served.sessions]).toEqual([false, 0]);
  });
});

describe.each(OUR_SERVERS)("%s", (server) => {
  test("is made with options only, and leaves other paths to whoever serves them", async () => {
    const http = createServer((request, response) => response.writeHead(418).end(request.url));
    const io = serverOf(server)({ path: "/myownpath" });
    io.attach(http);
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(async () => {
      http.closeAllConnections();
      await io.close();
    });
    const address = http.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const theirs = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    const ours = await fetch(`${url}/myownpath/?EIO=4&transport=polling`);
    expect([theirs.status, await theirs.text()]).toEqual([418, "/socket.io/?EIO=4&transport=polling"]);
    expect(ours.status).toBe(200);
  });
});
