// Rules of a socket's middlewares: which events pass, what they carry, and who is told of those that do not.
import { createFakePlatform, FakeClient, type FakeClientOptions } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Next } from "./middleware.ts";
import { SocketServer } from "./server.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});
}

/** A socket in a namespace and its client at the other end. */
function openSocket(namespace = "/", options: FakeClientOptions = {}) {
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  io.of(namespace);
  const client = new FakeClient(io.door, platform.clock, options);
  if (namespace !== "/" || options.protocol !== 3) client.join(namespace);
  const [socket] = [...io.of(namespace).sockets.values()];
  if (socket === undefined) throw new Error("Cannot open the socket: the namespace refused it");
  return { io, platform, clock: platform.clock, client, socket, uncaught: platform.uncaught };
}

describe("socket.use", () => {
  it("has every event pass, with its name, arguments and ack", () => {
    const { socket, client } = openSocket();
    const seen: unknown[] = [];
    const heard = vi.fn();
    socket.use(([event, ...args], next) => {
      seen.push([event, ...args.map((arg) => typeof arg)]);
      next();
    });
    socket.on("a", heard);
    client.send('27["a",1]');
    expect([seen, heard.mock.calls.length]).toEqual([[["a", "number", "function"]], 1]);
  });

  it("may change the arguments, also later", () => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    const waiting: (() => void)[] = [];
    socket.use((event, next) => {
      event[1] = "changed";
      waiting.push(next);
    });
    socket.on("a", heard);
    client.send('2["a",1]');
    expect(heard).not.toHaveBeenCalled();
    waiting[0]?.();
    expect(heard.mock.calls).toEqual([["changed"]]);
  });

  it("refuses into the error event, and the event is not heard", () => {
    const { socket, client } = openSocket();
    const [heard, failed] = [vi.fn(), vi.fn()];
    const refusal = new Error("no");
    socket.use((_, next) => next(refusal));
    socket.on("a", heard);
    socket.on("error", failed);
    client.send('2["a"]');
    expect([heard.mock.calls, failed.mock.calls, client.take()]).toEqual([[], [[refusal]], []]);
  });

  it("refuses without a listener for error, and nothing is thrown", () => {
    const { socket, client, uncaught } = openSocket();
    socket.use((_, next) => next(new Error("no")));
    client.send('2["a"]');
    expect([uncaught, client.port.closes]).toEqual([[], 0]);
  });

  it("reports what a listener for error throws", () => {
    const { socket, client, uncaught } = openSocket();
    const mistake = new Error("a listener's mistake");
    socket.use((_, next) => next(new Error("no")));
    socket.on("error", () => {
      throw mistake;
    });
    client.send('2["a"]');
    expect(uncaught).toEqual([mistake]);
  });

  it.each([
    ["its message", new Error("no"), '4/admin,"no"'],
    ["its data, where there is some", Object.assign(new Error("no"), { data: { code: 7 } }), '4/admin,{"code":7}'],
  ])("tells a client of generation 2 of a refusal: %s", (_, refusal, packet) => {
    const { socket, client } = openSocket("/admin", { protocol: 3 });
    const failed = vi.fn();
    socket.use((__, next) => next(refusal));
    socket.on("error", failed);
    client.send('2/admin,["a"]');
    expect([client.take(), failed.mock.calls, socket.connected]).toEqual([[packet], [[refusal]], true]);
  });

  it("tells a client of generation 4 nothing of a refusal, with data or without", () => {
    const { socket, client } = openSocket();
    socket.use((_, next) => next(Object.assign(new Error("no"), { data: { code: 7 } })));
    client.send('2["a"]', '20["a"]');
    expect([client.take(), client.port.closes]).toEqual([[], 0]);
  });

  it("tells a client of generation 2 nothing once its socket has ended", () => {
    const { socket, client } = openSocket("/", { protocol: 3 });
    const waiting: Next[] = [];
    socket.use((_, next) => void waiting.push(next));
    client.send('2["a"]', "1");
    waiting[0]?.(new Error("no"));
    expect(client.take()).toEqual([]);
  });

  it("reports a refusal that cannot be written, and the socket lives", async () => {
    const { socket, client, uncaught } = openSocket("/", { protocol: 3 });
    socket.use(async (_, next) => {
      await Promise.resolve();
      next(Object.assign(new Error("no"), { data: { code: 7n } }));
    });
    client.send('2["a"]');
    await Promise.resolve();
    await Promise.resolve();
    socket.emit("b");
    expect([uncaught, client.take()]).toEqual([[expect.any(TypeError)], ['2["b"]']]);
  });

  it("that is content after the socket has ended delivers nothing", () => {
    const { socket, client } = openSocket();
    const heard = vi.fn();
    const waiting: (() => void)[] = [];
    socket.use((_, next) => void waiting.push(next));
    socket.on("a", heard);
    client.send('2["a"]');
    client.vanish();
    waiting[0]?.();
    expect(heard).not.toHaveBeenCalled();
  });
});
