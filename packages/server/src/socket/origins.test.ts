// Rules of `origins`, as option and as method: which pages may open a session, by host and port.
import { createFakePlatform, FakeExchange } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import type { Origins } from "./origins.ts";
import { SocketServer } from "./server.ts";

const FORBIDDEN = '403 {"code":4,"message":"Forbidden"}';

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A server, and what a handshake is answered that comes from a page. */
function createServer(options: Partial<ServerOptions> = {}) {
  const io = new ServerInMemory(options, createFakePlatform());
  const answer = (headers: Record<string, string>): string | undefined => {
    const before = io.door.clientsCount;
    const exchange = new FakeExchange("/socket.io/?EIO=3&transport=polling", { headers });
    io.door.handleRequest(exchange);
    return io.door.clientsCount > before ? "welcome" : exchange.outcome;
  };
  return { io, answer, from: (origin: string) => answer({ origin }) };
}

describe("a page may open a session", () => {
  it.each<readonly [Origins, string]>([
    ["*:*", "http://anywhere.example"],
    ["a.example:*", "http://a.example"],
    ["a.example:*", "https://a.example:8080"],
    ["a.example:8080", "http://a.example:8080"],
    ["a.example:80", "http://a.example"],
    ["a.example:443", "https://a.example"],
    ["*:8080", "http://anywhere.example:8080"],
    ["http://a.example:8080", "http://a.example:8080"],
    ["http://a.example:*", "http://a.example"],
    ["http://a.example", "http://a.example"],
    ["b.example:* a.example:80", "http://a.example"],
    [["b.example:*", "a.example:80"], "http://a.example"],
    [(origin, decide) => decide(null, origin === "http://a.example"), "http://a.example"],
  ])("where %s is for %s", (origins, origin) => {
    expect(createServer({ origins }).from(origin)).toBe("welcome");
  });

  it.each<readonly [Origins, string]>([
    ["a.example:*", "http://b.example"],
    ["a.example:8080", "http://a.example"],
    ["not-a.example:*", "http://a.example"],
    ["*:443", "http://a.example"],
    ["a.example", "http://a.example"],
    ["", "http://a.example"],
    ["a.example:*", "no origin"],
    [[], "http://a.example"],
    [(_, decide) => decide(null, false), "http://a.example"],
  ])("but not where %s is not for %s", (origins, origin) => {
    expect(createServer({ origins }).from(origin)).toBe(FORBIDDEN);
  });

  it("and learns why not, where a function says it", () => {
    const { from } = createServer({ origins: (_, decide) => decide("not from there", false) });
    expect(from("http://a.example")).toBe('403 {"code":4,"message":"not from there"}');
  });
});

describe("a request that tells no origin", () => {
  it("passes where everybody does", () => {
    expect(createServer({ origins: "*:*" }).answer({})).toBe("welcome");
  });

  it("does not pass a list", () => {
    expect(createServer({ origins: "a.example:*" }).answer({})).toBe(FORBIDDEN);
  });

  it("is a star to a function", () => {
    const origins = vi.fn<Extract<Origins, (...args: never[]) => void>>((_, decide) => decide(null, true));
    const answer = createServer({ origins }).answer({});
    expect([answer, origins.mock.calls[0]?.[0]]).toEqual(["welcome", "*"]);
  });

  it("tells it by its referer", () => {
    expect(createServer({ origins: "a.example:*" }).answer({ referer: "http://a.example/page" })).toBe("welcome");
  });
});

describe("origins()", () => {
  it("gives what was set, and everybody by default", () => {
    const { io } = createServer();
    expect([io.origins(), io.origins("a.example:*"), io.origins()]).toEqual(["*:*", io, "a.example:*"]);
  });

  it("counts for clients to come, each time it is called", () => {
    const { io, from } = createServer();
    const answers = (["a.example:*", "b.example:*", "*:*"] as const).map((origins) => {
      io.origins(origins);
      return from("http://a.example");
    });
    expect(answers).toEqual(["welcome", FORBIDDEN, "welcome"]);
  });
});

describe("pages that may open a session", () => {
  it.each<readonly [Partial<ServerOptions>, ServerOptions["cors"]]>([
    [{ origins: "a.example:*" }, { origin: true, credentials: true }],
    [{ origins: "a.example:*", cors: { origin: "http://a.example" } }, { origin: "http://a.example" }],
    [{ origins: "a.example:*", compat: 2 }, false],
    [{}, false],
  ])("may read its answers, unless the program says otherwise: %s", (options, cors) => {
    expect(createServer(options).io.engine.options.cors).toEqual(cors);
  });

  it("are those that `allowedOrigins` lists, where both are given", () => {
    const { from } = createServer({ origins: "a.example:*", allowedOrigins: "http://b.example" });
    expect([from("http://a.example"), from("http://b.example")]).toEqual([FORBIDDEN, "welcome"]);
  });
});
