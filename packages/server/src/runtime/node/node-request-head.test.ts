// Rules of what is kept of a request of node:http, and of the request that is made of it.
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect, Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeRequestHead } from "./node-request-head.ts";

const HEADERS = [
  ["Host", "a.example"],
  ["Cookie", "a=1"],
  ["X-Token", "7"],
  ["cookie", "b=2"],
  ["Host", "b.example"],
  ["x-token", "8"],
  ["Set-Cookie", "c"],
  ["Connection", "close"],
] as const;

const server = createServer();

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Sends a request to a real server of Node. */
function receive(target: string): Promise<IncomingMessage> {
  const head = [`GET ${target} HTTP/1.1`, ...HEADERS.map(([name, value]) => `${name}: ${value}`)];
  connect(portOf(server.address()), "127.0.0.1").end(`${head.join("\r\n")}\r\n\r\n`);
  return new Promise((resolve) => {
    server.once("request", (req, res) => {
      resolve(req);
      res.end();
    });
  });
}

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

describe("a request that is kept", () => {
  it("is made anew as Node had made it", async () => {
    const req = await receive("/x/?EIO=4&token=a%20b");
    const kept = new NodeRequestHead(req).keep();
    const made = kept.native?.req;
    expect(made).not.toBe(req);
    expect(made).toBeInstanceOf(IncomingMessage);
    expect(made).toMatchObject({
      method: "GET",
      url: "/x/?EIO=4&token=a%20b",
      httpVersion: "1.1",
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      headers: req.headers,
      rawHeaders: req.rawHeaders,
      _query: { EIO: "4", token: "a b" },
    });
    expect(Reflect.get(Object(made), "socket")).toBe(req.socket);
  });

  it("is the request itself until it is answered, and shows the answer", async () => {
    const req = await receive("/x/?EIO=4");
    const head = new NodeRequestHead(req, new ServerResponse(req));
    const kept = head.keep();
    expect(kept.native?.req).toBe(req);
    expect(Reflect.get(req, "res")).toBeInstanceOf(ServerResponse);
    head.answered();
    expect([kept.native?.req === req, Reflect.get(req, "res")]).toEqual([false, undefined]);
  });

  it("tells what the request told", async () => {
    const head = new NodeRequestHead(await receive("/x/?EIO=4"));
    const facts = [head, head.keep()].map((one) => [
      one.method,
      one.target,
      one.remoteAddress,
      one.secure,
      one.header("x-token"),
      one.header("set-cookie"),
      one.header("none"),
    ]);
    expect(facts[1]).toEqual(facts[0]);
    expect(head.keep().headers()).toEqual(head.headers());
  });
});

describe("a session that moves to another connection", () => {
  it("shows that one from then on, and lets go of the first", () => {
    const [first, later] = [1, 2].map(() => new NodeRequestHead(new IncomingMessage(new Socket())));
    const kept = first?.keep();
    if (later !== undefined) kept?.moveTo?.(later);
    expect(Reflect.get(Object(kept?.native?.req), "socket")).toBe(later?.socket);
  });
});

describe("a request that a program may have seen", () => {
  it("is one that somebody looked at, or left something on, or that is not of Node's own class", () => {
    const [unseen, seen, marked] = [1, 2, 3].map(() => new IncomingMessage(new Socket()));
    const foreign = new (class extends IncomingMessage {})(new Socket());
    const heads = [unseen, seen, marked, foreign].map((req = foreign) => new NodeRequestHead(req));
    expect(heads[1]?.native.req).toBe(seen);
    Reflect.set(marked ?? {}, "user", "alice");
    expect(heads.map(({ isShown }) => isShown)).toEqual([false, true, true, true]);
  });
});
