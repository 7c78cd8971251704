// Namespaces share a connection unless a program says otherwise, and what the calls of `io` have in common.
// Place in the flow: the client's `io` over real connections, ours and official on either side.

import { describe, expect, test } from "vitest";
import { clientOf, OUR_CLIENT_PAIRS, OUR_CLIENTS, PAIRS, revisionOf } from "./cast.ts";
import { connect, connected, once, serve, serverSocket, until } from "./stage.ts";

const OWN_CONNECTION: readonly object[] = [{ forceNew: true }, { multiplex: false }, { "force new connection": true }];

describe.each(PAIRS)("%s with %s", (client, server) => {
  test("namespaces of one server share one connection, opened in one turn", async () => {
    const served = await serve(server);
    const atServer = Promise.all([serverSocket(served.io), serverSocket(served.io, "/admin")]);
    const [root, admin] = [connect(client, served.url), connect(client, `${served.url}/admin`)];
    await connected(root, admin);
    const [rootThere, adminThere] = await atServer;
    expect(root.io).toBe(admin.io);
    expect(rootThere.conn.id).toBe(adminThere.conn.id);
    await until(() => root.io.engine.transport.name === "websocket", "the upgrade");
    expect(served.requests.filter(({ isWebSocket }) => isWebSocket)).toHaveLength(1);
    expect(served.requests.filter(({ query }) => query["sid"] === undefined)).toHaveLength(1);
    expect(served.sessions).toBe(1);
  });

  test.each(OWN_CONNECTION)("%o opens a connection of its own", async (options) => {
    const served = await serve(server);
    served.io.of("/admin");
    const [root, admin] = [connect(client, served.url), connect(client, `${served.url}/admin`, options)];
    await connected(root, admin);
    expect(root.io).not.toBe(admin.io);
    expect(root.io.engine.id).not.toBe(admin.io.engine.id);
    expect(served.sessions).toBe(2);
  });

  test("the same namespace twice opens two connections, of which the first is shared on", async () => {
    const served = await serve(server);
    served.io.of("/admin");
    const [first, second] = [connect(client, served.url), connect(client, served.url)];
    const third = connect(client, `${served.url}/admin`);
    await connected(first, second, third);
    expect([first.io === second.io, first.io === third.io, served.sessions]).toEqual([false, true, 2]);
  });

  test("a namespace that was closed is opened again on a connection of its own", async () => {
    const served = await serve(server);
    const first = connect(client, served.url);
    await connected(first);
    first.close();
    const again = connect(client, served.url);
    await connected(again);
    expect([again.io === first.io, first.connected, again.connected]).toEqual([false, false, true]);
  });

  test("a socket that is closed leaves the connection to the others; the last one ends it", async () => {
    const served = await serve(server);
    served.io.of("/admin");
    const [root, admin] = [connect(client, served.url), connect(client, `${served.url}/admin`)];
    await connected(root, admin);
    const { engine } = root.io;
    root.disconnect();
    const answered = once(admin, "still");
    served.io.of("/admin").emit("still");
    await answered;
    expect([admin.connected, engine.readyState]).toEqual([true, "open"]);
    admin.disconnect();
    await until(() => engine.readyState === "closed", "the end of the connection");
  });
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s", (client, server) => {
  test("ids of sockets follow the generation of the server", async () => {
    const { io, url } = await serve(server);
    io.of("/admin");
    const [root, admin] = [connect(client, url), connect(client, `${url}/admin`)];
    await connected(root, admin);
    const isOfConnection = [root.id === root.io.engine.id, admin.id === `/admin#${root.io.engine.id}`];
    expect(isOfConnection).toEqual(revisionOf(client, server) === 3 ? [true, true] : [false, false]);
  });
});

describe.each(OUR_CLIENTS)("%s", (client) => {
  test("the default port and a written one name the same connection, whose key has the port", () => {
    const options = { autoConnect: false };
    const io = clientOf(client);
    const pairs = [
      ["http://one.example", "http://one.example:80/x", "http://one.example:80"],
      ["https://one.example", "https://one.example:443/x", "https://one.example:443"],
    ] as const;
    for (const [bare, written, key] of pairs) {
      expect(io(bare, options).io).toBe(io(written, options).io);
      expect(Object.keys(io.managers)).toContain(key);
    }
  });

  test("another port, and another path of requests, are other connections", () => {
    const io = clientOf(client);
    const first = io("http://two.example:1000", { autoConnect: false });
    const port = io("http://two.example:1001/x", { autoConnect: false });
    const path = io("http://two.example:1000/x", { autoConnect: false, path: "/other" });
    const same = io("http://two.example:1000/x", { autoConnect: false });
    expect([port.io === first.io, path.io === first.io, same.io === first.io]).toEqual([false, false, true]);
  });

  test.each(OWN_CONNECTION)("a connection made with %o is not among those that are kept", (options) => {
    const io = clientOf(client);
    const own = io("http://three.example", { autoConnect: false, ...options });
    expect(Object.values(io.managers)).not.toContain(own.io);
  });

  test("a connection that is shared keeps the options of the first call; a socket's own are those of its call", async () => {
    const served = await serve("our server");
    const admin = serverSocket(served.io, "/admin");
    const first = connect(client, served.url, { query: { call: "first" } });
    const second = connect(client, `${served.url}/admin`, { query: { call: "second" }, auth: { token: "second" } });
    await connected(first, second);
    expect(first.io).toBe(second.io);
    expect(served.requests.every(({ query }) => query["call"] === "first")).toBe(true);
    const { handshake } = await admin;
    expect([handshake.auth?.["token"], handshake.auth?.["call"]]).toContain("second");
  });
});
