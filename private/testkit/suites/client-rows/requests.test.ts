// What a server is asked: paths, queries, headers and all the options that change a request.
// Place: **tests** -> stage -> official packages and ours
// Rules: one script for every pairing; the presence of a parameter counts, its place does not.

import { describe, expect, test } from "vitest";
import { PAIRINGS, PAIRINGS_OF_2, PAIRINGS_OF_4, told, until, useStage } from "./stage.ts";

const POLLING = { transports: ["polling"] } as const;
const WEBSOCKET = { transports: ["websocket"] } as const;

describe.each(PAIRINGS)("$client at $server: a request", (pairing) => {
  const stage = useStage(pairing);

  test.each(["/mine", "/mine/"])("goes to the path %s of the program, with a slash behind it", async (path) => {
    const server = await stage.serve({ path: "/mine" });
    server.raw.of("/admin");
    const socket = stage.connect(`${server.url}/admin`, { path });
    await told(socket, "connect");
    expect(socket.nsp).toBe("/admin");
    expect(new Set(server.asked.map((request) => request.path))).toEqual(new Set(["/mine/"]));
  });

  test("goes to /socket.io/ where the program names no path, and never has a namespace in it", async () => {
    const server = await stage.serve();
    server.raw.of("/users");
    await told(stage.connect(`${server.url}/users`), "connect");
    expect(new Set(server.asked.map(({ path }) => path))).toEqual(new Set(["/socket.io/"]));
  });

  test("to another path than the server's fails, and another attempt follows", async () => {
    const server = await stage.serve({ path: "/theirs" });
    const socket = stage.connect(server.url, { ...POLLING, path: "/mine", reconnectionDelay: 10 });
    const [error] = await told(socket, "connect_error");
    expect(error).toBeInstanceOf(Error);
    await told(socket, "connect_error");
    expect(socket.connected).toBe(false);
  });

  test("has the query of the option, as an object or as text, percent-encoded", async () => {
    const server = await stage.serve();
    const first = stage.connect(server.url, { query: { "&a": "&=?a", b: 1 } });
    const second = stage.connect(server.url, { query: "c=%26&d=2", forceNew: true });
    await Promise.all([told(first, "connect"), told(second, "connect")]);
    expect(server.asked.some(({ query }) => query.get("&a") === "&=?a" && query.get("b") === "1")).toBe(true);
    expect(server.asked.some(({ query }) => query.get("c") === "&" && query.get("d") === "2")).toBe(true);
  });

  test("has the query of the URL, which wins over the option, in every one of a session", async () => {
    const server = await stage.serve();
    const socket = stage.connect(`${server.url}?token=url`, { query: { token: "option" } });
    const accepted = server.accept();
    await told(socket, "connect");
    await until(() => server.asked.length > 2, "the requests of the session");
    expect(new Set(server.asked.map(({ query }) => query.get("token")))).toEqual(new Set(["url"]));
    expect((await accepted).handshake.query).toMatchObject({ token: "url" });
  });

  test("has no parameter of the program that belongs to the protocol", async () => {
    const server = await stage.serve();
    const query = { EIO: "9", transport: "pigeon", mine: "1" };
    await told(stage.connect(server.url, { ...POLLING, query }), "connect");
    const [first] = server.handshakes();
    expect([first?.query.get("transport"), first?.query.get("mine")]).toEqual(["polling", "1"]);
    expect(["3", "4"]).toContain(first?.query.get("EIO"));
  });

  test("of polling has a value that no cache has seen, under the program's name", async () => {
    const server = await stage.serve();
    const plain = stage.connect(server.url, POLLING);
    await told(plain, "connect");
    expect(server.asked.every(({ query }) => query.has("t"))).toBe(true);
    const named = stage.connect(server.url, { ...POLLING, forceNew: true, timestampParam: "stamp" });
    await told(named, "connect");
    expect(server.asked.at(-1)?.query.has("stamp")).toBe(true);
  });

  test("has no such value where the program says so, and of a WebSocket only where it says so", async () => {
    const server = await stage.serve();
    await told(stage.connect(server.url, { ...POLLING, timestampRequests: false }), "connect");
    expect(server.asked.some(({ query }) => query.has("t"))).toBe(false);
    await told(stage.connect(server.url, { ...WEBSOCKET, forceNew: true }), "connect");
    expect(server.asked.at(-1)?.query.has("t")).toBe(false);
    await told(stage.connect(server.url, { ...WEBSOCKET, forceNew: true, timestampRequests: true }), "connect");
    expect(server.asked.at(-1)?.query.has("t")).toBe(true);
  });

  test("says b64 where bytes have to be text, and bytes arrive all the same", async () => {
    const server = await stage.serve();
    const accepted = server.accept();
    const socket = stage.connect(server.url, { ...POLLING, forceBase64: true });
    await told(socket, "connect");
    const heard = told(socket, "bytes");
    (await accepted).emit("bytes", Buffer.from([1, 2, 255]));
    expect(await heard).toEqual([Buffer.from([1, 2, 255])]);
    expect(server.handshakes()[0]?.query.get("b64")).toBe("1");
  });

  test("carries the program's headers over polling and WebSocket", async () => {
    const server = await stage.serve();
    await told(stage.connect(server.url, { ...POLLING, extraHeaders: { "x-id": "abc" } }), "connect");
    expect(server.asked.every(({ headers }) => headers["x-id"] === "abc")).toBe(true);
    const over = { ...WEBSOCKET, forceNew: true, extraHeaders: { "x-id": "def" } };
    await told(stage.connect(server.url, over), "connect");
    expect(server.asked.at(-1)?.headers["x-id"]).toBe("def");
  });

  test("carries headers over the one transport that they were given for", async () => {
    const server = await stage.serve();
    const transportOptions = { polling: { extraHeaders: { "x-id": "abc" } } };
    const socket = stage.connect(server.url, { transportOptions });
    await told(socket, "connect");
    await until(() => server.asked.some(({ query }) => query.get("transport") === "websocket"), "the upgrade");
    const seen = server.asked.map(({ query, headers }) => `${query.get("transport")} ${headers["x-id"]}`);
    expect(new Set(seen)).toEqual(new Set(["polling abc", "websocket undefined"]));
  });

  test("is the WebSocket's alone where that is the only transport", async () => {
    const server = await stage.serve();
    await told(stage.connect(server.url, WEBSOCKET), "connect");
    expect(new Set(server.asked.map(({ query }) => query.get("transport")))).toEqual(new Set(["websocket"]));
  });

  test("is polling's alone where upgrade is false", async () => {
    const server = await stage.serve();
    const accepted = server.accept();
    const socket = stage.connect(server.url, { upgrade: false });
    await told(socket, "connect");
    const heard = told(socket, "late");
    setTimeout(() => void accepted.then((peer) => peer.emit("late")), 100);
    await heard;
    expect(new Set(server.asked.map(({ query }) => query.get("transport")))).toEqual(new Set(["polling"]));
  });

  test("of a WebSocket offers compression unless it is switched off", async () => {
    const server = await stage.serve();
    await told(stage.connect(server.url, WEBSOCKET), "connect");
    expect(server.asked.at(-1)?.headers["sec-websocket-extensions"]).toContain("permessage-deflate");
    await told(stage.connect(server.url, { ...WEBSOCKET, forceNew: true, perMessageDeflate: false }), "connect");
    expect(server.asked.at(-1)?.headers["sec-websocket-extensions"]).toBeUndefined();
  });

  test("names the WebSocket's subprotocols", async () => {
    const server = await stage.serve();
    const transportOptions = { websocket: { protocols: ["one", "two"] } };
    const socket = stage.connect(server.url, { ...WEBSOCKET, transportOptions, reconnection: false });
    await until(() => server.asked.length > 0, "the request");
    expect(server.asked[0]?.headers["sec-websocket-protocol"]?.replaceAll(" ", "")).toBe("one,two");
    socket.disconnect();
  });

  test("is not made over transports that nobody knows", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { transports: [], autoConnect: false, reconnection: false });
    const failed = told(socket, "connect_error");
    socket.connect();
    expect(String((await failed)[0])).toContain("No transports available");
    expect(server.asked).toEqual([]);
  });

  test("changes nothing for options of times past", async () => {
    const server = await stage.serve();
    const past = { enablesXDR: true, policyPort: 843, onlyBinaryUpgrades: false, forceNode: false, jsonp: true };
    const socket = stage.connect(server.url, { ...past, forceJSONP: false });
    await told(socket, "connect");
    await until(() => socket.io.engine?.transport.name === "websocket", "the upgrade");
    expect(server.handshakes()).toHaveLength(1);
  });
});

