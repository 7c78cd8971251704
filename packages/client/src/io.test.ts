import { describe, expect, test } from "vitest";
import { createFakePlatform } from "../test-support/fake-platform.ts";
import { type Connect, createIo } from "./io.ts";
import { Manager } from "./manager.ts";

function createConnect(): {
  readonly io: Connect;
  readonly platform: ReturnType<typeof createFakePlatform>;
  readonly managers: Record<string, Manager>;
} {
  const platform = createFakePlatform();
  const createManager = (uri: string, options: object): Manager => new Manager(platform, uri, options);
  const managers: Record<string, Manager> = {};
  return { io: createIo({ page: platform.page, createManager, managers }), platform, managers };
}

const URL = "http://h:3000";

describe("io", () => {
  test("gives namespaces of one server one connection", () => {
    const { io, platform } = createConnect();
    const [main, admin] = [io(URL), io(`${URL}/admin`)];
    expect([main.io === admin.io, main.nsp, admin.nsp, platform.requests.length]).toEqual([true, "/", "/admin", 1]);
  });

  test("gives the same namespace twice two connections, of which the first one is shared on", () => {
    const { io } = createConnect();
    const [a, b, c] = [io(URL), io(URL), io(`${URL}/x`)];
    expect([a.io === b.io, a.io === c.io]).toEqual([false, true]);
  });

  test.each([{ forceNew: true }, { multiplex: false }, { "force new connection": true }])(
    "gives a connection of its own for %o",
    (options) => {
      const { io } = createConnect();
      const first = io(URL);
      const own = io(`${URL}/x`, options);
      const shared = io(`${URL}/x`);
      expect([own.io === first.io, shared.io === first.io]).toEqual([false, true]);
    },
  );

  test("does not share a connection of its own", () => {
    const { io } = createConnect();
    const own = io(URL, { forceNew: true });
    expect(io(`${URL}/x`).io).not.toBe(own.io);
  });

  test.each([
    ["port", "http://h:3001", {}],
    ["scheme", "https://h:3000", {}],
    ["path", URL, { path: "/other" }],
  ])("gives another %s another connection", (_rule, url, options) => {
    const { io } = createConnect();
    const first = io(URL);
    expect(io(`${url}/x`, options).io).not.toBe(first.io);
  });

  test("does not keep a manager that was closed, until it opens again", () => {
    const { io } = createConnect();
    const first = io(URL);
    first.disconnect();
    const second = io(URL);
    expect([second.io === first.io, io(`${URL}/x`).io === second.io]).toEqual([false, true]);
    second.io.close();
    first.connect();
    expect(io(`${URL}/y`).io).toBe(first.io);
    second.connect();
    second.io.close();
    expect(io(`${URL}/z`).io).toBe(first.io);
  });

  test("keeps managers by scheme, host and port, and by another path without its last slash", () => {
    const { io, managers } = createConnect();
    const [usual, other] = [io("http://h"), io("http://h", { path: "/mine/" })];
    expect(managers).toEqual({ "http://h:80": usual.io, "http://h:80/mine": other.io });
    expect(io("http://h/x", { path: "/mine" }).io).toBe(other.io);
  });

  test("makes another connection once the program has dropped the one that is kept", () => {
    const { io, managers } = createConnect();
    const first = io(URL);
    delete managers[URL];
    expect(io(`${URL}/x`).io).not.toBe(first.io);
  });

  test("takes the port of a scheme for granted", () => {
    const { io } = createConnect();
    expect(io("http://h").io).toBe(io("http://h:80/x").io);
  });

  test("takes options in place of a URL, and the page's address", () => {
    const { io, platform } = createConnect();
    platform.location = { protocol: "https:", host: "page:8443" };
    const socket = io({ path: "/mine" });
    expect(platform.requests[0]?.request.url).toContain("https://page:8443/mine/?");
    expect(socket.io.opts).toEqual({ path: "/mine" });
  });

  test("without a page needs a URL", () => {
    const { io } = createConnect();
    expect(() => io()).toThrow("without a page");
  });

  test("keeps the program's options as they are, and uses them live", () => {
    const { io } = createConnect();
    const options = Object.freeze({ query: { a: "1" } });
    expect(io(`${URL}/?b=2`, options).io.opts).toBe(options);
  });

  test("sends the query of its URL with every request", () => {
    const { io, platform } = createConnect();
    const socket = io(`${URL}/admin?token=abc`);
    expect(platform.requests[0]?.request.url).toContain("/socket.io/?token=abc&EIO=4");
    expect(socket.io.opts.query).toBe("token=abc");
  });
});
