// Calling `io`: its two arguments, the forms of a URL, and what comes back.
// Place in the flow: the client's `io`; where the network shows it, over real connections.

import { createServer } from "node:http";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { clientOf, OUR_CLIENT_PAIRS, OUR_CLIENTS, PAIRS, revisionOf } from "./cast.ts";
import { connect, connected, leaveAtEnd, once, serve, serverSocket, until, watchRequests } from "./stage.ts";

const SILENT = { autoConnect: false, forceNew: true };

/** Has a page's address, as browsers and workers do. */
function onPage(address: string): void {
  Object.defineProperty(globalThis, "location", { value: new URL(address), configurable: true });
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, "location");
});

describe.each(OUR_CLIENTS)("%s", (client) => {
  const io = clientOf(client);

  test("takes no argument, a URL, options, or both, and gives a socket each time", () => {
    onPage("http://four.example/page");
    const sockets = [io(), io("http://four.example"), io(SILENT), io("http://four.example", SILENT)];
    for (const socket of sockets) {
      leaveAtEnd(socket);
      expect(socket).toBeInstanceOf(io.Socket);
    }
    expect(sockets[2]?.io.opts).toMatchObject(SILENT);
  });

  test("gives a socket with the methods and fields that programs use", () => {
    const socket = io("http://five.example", SILENT);
    expect(socket).toMatchObject({ connected: false, nsp: "/" });
    for (const method of ["on", "emit", "open", "close"]) expect(Reflect.get(socket, method)).toBeTypeOf("function");
    expect(socket.io).toBeInstanceOf(io.Manager);
    expect(socket.id).toBeUndefined();
  });

  test("without a URL connects to the origin of the page, not to its path and query", async () => {
    const http = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    const requests = watchRequests(http);
    const address = http.address();
    const port = typeof address === "object" ? address?.port : 0;
    onPage(`http://127.0.0.1:${port}/p/q?x=1`);
    const socket = leaveAtEnd(io({ forceNew: true, reconnection: false }));
    await once(socket, "connect_error");
    expect([socket.nsp, requests[0]?.path, requests[0]?.query["x"]]).toEqual(["/", "/socket.io/", undefined]);
  });

  test.each([[undefined], ["/admin"], ["//host.example/admin"]])(
    "outside a browser %s is refused with a text that asks for a URL",
    (url) => {
      expect(() => io(url, SILENT)).toThrow(/the URL has to name the server/);
    },
  );

  test.each([
    ["http://six.example/admin", "/admin", "http://six.example:80"],
    ["https://six.example/admin", "/admin", "https://six.example:443"],
    ["ws://six.example/admin", "/admin", "ws://six.example:80"],
    ["wss://six.example/admin", "/admin", "wss://six.example:443"],
    ["//six.example/admin", "/admin", "https://six.example:443"],
    ["/admin", "/admin", "https://page.example:8443"],
    ["six.example:9000/admin", "/admin", "https://six.example:9000"],
    ["http://[::1]:9000/admin", "/admin", "http://[::1]:9000"],
    ["http://six.example", "/", "http://six.example:80"],
    ["http://six.example/", "/", "http://six.example:80"],
  ])("on a page %s is the namespace %s of %s", (url, namespace, key) => {
    onPage("https://page.example:8443/p/q?x=1");
    const before = { ...io.managers };
    for (const name of Object.keys(before)) delete io.managers[name];
    const socket = io(url, { autoConnect: false });
    expect([socket.nsp, Object.keys(io.managers)]).toEqual([namespace, [key]]);
  });

  test("without a page a URL without scheme is one of https", () => {
    io("seven.example:9000/admin", { autoConnect: false });
    expect(Object.keys(io.managers)).toContain("https://seven.example:9000");
  });

  test("connects to an IPv6 address, whose brackets stay in the request", async () => {
    const served = await serve("our server");
    const http = createServer();
    served.io.attach(http);
    const requests = watchRequests(http);
    await new Promise<void>((resolve) => {
      http.listen(0, "::1", resolve);
    });
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    const address = http.address();
    const port = typeof address === "object" ? address?.port : 0;
    await connected(connect(client, `http://[::1]:${port}`));
    expect(requests[0]?.headers.host).toBe(`[::1]:${port}`);
  });

  test.each([["http"], ["ws"]])("%s:// is a connection without TLS, over polling and WebSocket", async (scheme) => {
    const served = await serve("our server");
    const socket = connect(client, served.url.replace("http", scheme));
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
    expect(served.requests[0]?.isWebSocket).toBe(false);
  });

  test("a manager is made with and without new", () => {
    const made = new io.Manager("http://eight.example", { autoConnect: false });
    const called = io.Manager("http://eight.example", { autoConnect: false });
    for (const manager of [made, called]) {
      expect(manager).toBeInstanceOf(io.Manager);
      expect(manager.socket("/x").nsp).toBe("/x");
    }
  });

  test("a manager has the options that a program of 2.x gave it, at itself and its engine", async () => {
    const served = await serve("our server", { path: "/mine" });
    const options = {
      path: "/mine",
      reconnection: false,
      reconnectionAttempts: 3,
      reconnectionDelay: 11,
      reconnectionDelayMax: 12,
      randomizationFactor: 0.25,
      timeout: 4000,
      query: { token: "abc" },
      transports: ["polling"],
      upgrade: false,
      forceBase64: true,
      timestampParam: "stamp",
      extraHeaders: { "x-mine": "yes" },
    };
    const socket = connect(client, served.url, options);
    await connected(socket);
    expect(socket.io.opts).toMatchObject(options);
    const { io: manager } = socket;
    const settings = [
      manager.reconnection(),
      manager.reconnectionAttempts(),
      manager.reconnectionDelay(),
      manager.reconnectionDelayMax(),
      manager.timeout(),
    ];
    expect(settings).toEqual([false, 3, 11, 12, 4000]);
    expect(served.requests[0]).toMatchObject({ query: { token: "abc", b64: "1" }, headers: { "x-mine": "yes" } });
    expect(served.requests[0]?.query["stamp"]).toBeTypeOf("string");
    expect(served.requests.some(({ isWebSocket }) => isWebSocket)).toBe(false);
  });

  test("options of old browsers and of other surroundings do no harm", async () => {
    const served = await serve("our server");
    const socket = connect(client, served.url, {
      ...{ agent: false, enablesXDR: true, enableXDR: true, forceJSONP: true, forceNode: true, jsonp: true },
      ...{ onlyBinaryUpgrades: true, policyPort: 843, localAddress: undefined, protocols: [] },
      ...{ rememberUpgrade: false, timestampRequests: true, perMessageDeflate: { threshold: 1024 } },
    });
    await connected(socket);
    await until(() => socket.io.engine.transport.name === "websocket", "the upgrade");
    expect(socket.connected).toBe(true);
  });
});

