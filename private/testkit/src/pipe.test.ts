// Rules of the carriers in memory: what arrives, in which order, and what each fault does and does not do.
import { eio3, eio4 } from "@bowline/protocol";
import type { CarrierEvents } from "@bowline/protocol/internal";
import { describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createPipe, type Pipe, type PipeOptions } from "./pipe.ts";
import { createPollingPipe, type PollingClientEnd, type PollingPipeOptions } from "./polling-pipe.ts";
import type { PollingServerEnd } from "./polling-server-end.ts";
import { outgoingMessage } from "./session-scene.ts";

interface Ear extends CarrierEvents {
  readonly heard: string[];
}

function ear(): Ear {
  const heard: string[] = [];
  return {
    heard,
    received: ({ type, data }) => heard.push(`${type} ${data}`),
    drained: () => heard.push("drained"),
    carrierClosed: (reason) => heard.push(reason),
  };
}

interface Scene<Wire> {
  readonly clock: FakeClock;
  readonly pipe: Wire;
  readonly client: Ear;
  readonly server: Ear;
}

function joined(options: Partial<PipeOptions> = {}): Scene<Pipe> {
  const clock = createFakeClock();
  const scene = { clock, pipe: createPipe({ dialect: eio4, ...options, clock }), client: ear(), server: ear() };
  scene.pipe.client.listen(scene.client);
  scene.pipe.server.listen(scene.server);
  return scene;
}

describe("a pipe", () => {
  it("carries batches through the codec and tells when the next is welcome", () => {
    const { clock, pipe, client, server } = joined();
    pipe.client.send([outgoingMessage("a"), outgoingMessage(["b", "c"])]);
    expect(pipe.client.writable).toBe(false);
    clock.advance(0);
    expect([client.heard, server.heard]).toEqual([["drained"], ["message a", "message b", "message c"]]);
    expect(pipe.client.batches).toEqual([["4a", "4b", "4c"]]);
  });

  it("delays, and keeps the order whatever the delays are", () => {
    const { clock, pipe, server } = joined({ delayMs: 10, jitterMs: 90, seed: 5 });
    for (const text of "abcdefgh") pipe.client.sendAlone({ type: "message", data: text });
    clock.advance(9);
    expect([server.heard, pipe.inFlight]).toEqual([[], 8]);
    clock.advance(91);
    expect([server.heard, pipe.inFlight]).toEqual([[..."abcdefgh"].map((text) => `message ${text}`), 0]);
  });

  it("loses the share it was told to lose, the same for the same seed, until it is healed", () => {
    const runs = [joined({ loss: 0.5, seed: 3 }), joined({ loss: 0.5, seed: 3 })].map(({ clock, pipe, server }) => {
      for (const text of "abcdefghijklmnop") pipe.client.sendAlone({ type: "message", data: text });
      pipe.heal();
      pipe.client.sendAlone({ type: "message", data: "healed" });
      clock.advance(0);
      return server.heard;
    });
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]?.length).toBeGreaterThan(3);
    expect(runs[0]?.length).toBeLessThan(15);
    expect(runs[0]?.at(-1)).toBe("message healed");
  });

  it("that is silent swallows what is under way too, and nobody hears of it", () => {
    const { clock, pipe, client, server } = joined({ delayMs: 10 });
    pipe.client.sendAlone({ type: "message", data: "a" });
    pipe.silence();
    pipe.client.send([outgoingMessage("b")]);
    clock.advance(1000);
    pipe.heal();
    pipe.client.send([outgoingMessage("c")]);
    clock.advance(1000);
    expect([client.heard, server.heard]).toEqual([["drained", "drained"], ["message c"]]);
  });

  it("with a slow reader stays busy until the reader goes on", () => {
    const { clock, pipe, client, server } = joined();
    pipe.client.stall();
    pipe.client.send([outgoingMessage("a")]);
    clock.advance(1000);
    expect([pipe.client.writable, client.heard, server.heard]).toEqual([false, [], []]);
    pipe.client.resume();
    clock.advance(0);
    expect([pipe.client.writable, client.heard, server.heard]).toEqual([true, ["drained"], ["message a"]]);
  });

  it("that is cut tells both sides, once, and delivers nothing more", () => {
    const { clock, pipe, client, server } = joined({ delayMs: 10 });
    const reports: unknown[] = [];
    pipe.client.send([outgoingMessage("a", (failure) => reports.push(failure))]);
    pipe.cut();
    pipe.cut();
    clock.advance(1000);
    expect([client.heard, server.heard, reports]).toEqual([
      ["transport error"],
      ["transport error"],
      ["transport error"],
    ]);
    expect(() => pipe.client.send([])).toThrow("Cannot send: the pipe is gone");
  });

  it("flushes what it holds when it is closed properly", () => {
    const { clock, pipe, client, server } = joined();
    pipe.client.send([outgoingMessage("a")]);
    pipe.client.close("flush");
    pipe.client.close("flush");
    clock.advance(0);
    expect([client.heard, server.heard]).toEqual([["forced close"], ["message a", "transport close"]]);
  });

  it("drops what it holds when it is discarded", () => {
    const { clock, pipe, server } = joined();
    pipe.client.send([outgoingMessage("a")]);
    pipe.client.close("discard");
    pipe.client.sendAlone({ type: "noop" });
    clock.advance(0);
    expect(server.heard).toEqual(["transport close"]);
  });

  it("ends where a frame cannot be decoded, and takes no frame after that", () => {
    const { pipe, server } = joined();
    pipe.server.take("x");
    pipe.server.take("4a");
    expect([server.heard, pipe.server.isGone]).toEqual([["parse error"], true]);
  });
});

