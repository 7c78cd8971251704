// Rules of handlers that fail: where their errors go by each policy, what is told of them, and that nobody else notices.
import { createTrace } from "@bowline/protocol/internal";
import { createFakePlatform, FakeClient } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { HandlerErrorReport } from "./handler-errors.ts";
import type { ServerOptions } from "./options.ts";
import { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

const MISTAKE = new Error("a handler's mistake");

/** A server whose program hears of its handlers' errors. */
function createServer(options: Partial<ServerOptions>) {
  const platform = createFakePlatform();
  const io = new ServerInMemory(options, platform);
  const reports: HandlerErrorReport[] = [];
  io.on("handler_error", (report) => reports.push(report));
  return { io, reports, platform, connect: () => new FakeClient(io.door, platform.clock) };
}

/** A client that has joined, and its socket. */
function openSocket(options: Partial<ServerOptions> = { handlerErrors: "report" }) {
  const server = createServer(options);
  const client = server.connect().join();
  const [socket] = [...server.io.sockets.sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  return { ...server, client, socket };
}

function fail(): never {
  throw MISTAKE;
}

async function failLater(): Promise<never> {
  throw MISTAKE;
}

/** Lets promises run that are due. */
async function endMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe("by default", () => {
  it("a listener that throws is uncaught, as with upstream, and no report is made of it", () => {
    const { socket, client, platform, reports } = openSocket({});
    socket.on("a", fail);
    client.send('2["a"]');
    expect([platform.uncaught, reports, client.port.closes]).toEqual([[MISTAKE], [], 0]);
  });

  it("a listener of connection that throws is uncaught", () => {
    const { io, connect, platform, reports } = createServer({});
    io.on("connection", fail);
    connect().join();
    expect([platform.uncaught, reports]).toEqual([[MISTAKE], []]);
  });

  it("a middleware that throws refuses, which a program hears of, and nothing is uncaught", () => {
    const { io, connect, platform, reports } = createServer({});
    io.use(fail);
    connect().join();
    expect([platform.uncaught, platform.warnings]).toEqual([[], []]);
    expect(reports).toMatchObject([
      { error: MISTAKE, handler: "middleware", namespace: "/", socket: { connected: false } },
    ]);
  });

  it("a middleware that throws where nobody listens is warned of", () => {
    const { io, connect, platform } = createServer({});
    io.removeAllListeners("handler_error");
    io.use(fail);
    connect().join();
    expect(platform.warnings).toEqual([
      [
        "BOWLINE_HANDLER_FAILED",
        expect.stringMatching(/^The middleware handler of namespace "\/" failed; listen for "handler_error".*mistake/),
      ],
    ]);
  });

  it("a middleware of a socket that throws refuses the event, which both listeners hear of", () => {
    const { socket, client, platform, reports } = openSocket({});
    const failed = vi.fn();
    socket.use(fail);
    socket.on("error", failed);
    client.send('2["a"]');
    expect([platform.uncaught, failed.mock.calls]).toEqual([[], [[MISTAKE]]]);
    expect(reports).toMatchObject([{ error: MISTAKE, handler: "event middleware", event: "a", namespace: "/" }]);
  });
});

describe("where errors are reported", () => {
  const FAILURES: readonly (readonly [
    what: string,
    (socket: Socket, client: FakeClient, handler: () => unknown) => void,
    expected: Partial<HandlerErrorReport>,
  ])[] = [
    [
      "listener of an event",
      (socket, client, handler) => {
        socket.on("a", handler);
        client.send('2["a"]');
      },
      { handler: "event", event: "a" },
    ],
    [
      "listener of every event",
      (socket, client, handler) => {
        socket.onAny(handler);
        client.send('2["a"]');
      },
      { handler: "event", event: "a" },
    ],
    [
      "listener of every outgoing event",
      (socket, _, handler) => {
        socket.onAnyOutgoing(handler);
        socket.emit("b");
      },
      { handler: "event", event: "b" },
    ],
    [
      "listener of disconnect",
      (socket, client, handler) => {
        socket.on("disconnect", handler);
        client.vanish();
      },
      { handler: "event", event: "disconnect" },
    ],
    [
      "callback of an acknowledgement",
      (socket, client, handler) => {
        socket.emit("ask", handler);
        client.send("30[]");
      },
      { handler: "acknowledgement" },
    ],
    [
      "callback of an acknowledgement that never came",
      (socket, client, handler) => {
        socket.timeout(1000).emit("ask", handler);
        client.vanish();
      },
      { handler: "acknowledgement" },
    ],
    [
      "listener of a middleware's refusal",
      (socket, client, handler) => {
        socket.use((_, next) => next(new Error("no")));
        socket.on("error", handler);
        client.send('2["a"]');
      },
      { handler: "event", event: "error" },
    ],
    [
      "middleware of the socket that had answered",
      (socket, client, handler) => {
        socket.use((_, next) => {
          next();
          return handler();
        });
        client.send('2["a"]');
      },
      { handler: "event middleware", event: "a" },
    ],
  ];

  it.each(FAILURES)("a %s that throws is told once, with its socket", (_, bringAbout, expected) => {
    const { socket, client, platform, reports } = openSocket();
    bringAbout(socket, client, fail);
    expect(reports).toEqual([{ error: MISTAKE, namespace: "/", socket, ...expected }]);
    expect([platform.uncaught, platform.warnings]).toEqual([[], []]);
  });

  it.each(FAILURES)("a %s that rejects is told once, with its socket", async (_, bringAbout, expected) => {
    const { socket, client, platform, reports } = openSocket();
    bringAbout(socket, client, failLater);
    await endMicrotasks();
    expect(reports).toEqual([{ error: MISTAKE, namespace: "/", socket, ...expected }]);
    expect([platform.uncaught, platform.warnings]).toEqual([[], []]);
  });

  it.each([fail, failLater])("a listener of connection that fails is told, and the client is in", async (handler) => {
    const { io, connect, reports, platform } = createServer({ handlerErrors: "report" });
    io.of("/desk").on("connection", handler);
    connect().join("/desk");
    await endMicrotasks();
    const [socket] = [...io.of("/desk").sockets.values()];
    expect(reports).toEqual([{ error: MISTAKE, handler: "connection", namespace: "/desk", socket }]);
    expect([platform.uncaught, socket?.connected]).toEqual([[], true]);
  });

  it("a listener that throws keeps nothing from those behind it", () => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    socket.onAny(fail);
    socket.on("a", fail);
    socket.on("a", heard);
    client.send('2["a",1]');
    expect(heard.mock.calls).toEqual([[1]]);
  });

  it("a listener that is to run once runs once", () => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    socket.once("a", heard);
    client.send('2["a",1]', '2["a",2]');
    expect(heard.mock.calls).toEqual([[1]]);
  });

  it("a warning tells of it where nobody listens for reports", () => {
    const { io, socket, client, platform } = openSocket();
    io.removeAllListeners("handler_error");
    socket.on("a", fail);
    client.send('2["a"]');
    expect([platform.uncaught, platform.warnings]).toEqual([
      [],
      [["BOWLINE_HANDLER_FAILED", expect.stringContaining('The event handler "a" of namespace "/" failed')]],
    ]);
  });

  it("a listener for reports that fails itself is uncaught", () => {
    const { io, socket, client, platform } = openSocket();
    const second = new Error("a mistake in the report");
    io.on("handler_error", () => {
      throw second;
    });
    socket.on("a", fail);
    client.send('2["a"]');
    expect(platform.uncaught).toEqual([second]);
  });
});

it("there are no other policies", () => {
  const options: object = { handlerErrors: "ignore" };
  expect(() => createServer(options)).toThrow(TypeError);
});

describe("the trace point of failures", () => {
  it("is told the error and where it came from, and not the socket, which says too much", () => {
    const publish = vi.fn();
    const trace = createTrace((name) => ({ hasSubscribers: name === "bowline:handler.failed", publish }));
    const platform = { ...createFakePlatform(), trace };
    const io = new ServerInMemory({ handlerErrors: "report" }, platform);
    io.on("handler_error", () => undefined);
    io.on("connection", (socket) => void socket.on("order", fail));
    new FakeClient(io.door, platform.clock).join().send('2["order"]');
    expect(publish.mock.calls).toEqual([
      [{ code: "BOWLINE_HANDLER_FAILED", error: MISTAKE, handler: "event", namespace: "/", event: "order" }],
    ]);
  });
});