describe.each(PAIRINGS_OF_4)("$client at $server: a request of a program of 4.x", (pairing) => {
  const stage = useStage(pairing);

  test("says revision 4", async () => {
    const server = await stage.serve();
    await told(stage.connect(server.url), "connect");
    expect(new Set(server.asked.map(({ query }) => query.get("EIO")))).toEqual(new Set(["4"]));
  });

  test("has no slash behind its path where the program says so", async () => {
    const server = await stage.serve({ addTrailingSlash: false });
    await told(stage.connect(server.url, { addTrailingSlash: false }), "connect");
    expect(new Set(server.asked.map(({ path }) => path))).toEqual(new Set(["/socket.io"]));
  });

  test("never has the query of a namespace; its credentials are in the session", async () => {
    const server = await stage.serve();
    server.raw.of("/x");
    const accepted = server.accept("/x");
    await told(stage.connect(`${server.url}/x`, { auth: { token: "abc" } }), "connect");
    expect((await accepted).handshake.auth).toMatchObject({ token: "abc" });
    expect(server.asked.some(({ query }) => query.has("token"))).toBe(false);
  });

  test("asks the next transport in the same attempt where tryAllTransports is set", async () => {
    const server = await stage.serve({ transports: ["polling"] });
    const socket = stage.connect(server.url, {
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnection: false,
    });
    await told(socket, "connect");
    expect(server.handshakes().map(({ query }) => query.get("transport"))).toEqual(["websocket", "polling"]);
  });
});

