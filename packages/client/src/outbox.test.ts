import { describe, expect, test } from "vitest";
import { createFakePlatform, type FakePlatform, openPacket } from "../test-support/fake-platform.ts";
import { Manager } from "./manager.ts";
import type { Platform } from "./platform.ts";
import type { Socket } from "./socket.ts";

interface Reading {
  finish(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  fail(): Promise<void>;
}

/** A connected socket, and the Blobs that are being read. */
function createConnected() {
  const fake: FakePlatform = createFakePlatform();
  const readings: Reading[] = [];
  const platform: Platform = {
    ...fake,
    readBlob: () =>
      new Promise((resolve, reject) => {
        readings.push({
          async finish(bytes) {
            resolve(bytes.buffer);
            await settled();
          },
          async fail() {
            reject(new Error("gone"));
            await settled();
          },
        });
      }),
  };
  const manager = new Manager(platform, "http://h", { transports: ["websocket"] });
  const socket: Socket = manager.socket("/");
  fake.socket().open();
  fake.socket().message(openPacket());
  fake.socket().message('40{"sid":"id1"}');
  sent(fake);
  return { fake, manager, socket, readings };
}

/** Lets what waits for promises run: a few turns of the microtask queue, no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

function sent(fake: FakePlatform): (string | Uint8Array)[] {
  fake.clock.endTurn();
  return fake.socket().sent.splice(0);
}

const event = (name: string): string => `451-["${name}",{"_placeholder":true,"num":0}]`;

describe("an event with a Blob", () => {
  test("leaves when the Blob was read, and before the events behind it", async () => {
    const { fake, socket, readings } = createConnected();
    socket.emit("a", new Blob(["x"])).emit("b");
    expect(sent(fake)).toEqual([]);
    await readings[0]?.finish(Uint8Array.of(7));
    expect(sent(fake)).toEqual([event("a"), Uint8Array.of(7), '42["b"]']);
  });

  test("waits for the one before it, whichever is read first", async () => {
    const { fake, socket, readings } = createConnected();
    socket
      .emit("a", new Blob(["x"]))
      .emit("b", new Blob(["y"]))
      .emit("c");
    await readings[0]?.finish(Uint8Array.of(1));
    expect(sent(fake)).toEqual([event("a"), Uint8Array.of(1)]);
    await readings[1]?.finish(Uint8Array.of(2));
    expect(sent(fake)).toEqual([event("b"), Uint8Array.of(2), '42["c"]']);
  });

  test("whose Blob cannot be read is dropped with a warning, and holds nobody up", async () => {
    const { fake, socket, readings } = createConnected();
    socket.emit("a", new Blob(["x"])).emit("b");
    await readings[0]?.fail();
    expect([sent(fake), fake.warnings]).toEqual([['42["b"]'], ["BOWLINE_BLOB_UNREADABLE"]]);
  });

  test("is sent before the goodbye of its socket", async () => {
    const { fake, socket, readings } = createConnected();
    socket.emit("a", new Blob(["x"])).disconnect();
    expect(fake.socket().ended).toBeUndefined();
    await readings[0]?.finish(Uint8Array.of(7));
    expect([sent(fake), fake.socket().ended]).toEqual([[event("a"), Uint8Array.of(7), "41"], "close"]);
  });

  test("that has no JSON is told as uncaught, and holds nobody up", async () => {
    const { fake, socket, readings } = createConnected();
    socket
      .emit("a", new Blob(["x"]), 1n)
      .emit("b", 1n)
      .emit("c");
    await readings[0]?.finish(Uint8Array.of(7));
    expect(sent(fake)).toEqual(['42["c"]']);
    expect(() => fake.clock.advance(0)).toThrow(TypeError);
  });

  test("keeps the program's data as it is", async () => {
    const { socket, readings } = createConnected();
    const data = { file: new Blob(["x"]) };
    socket.emit("a", data);
    await readings[0]?.finish(Uint8Array.of(7));
    expect(data.file).toBeInstanceOf(Blob);
  });
});

describe("a goodbye", () => {
  test("leaves after the events before it were taken, and holds back what comes behind it", () => {
    const { fake, manager, socket } = createConnected();
    const admin = manager.socket("/admin");
    sent(fake);
    fake.socket().message('40/admin,{"sid":"id2"}');
    fake.holdsSends = true;
    admin.emit("a");
    admin.disconnect();
    socket.emit("b");
    expect(sent(fake)).toEqual(['42/admin,["a"]']);
    fake.socket().release();
    expect(sent(fake)).toEqual(["41/admin,", '42["b"]']);
  });

  test("does not wait when there is nothing to wait for", () => {
    const { fake, socket } = createConnected();
    socket.disconnect();
    expect(sent(fake)).toEqual(["41"]);
  });
});