function polled(options: Partial<PollingPipeOptions> = {}): Scene<Pipe<PollingClientEnd, PollingServerEnd>> {
  const clock = createFakeClock();
  const pipe = createPollingPipe({ dialect: eio4, ...options, clock });
  const scene = { clock, pipe, client: ear(), server: ear() };
  pipe.client.listen(scene.client);
  pipe.server.listen(scene.server);
  pipe.client.open();
  clock.advance(0);
  return scene;
}

describe("a polling pipe", () => {
  it("lets the server write while a GET waits, one payload per GET", () => {
    const { clock, pipe, client, server } = polled();
    pipe.server.send([outgoingMessage("a"), outgoingMessage("b")]);
    expect(pipe.server.writable).toBe(false);
    expect(() => pipe.server.send([])).toThrow("Cannot send: no GET is waiting");
    clock.advance(0);
    expect([client.heard, server.heard]).toEqual([
      ["message a", "message b"],
      ["drained", "drained"],
    ]);
    expect(pipe.server.bodies).toEqual(["4a\x1e4b"]);
  });

  it("lets the client write one POST at a time", () => {
    const { clock, pipe, client, server } = polled({ dialect: eio3 });
    pipe.client.send([outgoingMessage("a")]);
    expect(() => pipe.client.send([])).toThrow("Cannot send: a POST is under way");
    clock.advance(0);
    expect([client.heard, server.heard, pipe.client.bodies]).toEqual([["drained"], ["drained", "message a"], ["2:4a"]]);
  });

  it("that pauses waits for the GET and the POST, and then is silent", () => {
    const { clock, pipe, client } = polled({ delayMs: 10 });
    pipe.client.send([outgoingMessage("a")]);
    pipe.client.pause(() => client.heard.push("paused"));
    clock.advance(1000);
    expect([client.heard, pipe.client.writable]).toEqual([[], false]);
    pipe.server.release();
    clock.advance(1000);
    expect([client.heard, pipe.server.writable]).toEqual([["noop undefined", "paused"], false]);
  });

  it("that goes on after a pause polls and writes again, and the pause is forgotten", () => {
    const { clock, pipe, client } = polled({ delayMs: 10 });
    pipe.client.resume();
    clock.advance(10);
    pipe.client.pause(() => client.heard.push("paused"));
    pipe.client.pause(() => client.heard.push("paused twice"));
    pipe.client.resume();
    pipe.server.send([outgoingMessage("a")]);
    clock.advance(100);
    expect([client.heard, pipe.client.writable, pipe.server.writable]).toEqual([["drained", "message a"], true, true]);
  });

  it("ends the server's side when two GETs overlap, and the client hears the goodbye", () => {
    const { clock, pipe, client, server } = polled();
    pipe.client.get();
    clock.advance(0);
    expect([client.heard, server.heard]).toEqual([["transport error"], ["drained", "transport error"]]);
  });

  it("answers a waiting GET with the goodbye of the server", () => {
    const { clock, pipe, client, server } = polled();
    pipe.server.close("flush");
    pipe.server.close("flush");
    clock.advance(0);
    expect([client.heard[0], server.heard]).toEqual(["close undefined", ["drained", "forced close"]]);
  });

  it("keeps the goodbye of the server for the next GET", () => {
    const { clock, pipe, client, server } = polled();
    pipe.server.release();
    pipe.server.close("flush");
    clock.advance(0);
    expect([client.heard.slice(0, 3), server.heard.at(-1)]).toEqual([
      ["noop undefined", "noop undefined", "close undefined"],
      "forced close",
    ]);
  });

  it("lets the client say goodbye behind its POST, and the server answer the GET", () => {
    const { clock, pipe, client, server } = polled();
    pipe.client.send([outgoingMessage("a")]);
    pipe.client.close("flush");
    clock.advance(0);
    expect([client.heard, pipe.client.bodies]).toEqual([["forced close"], ["4a", "1"]]);
    expect([server.heard, pipe.server.bodies]).toEqual([["drained", "message a", "close undefined"], ["6"]]);
  });

  it("tells the server that the client hung up while it polled", () => {
    const { clock, pipe, client, server } = polled();
    pipe.client.close("discard");
    pipe.client.close("discard");
    clock.advance(0);
    expect([client.heard, server.heard]).toEqual([["transport close"], ["drained", "transport error"]]);
  });

  it("refuses GET and POST where the server is gone", () => {
    const { clock, pipe, client } = polled();
    pipe.client.send([outgoingMessage("a")]);
    pipe.server.close("discard");
    clock.advance(0);
    expect(client.heard.at(-1)).toBe("transport error");
  });

  it("hears no packet of a body behind the one that ended it", () => {
    const { clock, pipe, server } = polled();
    pipe.server.listen({ ...server, received: () => pipe.server.close("discard") });
    pipe.client.send([outgoingMessage(["a", "b"])]);
    clock.advance(0);
    expect(server.heard).toEqual(["drained", "forced close"]);
  });

  it("ends where a body cannot be decoded", () => {
    const { clock, pipe, client, server } = polled();
    pipe.client.sendRaw("x");
    clock.advance(0);
    expect(server.heard).toEqual(["drained", "parse error"]);
    expect(client.heard).toEqual(["drained"]);
  });
});
