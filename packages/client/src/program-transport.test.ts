// Rules of transports that programs write themselves.
import { describe, expect, test } from "vitest";
import { createFakePlatform, first, having, openPacket } from "../test-support/fake-platform.ts";
import { Engine } from "./engine.ts";
import type { OutgoingMessage } from "./engine-events.ts";
import { Transport } from "./program-transport.ts";
import { parseServerUrl } from "./url.ts";

/** A transport that the test plays by hand. */
class Tunnel extends Transport {
  static last: Tunnel | undefined;
  readonly written: (readonly OutgoingMessage[])[] = [];
  isClosed = false;

  get name() {
    return "websocket" as const;
  }

  doOpen(): void {
    Tunnel.last = this;
  }

  doClose(): void {
    this.isClosed = true;
  }

  write(packets: readonly OutgoingMessage[]): void {
    this.written.push(packets);
  }

  taken(): void {
    this.writable = true;
    this.emit("drain");
  }
}

function createEngine(transports: readonly (typeof Tunnel | string)[] = [Tunnel]) {
  const platform = createFakePlatform();
  const told: unknown[] = [];
  const engine = new Engine(
    {
      platform,
      server: parseServerUrl("http://h:3000", undefined),
      options: { transports, path: "/x" },
      memory: { revision: undefined },
      first: 4,
      implied: undefined,
    },
    { opened() {}, message() {}, heartbeat() {}, failed() {}, closed() {} },
  );
  engine.on("open", () => told.push("open"));
  engine.on("message", (data) => told.push(data));
  engine.on("error", ({ message }) => told.push(`error ${message}`));
  engine.on("close", (reason) => told.push(`close ${reason}`));
  engine.open();
  platform.clock.advance(0);
  return { platform, engine, told };
}

function lastTunnel(): Tunnel {
  if (Tunnel.last === undefined) throw new Error("Cannot give the tunnel: there is none");
  return Tunnel.last;
}

function openEngine() {
  const parts = createEngine();
  const tunnel = lastTunnel();
  tunnel.onOpen();
  tunnel.onData(openPacket());
  return { ...parts, tunnel };
}

describe("a program's transport", () => {
  test("gets where to connect to, and opens the session by what it receives", () => {
    const { engine, told, tunnel } = openEngine();
    expect([told, engine.id, engine.transport.name]).toEqual([["open"], "session1", "websocket"]);
    expect(tunnel.opts).toMatchObject({ hostname: "h", port: "3000", secure: false, path: "/x" });
    expect(tunnel.query).toEqual({ EIO: "4", transport: "websocket", sid: "session1" });
    expect(tunnel.createUri("ws", tunnel.query)).toBe("ws://h:3000/x?EIO=4&transport=websocket&sid=session1");
  });

  test("is written to once it has taken what was written before", () => {
    const { platform, engine, tunnel } = openEngine();
    const taken: string[] = [];
    engine.send("a", () => taken.push("a"));
    platform.clock.advance(0);
    engine.send("b");
    platform.clock.advance(0);
    expect([tunnel.written, taken]).toEqual([[[having({ type: "message", data: "a" })]], []]);
    tunnel.taken();
    expect([tunnel.written.length, taken]).toEqual([2, ["a"]]);
  });

  test("hands over packets, encoded or not", () => {
    const { told, tunnel } = openEngine();
    tunnel.onData("4hello");
    tunnel.onPacket({ type: "message", data: "world" });
    expect(told).toEqual(["open", "hello", "world"]);
  });

  test("that receives what is no packet ends the connection", () => {
    const { told, tunnel } = openEngine();
    tunnel.onData("9");
    expect([told.slice(1), tunnel.isClosed]).toEqual([["error server error", "close transport error"], true]);
  });

  test("that fails ends the connection, and drops what it was writing", () => {
    const { platform, engine, told, tunnel } = openEngine();
    engine.send("a", () => expect.unreachable());
    platform.clock.advance(0);
    tunnel.onError("tunnel error", new Error("dug up"));
    tunnel.onClose();
    expect(told.slice(1)).toEqual(["error tunnel error", "close transport error"]);
  });

  test("that ends ends the connection", () => {
    const { told, tunnel } = openEngine();
    tunnel.onClose();
    expect(told.slice(1)).toEqual(["close transport close"]);
  });

  test("is closed with the connection", () => {
    const { engine, told, tunnel } = openEngine();
    engine.close();
    expect([tunnel.isClosed, tunnel.readyState, told.slice(1)]).toEqual([true, "closed", ["close forced close"]]);
  });

  test("that cannot connect lets the opening fail", () => {
    const { told } = createEngine();
    lastTunnel().onError("tunnel error");
    expect(told).toEqual(["error tunnel error", "close transport error"]);
  });

  test("refuses to send while it is not open", () => {
    createEngine();
    expect(() => lastTunnel().send([])).toThrow("Transport not open");
  });

  test("may be what a session moves to", () => {
    const { platform, engine } = createEngine(["polling", Tunnel]);
    first(platform.requests).answer(openPacket({ upgrades: ["websocket"] }));
    platform.clock.advance(0);
    const tunnel = lastTunnel();
    tunnel.onOpen();
    tunnel.taken();
    tunnel.onPacket({ type: "pong", data: "probe" });
    first(platform.pending("GET")).answer("6");
    expect(tunnel.written.flat().map(({ type, data }) => [type, data])).toEqual([
      ["ping", "probe"],
      ["upgrade", undefined],
    ]);
    expect(engine.transport.name).toBe("websocket");
  });
});