describe.each(PAIRS)("%s with %s", (client, server) => {
  test("the path of the URL is the namespace, which no request names", async () => {
    const { io, url, requests } = await serve(server);
    const there: string[] = [];
    io.of("/").on("connection", () => there.push("/"));
    const users = serverSocket(io, "/users");
    const socket = connect(client, `${url}/users`);
    await connected(socket);
    expect([socket.nsp, (await users).nsp.name]).toEqual(["/users", "/users"]);
    expect(requests.map(({ path }) => path)).not.toContain("/users");
    expect(new Set(requests.map(({ path }) => path))).toEqual(new Set(["/socket.io/"]));
    // Connections of 2.x are in the main namespace before they are in another; those of 4.x are only where they ask to be.
    expect(there).toEqual(revisionOf(client, server) === 3 ? ["/"] : []);
  });
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s", (client, server) => {
  test("the revision that is spoken is told by each connection, whatever the client calls its own", async () => {
    const { io, url } = await serve(server);
    const there = serverSocket(io);
    const socket = connect(client, url);
    await connected(socket);
    const revision = revisionOf(client, server);
    expect(socket.io.engine.protocol).toBe(revision);
    expect((await there).conn.protocol ?? 3).toBe(revision);
    expect(clientOf(client).protocol).toBe(client === "our client" ? 5 : 4);
  });
});

describe.each([...OUR_CLIENTS, "client 2.5"] as const)("%s", (client) => {
  test("the revision is a whole number at the function itself", () => {
    expect(clientOf(client).protocol).toBe(client === "our client" ? 5 : 4);
  });
});
