// Which connection a socket gets: how programs name the server, and what they share.
// Place: **tests** -> stage -> official packages and ours
// Rules: one script for every pairing; what the official pair does is what ours has to do.

import { describe, expect, test } from "vitest";
import { PAIRINGS, told, until, useStage } from "./stage.ts";

const OWN = [{ forceNew: true }, { multiplex: false }, { "force new connection": true }] as const;

describe.each(PAIRINGS)("$client at $server: a connection", (pairing) => {
  const stage = useStage(pairing);

  test("is shared by the namespaces of one server", async () => {
    const server = await stage.serve();
    server.raw.of("/admin");
    const main = stage.connect(server.url);
    const admin = stage.connect(`${server.url}/admin`);
    await Promise.all([told(main, "connect"), told(admin, "connect")]);
    expect(main.io).toBe(admin.io);
    expect([main.nsp, admin.nsp]).toEqual(["/", "/admin"]);
    expect(server.handshakes()).toHaveLength(1);
  });

  test.each(OWN)("of its own is made with %o", async (option) => {
    const server = await stage.serve();
    server.raw.of("/x");
    const main = stage.connect(server.url);
    const other = stage.connect(`${server.url}/x`, option);
    await Promise.all([told(main, "connect"), told(other, "connect")]);
    expect(main.io === other.io).toBe(false);
    expect(server.handshakes()).toHaveLength(2);
  });

  test("is shared where forceNew is false and multiplex is true", async () => {
    const server = await stage.serve();
    const main = stage.connect(server.url, { forceNew: false, multiplex: true, autoConnect: false });
    expect(main.io).toBe(stage.connect(`${server.url}/x`, { autoConnect: false }).io);
  });

  test("of its own is made for a namespace that has one", async () => {
    const server = await stage.serve();
    const [first, second] = [stage.connect(server.url), stage.connect(server.url)];
    await Promise.all([told(first, "connect"), told(second, "connect")]);
    expect(first.io === second.io).toBe(false);
    expect(server.handshakes()).toHaveLength(2);
  });

  test("is made for a namespace whose socket was closed before", async () => {
    const server = await stage.serve();
    const first = stage.connect(server.url);
    await told(first, "connect");
    first.disconnect();
    const second = stage.connect(server.url);
    await told(second, "connect");
    expect([first.connected, second.connected]).toEqual([false, true]);
  });

  test("stays when one of its sockets leaves, and ends with the last", async () => {
    const server = await stage.serve();
    server.raw.of("/admin");
    const main = stage.connect(server.url);
    const admin = stage.connect(`${server.url}/admin`);
    await Promise.all([told(main, "connect"), told(admin, "connect")]);
    main.disconnect();
    const { engine } = admin.io;
    expect([admin.connected, engine?.readyState]).toEqual([true, "open"]);
    admin.disconnect();
    await until(() => engine?.readyState === "closed", "the end of the connection");
  });

  test("may be named by options in the place of a URL", async () => {
    const server = await stage.serve();
    const socket = stage.manager({ hostname: "127.0.0.1", port: server.port }, {}).socket("/");
    await told(stage.keep(socket), "connect");
    expect(server.handshakes()).toHaveLength(1);
  });

  test("is made by connect as well, which is io", async () => {
    const server = await stage.serve();
    expect(stage.io.connect).toBe(stage.io);
    await told(stage.keep(stage.io.connect(server.url)), "connect");
    expect(server.handshakes()).toHaveLength(1);
  });

  test("waits for the program where autoConnect is false", async () => {
    const server = await stage.serve();
    const socket = stage.connect(server.url, { autoConnect: false });
    expect(socket.connected).toBe(false);
    expect(server.asked).toEqual([]);
    expect(socket.open()).toBe(socket);
    await told(socket, "connect");
    expect(server.handshakes()).toHaveLength(1);
  });

  test("has the port of its scheme where the URL names none", async () => {
    const host = `${(await stage.serve()).port}.example`;
    const plain = stage.connect(`http://${host}`, { autoConnect: false });
    const port = stage.connect(`http://${host}:80/x`, { autoConnect: false });
    const other = stage.connect(`http://${host}:81/x`, { autoConnect: false });
    expect([plain.io === port.io, plain.io === other.io]).toEqual([true, false]);
  });

  test("is described by the options of the first call, and its sockets by their own", async () => {
    const server = await stage.serve();
    const first = stage.connect(server.url, { autoConnect: false, reconnectionDelay: 7 });
    const second = stage.connect(`${server.url}/x`, { reconnectionDelay: 9 });
    expect([second.io === first.io, second.io.reconnectionDelay()]).toEqual([true, 7]);
  });

  test("gives its sockets by namespace, one each", async () => {
    const server = await stage.serve();
    const manager = stage.manager(server.url, { autoConnect: false });
    expect(manager.socket("/a")).toBe(manager.socket("/a"));
    expect(manager.socket("/a") === manager.socket("/b")).toBe(false);
    expect(manager.socket("/a").io).toBe(manager);
    expect(manager.socket("/a")).toBeInstanceOf(stage.io.Socket);
  });
});