describe.each(PAIRINGS_OF_2)("$client at $server: a request of a program of 2.x", (pairing) => {
  const stage = useStage(pairing);

  test("says revision 3 from the first one on", async () => {
    const server = await stage.serve();
    await told(stage.connect(server.url), "connect");
    await until(() => server.asked.length > 2, "the requests of the session");
    expect(new Set(server.asked.map(({ query }) => query.get("EIO")))).toEqual(new Set(["3"]));
  });

  test("has the query of a namespace in the session, over that of the URL", async () => {
    const server = await stage.serve();
    server.raw.of("/x");
    const accepted = server.accept("/x");
    const socket = stage.manager(server.url, { query: { a: "url" } }).socket("/x", { query: { a: "own", b: "2" } });
    await told(stage.keep(socket), "connect");
    expect((await accepted).handshake.query).toMatchObject({ a: "own", b: "2" });
  });
});

// The official clients heed this option in browsers alone.
describe.each(PAIRINGS.filter(({ client }) => client.startsWith("@")))(
  "$client at $server: a request of ours",
  (pairing) => {
    const stage = useStage(pairing);

    test("that takes longer than requestTimeout fails the connection", async () => {
      const server = await stage.serve();
      const accepted = server.accept();
      const socket = stage.connect(server.url, { ...POLLING, requestTimeout: 200, reconnection: false });
      await told(socket, "connect");
      await accepted;
      expect((await told(socket, "disconnect"))[0]).toBe("transport error");
    });
  },
);
